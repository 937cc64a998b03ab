import KafkaClient
import KafkaProtocol

/// `--delete`: every selected topic. Silent on success.
extension Topics {
    func delete() throws {
        let topics = try selectedOrMissing()
        if topics.isEmpty { return }
        let names = topics.map(\.name)
        let timeoutMs = brokerTimeoutMs
        let response = try session.send(
            to: .controller, options: RequestOptions(call: "deleteTopics"),
            retryCode: { response in response.responses.contains { $0.errorCode == ErrorCode.notController } ? ErrorCode.notController : ErrorCode.none }
        ) { version in
            var request = DeleteTopicsRequest()
            request.timeoutMs = timeoutMs
            if version >= 6 {
                request.topics = names.map { name in
                    var topic = DeleteTopicsRequest.DeleteTopicState()
                    topic.name = name
                    return topic
                }
            } else {
                request.topicNames = names
            }
            return request
        }
        for result in response.responses where result.errorCode != .none {
            throw ClientError(code: result.errorCode, message: result.errorMessage)
        }
    }
}
