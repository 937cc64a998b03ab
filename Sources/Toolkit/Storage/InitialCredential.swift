import ClientDriver
import KafkaClient
import KafkaProtocol
import Security
import Vocabulary

/// A password that a cluster begins with (KIP-900), from a text such as `SCRAM-SHA-256=[name=alice,password=secret]`.
struct InitialCredential {
    let mechanism: ScramMechanism
    let name: String
    let iterations: Int32
    private let salt: [UInt8]?
    private let password: String?
    private let saltedPassword: [UInt8]?

    private static let mostIterations: Int32 = 16384

    init(_ argument: String) throws(ToolError) {
        let text = JavaText.trim(argument)
        guard let equals = text.firstIndex(of: "=") else { throw .invalid("Failed to find equals sign in SCRAM argument '\(text)'") }
        guard let mechanism = ScramMechanism(name: String(text[..<equals])) else {
            throw .invalid("The add-scram mechanism \(text[..<equals]) is not supported.")
        }
        self.mechanism = mechanism
        let list = text[text.index(after: equals)...]
        guard list.hasPrefix("[") else { throw .invalid("Expected configuration string to start with [") }
        guard list.hasSuffix("]"), list.count > 1 else { throw .invalid("Expected configuration string to end with ]") }
        var parts = try Self.parts(list.dropFirst().dropLast())
        guard let name = parts.removeValue(forKey: "name") else { throw .invalid("You must supply 'name' to add-scram") }
        self.name = name
        salt = try parts.removeValue(forKey: "salt").map { (text) throws(ToolError) in try Self.decoded(text, as: "salt") }
        iterations = try Self.iterations(parts.removeValue(forKey: "iterations"), mechanism)
        password = parts.removeValue(forKey: "password")
        let salted = parts.removeValue(forKey: "saltedpassword")
        if password == nil, salted == nil { throw .invalid("You must supply one of 'password' or 'saltedpassword' to add-scram") }
        if password == nil, salt == nil { throw .invalid("You must supply 'salt' with 'saltedpassword' to add-scram") }
        saltedPassword = password == nil ? try salted.map { (text) throws(ToolError) in try Self.decoded(text, as: "saltedPassword") } : nil
        if !parts.isEmpty { throw .invalid("Unknown SCRAM configurations: \(parts.keys.sorted().joined(separator: ", "))") }
    }

    /// `key=value` between commas; a value may stand in quotation marks.
    private static func parts(_ list: Substring) throws(ToolError) -> [String: String] {
        var parts: [String: String] = [:]
        for part in list.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else { throw .invalid("No equals sign found in SCRAM component: \(part)") }
            var value = part[part.index(after: equals)...]
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
            parts[String(part[..<equals])] = String(value)
        }
        return parts
    }

    private static func decoded(_ text: String, as name: String) throws(ToolError) -> [UInt8] {
        guard let bytes = Base64.decode(text) else { throw .invalid("Failed to decode given \(name): \(text)") }
        return bytes
    }

    private static func iterations(_ text: String?, _ mechanism: ScramMechanism) throws(ToolError) -> Int32 {
        guard let text else { return ScramMechanism.leastIterations }
        guard let count = Int32(java: text) else { throw .invalid("Failed to parse iterations count: \(text)") }
        let kafkaName = mechanism == .sha256 ? "SCRAM_SHA_256" : "SCRAM_SHA_512"
        if count < ScramMechanism.leastIterations {
            throw .invalid("The 'iterations' value must be >= \(ScramMechanism.leastIterations) for add-scram using \(kafkaName)")
        }
        if count > mostIterations { throw .invalid("The 'iterations' value must be <= \(mostIterations) for add-scram using \(kafkaName)") }
        return count
    }

    /// The metadata record, with the keys that follow from the password (RFC 5802) instead of it.
    func record(_ crypto: some SaslCrypto) -> UserScramCredentialRecord {
        let hash: SaslHash = mechanism == .sha256 ? .sha256 : .sha512
        let salt = salt ?? Array(crypto.nonce().utf8)
        let salted = saltedPassword ?? crypto.pbkdf2(hash, password: Array((password ?? "").utf8), salt: salt, iterations: Int(iterations))
        var record = UserScramCredentialRecord()
        record.name = name
        record.mechanism = mechanism.rawValue
        record.salt = Bytes(salt)
        record.storedKey = Bytes(crypto.digest(hash, crypto.hmac(hash, key: salted, data: Array("Client Key".utf8))))
        record.serverKey = Bytes(crypto.hmac(hash, key: salted, data: Array("Server Key".utf8)))
        record.iterations = iterations
        return record
    }
}
