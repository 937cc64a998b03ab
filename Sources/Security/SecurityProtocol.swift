/// How a listener's connections are secured. The raw values are the names in configurations (`security.protocol`, `listener.security.protocol.map`).
public enum SecurityProtocol: String, Sendable, CaseIterable {
    case plaintext = "PLAINTEXT"
    case ssl = "SSL"
    case saslPlaintext = "SASL_PLAINTEXT"
    case saslSSL = "SASL_SSL"

    public var usesTLS: Bool { self == .ssl || self == .saslSSL }
    public var usesSasl: Bool { self == .saslPlaintext || self == .saslSSL }
}

/// Who authenticates how.
public struct SaslCredentials: Hashable, Sendable {
    /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    public var mechanism: String
    public var username: String
    public var password: String

    public init(mechanism: String, username: String, password: String) {
        self.mechanism = mechanism
        self.username = username
        self.password = password
    }
}
