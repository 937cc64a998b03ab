import COpenSSL
import KafkaProtocol

/// How a connection's bytes travel.
public enum Transport: Sendable {
    case plain
    /// TLS as the server of the connection.
    case tlsServer(TLSContext)
    /// TLS as the client; the name is what the server's certificate must carry, and what it is told (SNI).
    case tlsClient(TLSContext, serverName: String)
}

/// One connection's TLS: OpenSSL on the socket's own descriptor, driven by readiness.
final class TLSSession {
    private let ssl: OpaquePointer
    private let isServer: Bool
    private(set) var isEstablished = false

    init?(_ transport: Transport, descriptor: Int32) {
        let context: TLSContext
        switch transport {
        case .plain: return nil
        case .tlsServer(let server): context = server
        case .tlsClient(let client, _): context = client
        }
        guard let ssl = SSL_new(context.context) else { return nil }
        self.ssl = ssl
        isServer = context.isServer
        guard SSL_set_fd(ssl, descriptor) == 1 else { return nil }
        if case .tlsClient(_, let name) = transport {
            SSL_set_connect_state(ssl)
            if SocketAddress(literal: name, port: 0) == nil {
                _ = ottla_tls_set_server_name(ssl, name)
                if context.verifiesHostName { SSL_set1_host(ssl, name) }
            } else if context.verifiesHostName {
                X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name)
            }
        } else {
            SSL_set_accept_state(ssl)
        }
    }

    deinit { SSL_free(ssl) }

    enum HandshakeStep {
        case done, wantsRead, wantsWrite
        case failed(TLSError)
    }

    func handshake() -> HandshakeStep {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            isEstablished = true
            return .done
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_SYSCALL, SSL_ERROR_ZERO_RETURN:
            ERR_clear_error()
            return .failed(TLSError("the peer closed the connection during the TLS handshake"))
        default:
            let verdict = SSL_get_verify_result(ssl)
            if verdict != Int(X509_V_OK), !isServer {
                ERR_clear_error()
                return .failed(TLSError("certificate verification failed: \(String(cString: X509_verify_cert_error_string(verdict)))"))
            }
            return .failed(TLSError.current("TLS handshake failed"))
        }
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> TransferResult {
        ERR_clear_error()
        let got = SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
        return got > 0 ? .moved(Int(got)) : failure(got, "read")
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransferResult {
        ERR_clear_error()
        let sent = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        return sent > 0 ? .moved(Int(sent)) : failure(sent, "write")
    }

    private func failure(_ result: Int32, _ what: String) -> TransferResult {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL:
            ERR_clear_error()
            return .failed(.peerReset)
        default: return .failed(.tls(TLSError.current("TLS \(what) failed")))
        }
    }

    /// Whether decrypted or undecrypted bytes wait inside OpenSSL.
    var hasBufferedBytes: Bool { SSL_has_pending(ssl) == 1 }

    /// Tells the peer that nothing more comes; it is not waited for.
    func sayGoodbye() {
        guard isEstablished else { return }
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// The subject of the peer's certificate in RFC 2253's form, as Kafka names a TLS principal; nil when it sent none.
    var peerSubject: String? {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
        defer { X509_free(certificate) }
        guard let text = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(text) }
        ottla_print_subject(text, certificate)
        var contents: UnsafeMutablePointer<CChar>?
        let count = ottla_bio_contents(text, &contents)
        guard let contents, count > 0 else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: contents, count: count), as: UTF8.self)
    }

    /// `TLSv1.3`.
    var version: String { String(cString: SSL_get_version(ssl)) }
    /// The cipher suite in its standard name, as Java prints it.
    var cipherSuite: String { SSL_get_current_cipher(ssl).flatMap { SSL_CIPHER_standard_name($0) }.map { String(cString: $0) } ?? "" }
}
