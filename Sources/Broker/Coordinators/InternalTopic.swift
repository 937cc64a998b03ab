import KafkaProtocol
import Security

/// A topic that the broker keeps a coordinator's state in, as the configuration wants it.
struct InternalTopic: Sendable {
    let name: String
    let partitions: Int32
    let replicationFactor: Int16
    let configs: [(name: String, value: String)]

    /// As a request to create it.
    var creation: CreateTopicsRequest.CreatableTopic {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicationFactor
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        return topic
    }

    /// Creates the topic when it is missing: what the first client that looks for a coordinator causes.
    func createIfMissing(_ metadata: MetadataService, _ principal: Principal, then: @escaping @Sendable (ErrorCode) -> Void) {
        if metadata.image.topic(name) != nil { return then(.none) }
        var request = CreateTopicsRequest()
        request.topics = [creation]
        metadata.createTopics(request, principal: principal) { result in
            switch result {
            case .success(let response):
                let error = response.topics.first?.errorCode ?? .unknownServerError
                then(error == .topicAlreadyExists ? .none : error)
            case .failure(let error): then(error)
            }
        }
    }

    /// How many partitions the topic has, or will have once it is created.
    func partitionCount(_ metadata: MetadataService) -> Int32 { metadata.image.topic(name).map { Int32($0.partitions.count) } ?? partitions }
}
