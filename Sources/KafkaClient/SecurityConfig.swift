import Security

/// How connections are secured: `security.protocol`, `sasl.*` and `ssl.*`.
public struct SecurityConfig: Sendable {
    public var securityProtocol = SecurityProtocol.plaintext
    /// Set when the protocol is one of the SASL ones.
    public var sasl: SaslCredentials?
    public var tls = TLSSettings()

    public var usesTLS: Bool { securityProtocol.usesTLS }
    public var usesSasl: Bool { securityProtocol.usesSasl }

    public init() {}

    /// Reads `security.protocol`, `sasl.*` and `ssl.*`.
    public init(_ reader: ConfigReader) throws(ClientError) {
        // The order of Kafka's message.
        let names = ["SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"]
        let name = try reader.choice("security.protocol", default: SecurityProtocol.plaintext.rawValue, of: names, caseInsensitive: true)
        securityProtocol = SecurityProtocol(rawValue: name) ?? .plaintext
        if usesSasl { sasl = try Self.readSasl(reader) }
        if usesTLS { tls = Self.readTLS(reader) }
    }

    /// Mechanisms that this client speaks.
    public static let mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

    private static func readSasl(_ reader: ConfigReader) throws(ClientError) -> SaslCredentials {
        let mechanism = reader.string("sasl.mechanism") ?? "GSSAPI"
        guard mechanisms.contains(mechanism) else {
            throw .configuration("sasl.mechanism \(mechanism) is not supported; supported are \(mechanisms.joined(separator: ", "))")
        }
        guard let text = reader.string("sasl.jaas.config") else {
            throw .configuration("Could not find a 'KafkaClient' entry in the JAAS configuration: set sasl.jaas.config")
        }
        let jaas: JaasConfig
        do throws(JaasError) { jaas = try JaasConfig(text) } catch { throw .configuration(error.message) }
        guard let username = jaas.options["username"], let password = jaas.options["password"] else {
            throw .configuration("sasl.jaas.config must give username and password")
        }
        return SaslCredentials(mechanism: mechanism, username: username, password: password)
    }

    private static func readTLS(_ reader: ConfigReader) -> TLSSettings {
        var tls = TLSSettings()
        tls.truststoreLocation = reader.string("ssl.truststore.location")
        tls.truststorePassword = reader.string("ssl.truststore.password")
        tls.truststoreType = reader.string("ssl.truststore.type") ?? tls.truststoreType
        tls.truststoreCertificates = reader.string("ssl.truststore.certificates")
        tls.keystoreLocation = reader.string("ssl.keystore.location")
        tls.keystorePassword = reader.string("ssl.keystore.password")
        tls.keystoreType = reader.string("ssl.keystore.type") ?? tls.keystoreType
        tls.keystoreKey = reader.string("ssl.keystore.key")
        tls.keystoreCertificateChain = reader.string("ssl.keystore.certificate.chain")
        tls.keyPassword = reader.string("ssl.key.password")
        tls.verifiesHostName = reader.string("ssl.endpoint.identification.algorithm") != ""
        let protocols = reader.list("ssl.enabled.protocols")
        if !protocols.isEmpty { tls.enabledProtocols = protocols }
        tls.cipherSuites = reader.list("ssl.cipher.suites")
        return tls
    }
}
