import Coordination
import KafkaProtocol
import Security

// DeleteTopics, versions 1 to 6. 4: flexible. 5: error messages. 6: topics by id.

func handleDeleteTopics(_ broker: Broker, _ request: DeleteTopicsRequest, _ context: RequestContext) {
    let image = broker.metadata.image
    var allowed = request
    var refused: [DeleteTopicsResponse.DeletableTopicResult] = []
    func refuse(_ name: String?, _ id: Uuid, _ error: ErrorCode) {
        var row = DeleteTopicsResponse.DeletableTopicResult()
        row.name = name
        row.topicId = id
        row.errorCode = error
        row.errorMessage = error.message
        refused.append(row)
    }
    allowed.topics.removeAll { topic in
        guard let name = topic.name ?? image.topic(topic.topicId)?.name, !context.allows(.delete, .topic(name)) else { return false }
        // Somebody who may not see the topic learns neither its name nor its id.
        let isVisible = context.allows(.describe, .topic(name))
        if topic.name == nil {
            refuse(isVisible ? name : nil, topic.topicId, .topicAuthorizationFailed)
        } else {
            refuse(name, isVisible ? topic.topicId : .zero, .topicAuthorizationFailed)
        }
        return true
    }
    allowed.topicNames.removeAll { name in
        guard !context.allows(.delete, .topic(name)) else { return false }
        refuse(name, .zero, .topicAuthorizationFailed)
        return true
    }
    context.forward(allowed, broker) { [refused] in $0.responses += refused }
}
