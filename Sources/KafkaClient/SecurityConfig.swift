/// How connections are secured: `security.protocol`, `sasl.*` and `ssl.*`.
public struct SecurityConfig: Sendable {
    public enum SecurityProtocol: String, Sendable, CaseIterable {
        case plaintext = "PLAINTEXT"
        case ssl = "SSL"
        case saslPlaintext = "SASL_PLAINTEXT"
        case saslSSL = "SASL_SSL"
    }

    /// Who authenticates how.
    public struct Sasl: Sendable {
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

    /// The `ssl.*` properties as they were given; nil or empty where they were not.
    public struct TLS: Sendable {
        public var truststoreLocation: String?
        public var truststorePassword: String?
        /// `JKS`, `PKCS12` or `PEM`.
        public var truststoreType = "JKS"
        /// PEM text.
        public var truststoreCertificates: String?
        public var keystoreLocation: String?
        public var keystorePassword: String?
        public var keystoreType = "JKS"
        /// PEM text.
        public var keystoreKey: String?
        public var keystoreCertificateChain: String?
        public var keyPassword: String?
        /// False when `ssl.endpoint.identification.algorithm` is empty.
        public var verifiesHostName = true
        public var enabledProtocols = ["TLSv1.2", "TLSv1.3"]
        public var cipherSuites: [String] = []

        public init() {}
    }

    public var securityProtocol = SecurityProtocol.plaintext
    /// Set when the protocol is one of the SASL ones.
    public var sasl: Sasl?
    public var tls = TLS()

    public var usesTLS: Bool { securityProtocol == .ssl || securityProtocol == .saslSSL }
    public var usesSasl: Bool { securityProtocol == .saslPlaintext || securityProtocol == .saslSSL }

    public init() {}

    init(_ reader: ConfigReader) throws(ClientError) {
        let names = SecurityProtocol.allCases.map(\.rawValue)
        let name = try reader.choice("security.protocol", default: names[0], of: names, caseInsensitive: true)
        securityProtocol = SecurityProtocol(rawValue: name) ?? .plaintext
    }
}
