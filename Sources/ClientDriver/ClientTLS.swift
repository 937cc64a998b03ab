import Host
import KafkaClient
import Security

extension TLSContext {
    /// The set-up that `ssl.*` properties describe.
    /// - Throws: a `.configuration` error with the reason.
    static func client(for config: TLSSettings) throws(ClientError) -> TLSContext {
        let versions = config.enabledProtocols.compactMap { TLSVersion(rawValue: $0) }.sorted()
        var range: ClosedRange<TLSVersion>?
        if let lowest = versions.first, let highest = versions.last { range = lowest...highest }
        do throws(TLSError) {
            return try TLSContext(
                clientTrusting: trust(config), identity: identity(config), verifiesHostName: config.verifiesHostName, versions: range,
                cipherSuites: config.cipherSuites.isEmpty ? nil : config.cipherSuites.joined(separator: ","))
        } catch {
            throw .configuration(error.message)
        }
    }

    private static func trust(_ config: TLSSettings) -> TLSTrust {
        if let certificates = config.truststoreCertificates { return .store(.pem(certificates)) }
        guard let location = config.truststoreLocation else { return .system }
        return .store(store(location, type: config.truststoreType, password: config.truststorePassword))
    }

    private static func identity(_ config: TLSSettings) -> TLSIdentity? {
        if let chain = config.keystoreCertificateChain, let key = config.keystoreKey {
            return TLSIdentity(certificates: .pem(chain), key: .pem(key), keyPassword: config.keyPassword)
        }
        guard let location = config.keystoreLocation else { return nil }
        return TLSIdentity(
            certificates: store(location, type: config.keystoreType, password: config.keystorePassword), keyPassword: config.keyPassword)
    }

    /// Java opens PKCS#12 files also under its default type name, JKS.
    private static func store(_ location: String, type: String, password: String?) -> TLSStore {
        type.uppercased() == "PEM" ? .pemFile(location) : .pkcs12File(location, password: password ?? "")
    }
}
