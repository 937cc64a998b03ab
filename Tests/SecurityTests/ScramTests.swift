import Testing

@testable import Security

@Suite struct ScramTests {
    /// Arithmetic that a test can follow; what matters here is the conversation.
    private struct Toy: SaslCrypto {
        func hmac(_ hash: SaslHash, key: [UInt8], data: [UInt8]) -> [UInt8] { [UInt8(truncatingIfNeeded: key.count &+ data.count), data.last ?? 0] }
        func digest(_ hash: SaslHash, _ data: [UInt8]) -> [UInt8] { data.reversed() }
        func pbkdf2(_ hash: SaslHash, password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] { password + salt }
        func nonce() -> String { "abc" }
    }

    private func exchange(_ user: String = "u") -> ScramExchange {
        ScramExchange(hash: .sha256, username: user, password: "p", crypto: Toy())
    }

    private func text(_ step: SaslStep) -> String? {
        if case .send(let bytes) = step { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    @Test func namesAreEscaped() {
        var scram = exchange("a=b,c")
        #expect(String(decoding: scram.first(), as: UTF8.self) == "n,,n=a=3Db=2Cc,r=abc")
    }

    @Test func theFinalMessageRepeatsTheNonceAndCarriesAProof() {
        var scram = exchange()
        _ = scram.first()
        let final = text(scram.next(Array("r=abcdef,s=AAEC,i=4096".utf8)))
        #expect(final?.hasPrefix("c=biws,r=abcdef,p=") == true)
    }

    @Test func aForeignNonceAndATooCheapOrTooDearIterationCountAreRefused() {
        for first in ["r=xyz,s=AAEC,i=4096", "r=abc,s=AAEC,i=4096", "r=abcd,s=AAEC,i=1", "r=abcd,s=AAEC,i=99999999", "r=abcd,i=4096", "", "e=other-error"] {
            var scram = exchange()
            _ = scram.first()
            guard case .failed = scram.next(Array(first.utf8)) else { return #expect(Bool(false), "\(first)") }
        }
    }

    @Test func aServerThatDoesNotKnowThePasswordIsRefused() {
        var scram = exchange()
        _ = scram.first()
        _ = scram.next(Array("r=abcdef,s=AAEC,i=4096".utf8))
        #expect(scram.next(Array("v=AAAA".utf8)) == .failed("Invalid server signature in server final message"))
        #expect(scram.next(Array("e=invalid-proof".utf8)) == .failed("Authentication failed: invalid-proof"))
    }
}
