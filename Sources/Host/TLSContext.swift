import COpenSSL
import KafkaProtocol

/// A TLS set-up that cannot work, or a handshake that failed: one line.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }

    /// `what`, with OpenSSL's own reason; empties OpenSSL's queue of errors of this thread.
    static func current(_ what: String) -> TLSError {
        var reason: String?
        // The first error is the cause; those after it say who passed it on.
        while case let code = ERR_get_error(), code != 0 {
            if reason == nil, let text = ERR_reason_error_string(code) { reason = String(cString: text) }
        }
        return TLSError(reason.map { "\(what): \($0)" } ?? what)
    }
}

/// Where certificates and keys come from.
public enum TLSStore: Sendable {
    /// A PEM file: certificates, and for an identity the private key too.
    case pemFile(String)
    /// PEM text.
    case pem(String)
    /// A PKCS#12 file and its password.
    case pkcs12File(String, password: String)
}

/// Which certificates a side trusts.
public enum TLSTrust: Sendable {
    /// The system's authorities.
    case system
    case store(TLSStore)
    /// Anything: the connection is encrypted, not authenticated.
    case anything
}

/// A certificate chain with its private key.
public struct TLSIdentity: Sendable {
    public var certificates: TLSStore
    /// The key when it is not beside the certificates.
    public var key: TLSStore?
    /// Password of an encrypted PEM key.
    public var keyPassword: String?

    public init(certificates: TLSStore, key: TLSStore? = nil, keyPassword: String? = nil) {
        self.certificates = certificates
        self.key = key
        self.keyPassword = keyPassword
    }
}

/// TLS versions, in Java's names for `ssl.enabled.protocols`.
public enum TLSVersion: String, Sendable, CaseIterable, Comparable {
    case v1_2 = "TLSv1.2"
    case v1_3 = "TLSv1.3"

    var code: Int32 { self == .v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION }

    public static func < (a: TLSVersion, b: TLSVersion) -> Bool { a.code < b.code }
}

/// What a server asks of its clients (`ssl.client.auth`).
public enum TLSClientAuthentication: String, Sendable {
    case none, requested, required
}

/// One side's TLS set-up, shared by its connections; immutable once made, so any thread may use it.
public final class TLSContext: @unchecked Sendable {
    // Unchecked: OpenSSL counts references to a context atomically, and nothing changes it after init.
    let context: OpaquePointer
    let isServer: Bool
    let verifiesHostName: Bool

    /// A client: which servers it believes, and who it says it is.
    public init(
        clientTrusting trust: TLSTrust, identity: TLSIdentity? = nil, verifiesHostName: Bool = true,
        versions: ClosedRange<TLSVersion>? = nil, cipherSuites: String? = nil
    ) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw TLSError.current("TLS cannot be used") }
        self.context = context
        isServer = false
        self.verifiesHostName = verifiesHostName
        try configure(versions: versions, cipherSuites: cipherSuites)
        try apply(trust)
        if case .anything = trust {
            SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        } else {
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        if let identity { try apply(identity) }
    }

    /// A server: who it is, and what it asks of clients.
    public init(
        serverIdentity identity: TLSIdentity, clientAuthentication: TLSClientAuthentication = .none, trust: TLSTrust? = nil,
        versions: ClosedRange<TLSVersion>? = nil, cipherSuites: String? = nil
    ) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw TLSError.current("TLS cannot be used") }
        self.context = context
        isServer = true
        verifiesHostName = false
        try configure(versions: versions, cipherSuites: cipherSuites)
        try apply(identity)
        if clientAuthentication != .none {
            try apply(trust ?? .system)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (clientAuthentication == .required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        }
        // Sessions are resumed only within a named context.
        var name: [UInt8] = Array("ottla".utf8)
        SSL_CTX_set_session_id_context(context, &name, UInt32(name.count))
    }

    deinit { SSL_CTX_free(context) }

    private func configure(versions: ClosedRange<TLSVersion>?, cipherSuites: String?) throws(TLSError) {
        ottla_tls_set_modes(context)
        let lower = versions?.lowerBound ?? .v1_2
        let upper = versions?.upperBound ?? .v1_3
        guard ottla_tls_set_versions(context, lower.code, upper.code) == 1 else { throw TLSError.current("TLS versions") }
        if let cipherSuites, !cipherSuites.isEmpty {
            // TLS 1.3's suites and the older ones are set apart; a list may name either.
            let names = cipherSuites.replacing(",", with: ":")
            let modern = names.split(separator: ":").filter { $0.hasPrefix("TLS_AES") || $0.hasPrefix("TLS_CHACHA20") }.joined(separator: ":")
            let older = names.split(separator: ":").filter { !$0.hasPrefix("TLS_AES") && !$0.hasPrefix("TLS_CHACHA20") }
            if !modern.isEmpty, SSL_CTX_set_ciphersuites(context, modern) != 1 { throw TLSError.current("cipher suites \(modern)") }
            for name in older where OPENSSL_cipher_name(String(name)).map({ String(cString: $0) }) == "(NONE)" {
                throw TLSError("unknown cipher suite \(name)")
            }
            let openSSLNames = older.compactMap { OPENSSL_cipher_name(String($0)).map { String(cString: $0) } }.joined(separator: ":")
            if !openSSLNames.isEmpty, SSL_CTX_set_cipher_list(context, openSSLNames) != 1 { throw TLSError.current("cipher suites \(openSSLNames)") }
        }
    }

    private func apply(_ trust: TLSTrust) throws(TLSError) {
        switch trust {
        case .anything: break
        case .system:
            guard SSL_CTX_set_default_verify_paths(context) == 1 else { throw TLSError.current("the system's certificates") }
        case .store(let store):
            let contents = try KeyStore(store, password: nil)
            guard !contents.certificates.isEmpty else { throw TLSError("no certificate in \(store.name)") }
            let trusted = SSL_CTX_get_cert_store(context)
            for certificate in contents.certificates { X509_STORE_add_cert(trusted, certificate.pointer) }
            // Java trusts whatever stands in a trust store, also a certificate that nobody signed for others.
            X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), UInt(X509_V_FLAG_PARTIAL_CHAIN))
            ERR_clear_error()
        }
    }

    private func apply(_ identity: TLSIdentity) throws(TLSError) {
        let contents = try KeyStore(identity.certificates, password: identity.keyPassword)
        guard let own = contents.certificates.first else { throw TLSError("no certificate in \(identity.certificates.name)") }
        var key = contents.key
        if let separate = identity.key { key = try KeyStore(separate, password: identity.keyPassword).key }
        guard let key else {
            throw TLSError.current("no usable private key in \((identity.key ?? identity.certificates).name)")
        }
        guard SSL_CTX_use_certificate(context, own.pointer) == 1 else { throw TLSError.current(identity.certificates.name) }
        for certificate in contents.certificates.dropFirst() { _ = ottla_tls_add_chain(context, certificate.pointer) }
        guard SSL_CTX_use_PrivateKey(context, key.pointer) == 1, SSL_CTX_check_private_key(context) == 1 else {
            throw TLSError.current("the private key does not fit the certificate in \(identity.certificates.name)")
        }
    }
}
