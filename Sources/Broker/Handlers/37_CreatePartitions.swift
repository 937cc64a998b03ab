import Coordination
import KafkaProtocol

// CreatePartitions, versions 0 to 3. 2: flexible.

func handleCreatePartitions(_ broker: Broker, _ request: CreatePartitionsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.createPartitions(request))
    } catch {
        var response = CreatePartitionsResponse()
        response.results = request.topics.map { topic in
            var row = CreatePartitionsResponse.CreatePartitionsTopicResult()
            row.name = topic.name
            row.errorCode = error
            row.errorMessage = error.message
            return row
        }
        context.reply(response)
    }
}
