/// The hash functions of SCRAM.
public enum SaslHash: Sendable {
    case sha256, sha512
}

/// The cryptography that SCRAM needs, supplied from outside: there is none of our own.
public protocol SaslCrypto: Sendable {
    func hmac(_ hash: SaslHash, key: [UInt8], data: [UInt8]) -> [UInt8]
    func digest(_ hash: SaslHash, _ data: [UInt8]) -> [UInt8]
    /// PBKDF2 with the hash's HMAC and output size.
    func pbkdf2(_ hash: SaslHash, password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8]
    /// Random printable characters without a comma.
    func nonce() -> String
}

/// One side's part of a SASL exchange.
public protocol SaslExchange {
    /// The first message.
    mutating func first() -> [UInt8]
    /// What follows the peer's message.
    mutating func next(_ message: [UInt8]) -> SaslStep
}

public enum SaslStep: Equatable, Sendable {
    case send([UInt8])
    case done
    case failed(String)
}

/// SASL PLAIN, client side (RFC 4616).
public struct PlainExchange: SaslExchange {
    private let username: String
    private let password: String

    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    public func first() -> [UInt8] { [0] + Array(username.utf8) + [0] + Array(password.utf8) }
    public func next(_ message: [UInt8]) -> SaslStep { .done }
}
