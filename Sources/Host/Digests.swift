import COpenSSL

/// OpenSSL's digests, keyed digests and key derivation, for SCRAM (RFC 5802) on both sides.
public enum Digest: String, Sendable {
    case sha256 = "SHA256"
    case sha512 = "SHA512"

    /// Bytes of a result.
    public var size: Int { self == .sha256 ? 32 : 64 }

    /// The digest of some bytes.
    public func hash(_ data: [UInt8]) -> [UInt8] {
        filled { out, length in EVP_Q_digest(nil, rawValue, nil, data, data.count, out, &length) == 1 }
    }

    /// HMAC (RFC 2104).
    public func hmac(key: [UInt8], _ data: [UInt8]) -> [UInt8] {
        filled { out, length in
            EVP_Q_mac(nil, "HMAC", nil, rawValue, nil, key, key.count, data, data.count, out, size, &length) != nil
        }
    }

    /// PBKDF2 over this digest's HMAC (RFC 8018), as long as the digest.
    public func pbkdf2(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        let function = self == .sha256 ? EVP_sha256() : EVP_sha512()
        return filled { out, _ in
            password.withUnsafeBytes { bytes in
                PKCS5_PBKDF2_HMAC(
                    bytes.assumingMemoryBound(to: CChar.self).baseAddress, Int32(password.count), salt, Int32(salt.count), Int32(clamping: iterations),
                    function, Int32(size), out) == 1
            }
        }
    }

    /// A result is empty when OpenSSL refuses; it never compares equal to a right one.
    private func filled(_ fill: (UnsafeMutablePointer<UInt8>?, inout Int) -> Bool) -> [UInt8] {
        var length = size
        var isFilled = false
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            isFilled = fill(buffer.baseAddress, &length)
            count = isFilled ? size : 0
        }
        return result
    }
}
