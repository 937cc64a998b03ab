import Coordination
import KafkaProtocol
import Security

// CreatePartitions, versions 0 to 3. 2: flexible.

func handleCreatePartitions(_ broker: Broker, _ request: CreatePartitionsRequest, _ context: RequestContext) {
    var allowed = request
    allowed.topics.removeAll { !context.allows(.alter, .topic($0.name)) }
    var seen = Set(allowed.topics.map(\.name))
    let refused = request.topics.filter { seen.insert($0.name).inserted }.map { topic in
        var row = CreatePartitionsResponse.CreatePartitionsTopicResult()
        row.name = topic.name
        row.errorCode = .topicAuthorizationFailed
        return row
    }
    broker.metadata.createPartitions(allowed, version: context.version, principal: context.principal) { result in
        context.answer(request, result) { $0.results = refused + $0.results }
    }
}
