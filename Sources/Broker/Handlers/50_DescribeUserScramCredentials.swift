import Coordination
import KafkaProtocol

// DescribeUserScramCredentials, version 0: which mechanisms a user has, never a secret (KIP-554). No users asked for means all.

func handleDescribeUserScramCredentials(_ broker: Broker, _ request: DescribeUserScramCredentialsRequest, _ context: RequestContext) {
    typealias Result = DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
    let credentials = Dictionary(grouping: broker.metadata.image.scramCredentials.values, by: \.name)
    let asked = request.users.flatMap { $0.isEmpty ? nil : $0.map(\.name) }
    let counts = Dictionary((asked ?? []).map { ($0, 1) }, uniquingKeysWith: +)
    var response = DescribeUserScramCredentialsResponse()
    response.results = (asked.map { Set($0).sorted() } ?? credentials.keys.sorted()).map { user in
        var result = Result()
        result.user = user
        result.errorMessage = nil
        if counts[user] ?? 0 > 1 {
            result.errorCode = .duplicateResource
            result.errorMessage = "Cannot describe SCRAM credentials for the same user twice in a single request: \(user)"
        } else if let rows = credentials[user] {
            result.credentialInfos = rows.sorted { $0.mechanism < $1.mechanism }.map { credential in
                var info = Result.CredentialInfo()
                info.mechanism = credential.mechanism
                info.iterations = credential.iterations
                return info
            }
        } else {
            result.errorCode = .resourceNotFound
            result.errorMessage = "Attempt to describe a user credential that does not exist: \(user)"
        }
        return result
    }
    context.reply(response)
}
