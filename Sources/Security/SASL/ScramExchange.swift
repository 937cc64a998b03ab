import KafkaProtocol

/// SASL SCRAM, client side (RFC 5802, RFC 7677).
public struct ScramExchange: SaslExchange {
    private let hash: SaslHash
    private let username: String
    private let password: String
    private let crypto: any SaslCrypto
    /// Bounds of the iteration count: below, the password would be too cheap to guess; above, a hostile broker could keep the client busy.
    static let iterations = 4_096...1_000_000

    private var clientNonce = ""
    private var serverSignature: [UInt8]?

    public init(hash: SaslHash, username: String, password: String, crypto: any SaslCrypto) {
        self.hash = hash
        self.username = username
        self.password = password
        self.crypto = crypto
    }

    private var firstBare: String {
        var name = ""
        for character in username {
            switch character {
            case "=": name += "=3D"
            case ",": name += "=2C"
            default: name.append(character)
            }
        }
        return "n=\(name),r=\(clientNonce)"
    }

    public mutating func first() -> [UInt8] {
        clientNonce = crypto.nonce()
        return Array("n,,\(firstBare)".utf8)
    }

    public mutating func next(_ message: [UInt8]) -> SaslStep {
        let text = String(decoding: message, as: UTF8.self)
        var fields: [Character: String] = [:]
        for part in text.split(separator: ",") where part.dropFirst().first == "=" {
            if let key = part.first { fields[key] = String(part.dropFirst(2)) }
        }
        if let error = fields["e"] { return .failed("Authentication failed: \(error)") }
        if let serverSignature {
            guard let verifier = fields["v"], Base64.decode(verifier) == serverSignature else {
                return .failed("Invalid server signature in server final message")
            }
            return .done
        }
        return final(serverFirst: text, fields)
    }

    private mutating func final(serverFirst: String, _ fields: [Character: String]) -> SaslStep {
        guard let nonce = fields["r"], nonce.hasPrefix(clientNonce), nonce.count > clientNonce.count else {
            return .failed("Invalid server nonce: does not start with client nonce")
        }
        guard let salt = fields["s"].flatMap({ Base64.decode($0) }), let count = fields["i"].flatMap({ Int($0) }), Self.iterations.contains(count) else {
            return .failed("Invalid salt or iteration count in the server's message")
        }
        let withoutProof = "c=biws,r=\(nonce)"
        let authMessage = Array("\(firstBare),\(serverFirst),\(withoutProof)".utf8)
        let salted = crypto.pbkdf2(hash, password: Array(password.utf8), salt: salt, iterations: count)
        let clientKey = crypto.hmac(hash, key: salted, data: Array("Client Key".utf8))
        let signature = crypto.hmac(hash, key: crypto.digest(hash, clientKey), data: authMessage)
        let proof = zip(clientKey, signature).map { $0 ^ $1 }
        serverSignature = crypto.hmac(hash, key: crypto.hmac(hash, key: salted, data: Array("Server Key".utf8)), data: authMessage)
        return .send(Array("\(withoutProof),p=\(Base64.encode(proof))".utf8))
    }
}
