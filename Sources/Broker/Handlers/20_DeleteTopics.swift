import Coordination
import KafkaProtocol

// DeleteTopics, versions 1 to 6. 4: flexible. 5: error messages. 6: topics by id.

func handleDeleteTopics(_ broker: Broker, _ request: DeleteTopicsRequest, _ context: RequestContext) {
    do {
        let version = context.version
        context.reply(try broker.metadata.change { controller, image, _ in controller.deleteTopics(request, version: version, image: image) })
    } catch {
        var response = DeleteTopicsResponse()
        let asked: [(String?, Uuid)] = request.topics.map { ($0.name, $0.topicId) } + request.topicNames.map { ($0, .zero) }
        response.responses = asked.map { name, id in
            var row = DeleteTopicsResponse.DeletableTopicResult()
            row.name = name
            row.topicId = id
            row.errorCode = error
            row.errorMessage = error.message
            return row
        }
        context.reply(response)
    }
}
