import Host
import KafkaProtocol
import Testing

@Suite struct DigestTests {
    /// The example of RFC 7677, section 3: SCRAM-SHA-256 with the password `pencil`.
    @Test func derivesTheProofOfScramsExample() throws {
        let salt = try #require(Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let message = Array("n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)".utf8)
        let salted = Digest.sha256.pbkdf2(password: Array("pencil".utf8), salt: salt, iterations: 4096)
        let clientKey = Digest.sha256.hmac(key: salted, Array("Client Key".utf8))
        let signature = Digest.sha256.hmac(key: Digest.sha256.hash(clientKey), message)
        #expect(Base64.encode(zip(clientKey, signature).map { $0 ^ $1 }) == "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        let serverKey = Digest.sha256.hmac(key: salted, Array("Server Key".utf8))
        #expect(Base64.encode(Digest.sha256.hmac(key: serverKey, message)) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    }

    @Test func sha512HasItsOwnSize() {
        #expect(Digest.sha512.hash([]).count == 64)
        #expect(Digest.sha512.pbkdf2(password: [1], salt: [2], iterations: 1).count == 64)
        #expect(Digest.sha512.hash([]).prefix(4) == [0xcf, 0x83, 0xe1, 0x35])
    }
}
