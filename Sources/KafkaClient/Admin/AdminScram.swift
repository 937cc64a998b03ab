import KafkaProtocol
import Security

/// A way to keep a password for SCRAM. The raw values are those of the protocol (KIP-554).
public enum ScramMechanism: Int8, Sendable, CaseIterable {
    case sha256 = 1
    case sha512 = 2

    /// The name in SASL, such as `SCRAM-SHA-256`.
    public var name: String { self == .sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512" }
    /// Fewer iterations are not accepted.
    public static let leastIterations: Int32 = 4096

    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// What is told of a user's password: how it is kept, never the password.
public struct ScramCredentialInfo: Sendable, Hashable {
    public let mechanism: ScramMechanism
    public let iterations: Int32
}

/// A password to store.
public struct ScramCredential: Sendable {
    public let mechanism: ScramMechanism
    public let iterations: Int32
    public let password: String

    public init(_ mechanism: ScramMechanism, iterations: Int32, password: String) {
        self.mechanism = mechanism
        self.iterations = iterations
        self.password = password
    }
}

// Passwords of users for SCRAM (KIP-554).
extension Admin {
    /// How the passwords of users are kept, sorted by name. Users without any are left out.
    /// - Parameter users: whom to ask about; empty for all.
    public func describeScramCredentials(
        of users: [String] = []
    ) throws(ClientError) -> [(user: String, credentials: Result<[ScramCredentialInfo], ClientError>)] {
        var request = DescribeUserScramCredentialsRequest()
        request.users =
            users.isEmpty
            ? nil
            : users.map { name in
                var user = DescribeUserScramCredentialsRequest.UserName()
                user.name = name
                return user
            }
        let response = try sender.send(request, to: .any, options: options("describeUserScramCredentials"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        return response.results.filter { $0.errorCode != .resourceNotFound }.map { result in
            if let failure = result.errorCode.failure(result.errorMessage) { return (result.user, .failure(failure)) }
            let known = result.credentialInfos.compactMap { info in
                ScramMechanism(rawValue: info.mechanism).map { ScramCredentialInfo(mechanism: $0, iterations: info.iterations) }
            }
            return (result.user, .success(known.sorted { $0.mechanism.rawValue < $1.mechanism.rawValue }))
        }.sorted { $0.user < $1.user }
    }

    /// Stores and forgets a user's passwords. They are salted and hashed here; the broker never sees them.
    public func alterScramCredentials(of user: String, deleting deleted: [ScramMechanism], storing stored: [ScramCredential]) throws(ClientError) {
        guard let crypto = sender.core.crypto else {
            throw ClientError(.illegalState, message: "SCRAM needs cryptography, which this client was made without.")
        }
        if user.isEmpty { throw ClientError(code: .unacceptableCredential, message: "Username must not be empty") }
        if stored.contains(where: { $0.password.isEmpty }) { throw ClientError(code: .unacceptableCredential, message: "Password must not be empty") }
        var request = AlterUserScramCredentialsRequest()
        request.deletions = deleted.map { mechanism in
            var deletion = AlterUserScramCredentialsRequest.ScramCredentialDeletion()
            deletion.name = user
            deletion.mechanism = mechanism.rawValue
            return deletion
        }
        request.upsertions = stored.map { credential in
            let salt = Array(crypto.nonce().utf8)
            let salted = crypto.pbkdf2(
                credential.mechanism == .sha256 ? .sha256 : .sha512, password: Array(credential.password.utf8), salt: salt,
                iterations: Int(credential.iterations))
            var upsertion = AlterUserScramCredentialsRequest.ScramCredentialUpsertion()
            upsertion.name = user
            upsertion.mechanism = credential.mechanism.rawValue
            upsertion.iterations = credential.iterations
            upsertion.salt = Bytes(salt)
            upsertion.saltedPassword = Bytes(salted)
            return upsertion
        }
        let response = try sender.send(request, to: .controller, options: options("alterUserScramCredentials"))
        for result in response.results { if let failure = result.errorCode.failure(result.errorMessage) { throw failure } }
    }
}
