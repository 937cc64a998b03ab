/// The `ssl.*` properties of a client or a listener as they were given; nil or empty where they were not.
public struct TLSSettings: Hashable, Sendable {
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
    /// False when `ssl.endpoint.identification.algorithm` is empty; of no meaning to a server.
    public var verifiesHostName = true
    public var enabledProtocols = ["TLSv1.2", "TLSv1.3"]
    public var cipherSuites: [String] = []

    public init() {}
}
