import Host
import KafkaProtocol
import Security

/// OpenSSL for SCRAM.
public struct ScramCrypto: SaslCrypto {
    public init() {}

    private func digest(_ hash: SaslHash) -> Digest { hash == .sha256 ? .sha256 : .sha512 }

    public func hmac(_ hash: SaslHash, key: [UInt8], data: [UInt8]) -> [UInt8] { digest(hash).hmac(key: key, data) }
    public func digest(_ hash: SaslHash, _ data: [UInt8]) -> [UInt8] { digest(hash).hash(data) }
    public func pbkdf2(_ hash: SaslHash, password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        digest(hash).pbkdf2(password: password, salt: salt, iterations: iterations)
    }

    public func nonce() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64.encode((0..<24).map { _ in UInt8.random(in: .min ... .max, using: &random) }, urlSafe: true, padded: false)
    }
}
