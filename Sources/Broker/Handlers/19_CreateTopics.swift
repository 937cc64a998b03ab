import Coordination
import KafkaProtocol
import Security

// CreateTopics, versions 2 to 7. 4: the broker's defaults for partitions and replicas (-1). 5: flexible, the topic's configuration in the answer.
// 7: topic ids.

func handleCreateTopics(_ broker: Broker, _ request: CreateTopicsRequest, _ context: RequestContext) {
    let mayCreateAll = context.allows(.create, .cluster)
    var allowed = request
    allowed.topics.removeAll { !mayCreateAll && !context.allows(.create, .topic($0.name)) }
    var seen = Set(allowed.topics.map(\.name))
    let refused = request.topics.filter { seen.insert($0.name).inserted }.map { topic in
        var row = CreateTopicsResponse.CreatableTopicResult()
        row.name = topic.name
        row.errorCode = .topicAuthorizationFailed
        row.errorMessage = "Authorization failed."
        return row
    }
    broker.metadata.createTopics(allowed, version: context.version, principal: context.principal) { result in
        context.answer(request, result) { response in
            for index in response.topics.indices where !context.allows(.describeConfigs, .topic(response.topics[index].name)) {
                hideConfiguration(&response.topics[index])
            }
            response.topics += refused
        }
    }
}

/// What the client may not see of a topic that it may make (KIP-525).
private func hideConfiguration(_ row: inout CreateTopicsResponse.CreatableTopicResult) {
    guard row.errorCode == .none else { return }
    row.topicConfigErrorCode = .topicAuthorizationFailed
    row.numPartitions = -1
    row.replicationFactor = -1
    row.configs = nil
}
