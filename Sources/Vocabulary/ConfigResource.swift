/// What has configuration. The raw values are those of the protocol.
public struct ConfigResource: Sendable, Hashable {
    public enum Kind: Int8, Sendable {
        case topic = 2, broker = 4, brokerLogger = 8, clientMetrics = 16, group = 32
    }
    public var kind: Kind
    /// A topic's or group's name, a broker's id; empty for the default of all brokers.
    public var name: String

    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    public static let brokerDefault = ConfigResource(.broker, "")
    public static func topic(_ name: String) -> ConfigResource { ConfigResource(.topic, name) }
    public static func broker(_ id: Int32) -> ConfigResource { ConfigResource(.broker, String(id)) }
    public static func group(_ name: String) -> ConfigResource { ConfigResource(.group, name) }
}
