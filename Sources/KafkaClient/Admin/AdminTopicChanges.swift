import KafkaProtocol
import Vocabulary

// Creating, growing and deleting topics, and what moves of them.
extension Admin {
    /// Creates topics (-1 partitions or replicas for the broker's default) and says of each what it became, or why not.
    public func createTopics(
        _ topics: [CreateTopicsRequest.CreatableTopic], validateOnly: Bool = false
    ) throws(ClientError) -> [String: Result<CreateTopicsResponse.CreatableTopicResult, ClientError>] {
        var request = CreateTopicsRequest()
        request.topics = topics
        request.validateOnly = validateOnly
        request.timeoutMs = brokerTimeoutMs
        let response = try sender.send(request, to: .controller, options: options("createTopics"))
        var results: [String: Result<CreateTopicsResponse.CreatableTopicResult, ClientError>] = [:]
        for topic in response.topics {
            results[topic.name] = topic.errorCode.failure(topic.errorMessage).map { .failure($0) } ?? .success(topic)
        }
        return results
    }

    /// Deletes topics by name; returns the failures.
    public func deleteTopics(_ names: [String]) throws(ClientError) -> [String: ClientError] {
        let timeoutMs = brokerTimeoutMs
        let response = try sender.send(to: .controller, options: options("deleteTopics")) { version in
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
        return Self.failures(response.responses) { ($0.name ?? "", $0.errorCode, $0.errorMessage) }
    }

    /// Raises topics' partition counts (`assignments` nil: the broker places the new ones); returns the failures.
    public func createPartitions(
        _ topics: [CreatePartitionsRequest.CreatePartitionsTopic], validateOnly: Bool = false
    ) throws(ClientError) -> [String: ClientError] {
        var request = CreatePartitionsRequest()
        request.topics = topics
        request.validateOnly = validateOnly
        request.timeoutMs = brokerTimeoutMs
        let response = try sender.send(request, to: .controller, options: options("createPartitions"))
        return Self.failures(response.results) { ($0.name, $0.errorCode, $0.errorMessage) }
    }

    /// The reassignments under way: replicas now, those being added, those being removed. Nil for all partitions.
    public func listPartitionReassignments(
        _ partitions: [TopicPartition]? = nil
    ) throws(ClientError) -> [TopicPartition: ListPartitionReassignmentsResponse.OngoingTopicReassignment.OngoingPartitionReassignment] {
        var request = ListPartitionReassignmentsRequest()
        request.timeoutMs = brokerTimeoutMs
        request.topics = partitions.map { all in
            Dictionary(grouping: all, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
                var topic = ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics()
                topic.name = name
                topic.partitionIndexes = partitions.map(\.partition)
                return topic
            }
        }
        let response = try sender.send(request, to: .controller, options: options("listPartitionReassignments"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        var results: [TopicPartition: ListPartitionReassignmentsResponse.OngoingTopicReassignment.OngoingPartitionReassignment] = [:]
        for topic in response.topics { for p in topic.partitions { results[TopicPartition(topic.name, p.partitionIndex)] = p } }
        return results
    }

    static func failures<Item, Key: Hashable>(
        _ items: [Item], _ parts: (Item) -> (key: Key, code: ErrorCode, message: String?)
    ) -> [Key: ClientError] {
        var failures: [Key: ClientError] = [:]
        for item in items {
            let (key, code, message) = parts(item)
            if let failure = code.failure(message) { failures[key] = failure }
        }
        return failures
    }
}
