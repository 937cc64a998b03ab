/// The hash functions of SCRAM.
public enum SaslHash: Sendable {
    case sha256, sha512
}

/// The cryptography that SCRAM needs, supplied from outside: this library has none of its own.
public protocol SaslCrypto: Sendable {
    func hmac(_ hash: SaslHash, key: [UInt8], data: [UInt8]) -> [UInt8]
    func digest(_ hash: SaslHash, _ data: [UInt8]) -> [UInt8]
    /// PBKDF2 with the hash's HMAC and output size.
    func pbkdf2(_ hash: SaslHash, password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8]
    /// Random printable characters without a comma.
    func nonce() -> String
}

/// One side's part of a SASL exchange.
protocol SaslExchange {
    /// The first message.
    mutating func first() -> [UInt8]
    /// What follows the peer's message.
    mutating func next(_ message: [UInt8]) -> SaslStep
}

enum SaslStep: Equatable {
    case send([UInt8])
    case done
    case failed(String)
}

/// SASL PLAIN (RFC 4616).
struct PlainExchange: SaslExchange {
    let username: String
    let password: String

    func first() -> [UInt8] { [0] + Array(username.utf8) + [0] + Array(password.utf8) }
    func next(_ message: [UInt8]) -> SaslStep { .done }
}
