import COpenSSL
import KafkaProtocol
import LogStorage

/// A certificate, freed with its last reference.
final class Certificate {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { X509_free(pointer) }
}

/// A private key, freed with its last reference.
final class PrivateKey {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }
}

extension TLSStore {
    /// What messages call it.
    var name: String {
        switch self {
        case .pemFile(let path), .pkcs12File(let path, _): path
        case .pem: "the PEM text"
        }
    }
}

/// The certificates (the owner's first, when there is a key) and the key of a PEM text or a PKCS#12 file.
struct KeyStore {
    var certificates: [Certificate] = []
    var key: PrivateKey?

    init(_ store: TLSStore, password: String?) throws(TLSError) {
        switch store {
        case .pem(let text): try readPEM(Bytes(text), password: password, name: store.name)
        case .pemFile(let path): try readPEM(KeyStore.contents(path), password: password, name: path)
        case .pkcs12File(let path, let storePassword): try readPKCS12(KeyStore.contents(path), password: storePassword, name: path)
        }
    }

    private static func contents(_ path: String) throws(TLSError) -> Bytes {
        do throws(DiskError) {
            return try FileDisk().readFile(path)
        } catch {
            throw TLSError("\(path): \(error.message)")
        }
    }

    /// Calls `body` with a reader over bytes in memory.
    private static func reading<R>(_ bytes: Bytes, _ body: (OpaquePointer) throws(TLSError) -> R) throws(TLSError) -> R {
        guard let reader = bytes.withUnsafeBytes({ BIO_new_mem_buf($0.baseAddress, Int32(clamping: $0.count)) }) else {
            throw TLSError.current("certificates cannot be read")
        }
        defer { BIO_free(reader) }
        return try body(reader)
    }

    private mutating func readPEM(_ text: Bytes, password: String?, name: String) throws(TLSError) {
        var found: [Certificate] = []
        try KeyStore.reading(text) { reader throws(TLSError) in
            while let certificate = PEM_read_bio_X509(reader, nil, nil, nil) { found.append(Certificate(certificate)) }
        }
        ERR_clear_error()
        certificates = found
        guard text.text.contains("PRIVATE KEY-----") else { return }
        key = try KeyStore.reading(text) { reader throws(TLSError) in
            guard let key = ottla_read_key(reader, password) else {
                throw TLSError.current("the private key in \(name) cannot be read")
            }
            return PrivateKey(key)
        }
    }

    private mutating func readPKCS12(_ contents: Bytes, password: String, name: String) throws(TLSError) {
        // Java's own format is told apart by its first four bytes, so that the message can say what to do.
        if contents.count >= 4, [0xfeed_feed, 0xcece_cece].contains(contents.load(0, as: UInt32.self)) {
            throw TLSError("\(name) is in Java's JKS format, which only Java reads: convert it to PKCS12 with keytool -importkeystore, or use PEM")
        }
        let parsed: OpaquePointer? = try KeyStore.reading(contents) { reader throws(TLSError) in d2i_PKCS12_bio(reader, nil) }
        guard let parsed else { throw TLSError.current("\(name) is not a PKCS12 file") }
        defer { PKCS12_free(parsed) }
        var keyPointer: OpaquePointer?
        var own: OpaquePointer?
        var others: OpaquePointer?
        guard PKCS12_parse(parsed, password, &keyPointer, &own, &others) == 1 else { throw TLSError.current("\(name) cannot be opened") }
        key = keyPointer.map { PrivateKey($0) }
        if let own { certificates.append(Certificate(own)) }
        if let others {
            for index in 0..<ottla_certificate_count(others) {
                guard let certificate = ottla_certificate_at(others, index) else { continue }
                X509_up_ref(certificate)
                certificates.append(Certificate(certificate))
            }
            ottla_certificates_free(others)
        }
    }
}
