/// Who a request comes from, as Kafka names principals: a type, which is `User` but for custom builders, and a name.
public struct Principal: Hashable, Sendable, CustomStringConvertible {
    public var type: String
    public var name: String

    public init(type: String = "User", name: String) {
        self.type = type
        self.name = name
    }

    /// Whoever connects to a listener that asks for no credentials.
    public static let anonymous = Principal(name: "ANONYMOUS")

    /// `User:ANONYMOUS`.
    public var description: String { "\(type):\(name)" }
}
