import KafkaProtocol

/// A topic in a listing.
public struct TopicListing: Sendable, Hashable {
    public let name: String
    public let id: Uuid
    public let isInternal: Bool
}

/// A topic and its partitions.
public struct TopicDescription: Sendable {
    public struct Partition: Sendable {
        public let index: Int32
        /// -1 when there is none.
        public let leader: Int32
        public let leaderEpoch: Int32
        public let replicas: [Int32]
        public let isr: [Int32]
        /// Nil when the broker does not say (KIP-966).
        public let eligibleLeaderReplicas: [Int32]?
        public let lastKnownElr: [Int32]?
        public let offlineReplicas: [Int32]
    }

    public let name: String
    public let id: Uuid
    public let isInternal: Bool
    public let partitions: [Partition]
}

extension Admin {
    /// All topics, sorted by name.
    public func listTopics(includesInternal: Bool = true) throws(ClientError) -> [TopicListing] {
        let response = try sender.send(to: .any, options: options("listTopics")) { version in
            var request = MetadataRequest()
            request.topics = version == 0 ? [] : nil
            request.allowAutoTopicCreation = false
            return request
        }
        return response.topics.compactMap { topic in
            guard let name = topic.name, topic.errorCode == .none || topic.errorCode == .leaderNotAvailable else { return nil }
            if topic.isInternal && !includesInternal { return nil }
            return TopicListing(name: name, id: topic.topicId, isInternal: topic.isInternal)
        }.sorted { $0.name < $1.name }
    }

    /// The named topics and their partitions, page by page when the broker can (DescribeTopicPartitions, KIP-966), otherwise from Metadata.
    /// - Parameter pageSize: partitions that one answer may hold.
    public func describeTopics(_ names: [String], pageSize: Int32 = 2000) throws(ClientError) -> [String: Result<TopicDescription, ClientError>] {
        if names.isEmpty { return [:] }
        do throws(ClientError) {
            return try describePaged(names, pageSize: max(pageSize, 1))
        } catch  where error.kind == .unsupportedVersion || error.code == .unsupportedVersion {
            return try describeFromMetadata(names)
        }
    }

    private func describePaged(_ names: [String], pageSize: Int32) throws(ClientError) -> [String: Result<TopicDescription, ClientError>] {
        var results: [String: Result<TopicDescription, ClientError>] = [:]
        var remaining = Array(Set(names)).sorted()
        var cursor: DescribeTopicPartitionsRequest.Cursor?
        repeat {
            var request = DescribeTopicPartitionsRequest()
            request.topics = remaining.map { name in
                var topic = DescribeTopicPartitionsRequest.TopicRequest()
                topic.name = name
                return topic
            }
            request.cursor = cursor
            request.responsePartitionLimit = pageSize
            let response = try sender.send(request, to: .any, options: options("describeTopics"))
            for topic in response.topics { Self.add(topic, to: &results) }
            let next = response.nextCursor.map { next in
                var cursor = DescribeTopicPartitionsRequest.Cursor()
                cursor.topicName = next.topicName
                cursor.partitionIndex = next.partitionIndex
                return cursor
            }
            // A cursor that does not move would ask for the same page for ever.
            if let next, let cursor, (next.topicName, next.partitionIndex) <= (cursor.topicName, cursor.partitionIndex) { break }
            cursor = next
            if let next { remaining.removeAll { $0 < next.topicName } }
        } while cursor != nil
        return results
    }

    private static func add(
        _ topic: DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic, to results: inout [String: Result<TopicDescription, ClientError>]
    ) {
        guard let name = topic.name else { return }
        if let failure = topic.errorCode.failure() {
            results[name] = .failure(failure)
            return
        }
        var partitions: [TopicDescription.Partition] = []
        if case .success(let earlier) = results[name] { partitions = earlier.partitions }
        for p in topic.partitions {
            partitions.append(
                TopicDescription.Partition(
                    index: p.partitionIndex, leader: p.leaderId, leaderEpoch: p.leaderEpoch, replicas: p.replicaNodes, isr: p.isrNodes,
                    eligibleLeaderReplicas: p.eligibleLeaderReplicas ?? [], lastKnownElr: p.lastKnownElr ?? [], offlineReplicas: p.offlineReplicas))
        }
        results[name] = .success(
            TopicDescription(name: name, id: topic.topicId, isInternal: topic.isInternal, partitions: partitions.sorted { $0.index < $1.index }))
    }

    private func describeFromMetadata(_ names: [String]) throws(ClientError) -> [String: Result<TopicDescription, ClientError>] {
        var request = MetadataRequest()
        request.topics = names.map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        request.allowAutoTopicCreation = false
        let response = try sender.send(request, to: .any, options: options("describeTopics"))
        var results: [String: Result<TopicDescription, ClientError>] = [:]
        for topic in response.topics {
            guard let name = topic.name else { continue }
            results[name] = Self.description(of: topic, name: name)
        }
        return results
    }

    /// The topics with these ids; needs Metadata 10 or later.
    public func describeTopics(ids: [Uuid]) throws(ClientError) -> [Uuid: Result<TopicDescription, ClientError>] {
        var request = MetadataRequest()
        request.topics = ids.map { id in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.topicId = id
            topic.name = nil
            return topic
        }
        request.allowAutoTopicCreation = false
        var options = options("describeTopicsWithIds")
        options.versions = 10...MetadataRequest.versions.upperBound
        let response = try sender.send(request, to: .any, options: options)
        var results: [Uuid: Result<TopicDescription, ClientError>] = [:]
        for topic in response.topics { results[topic.topicId] = Self.description(of: topic, name: topic.name ?? "") }
        return results
    }

    private static func description(
        of topic: MetadataResponse.MetadataResponseTopic, name: String
    ) -> Result<TopicDescription, ClientError> {
        if let failure = topic.errorCode.failure() { return .failure(failure) }
        let partitions = topic.partitions.map { p in
            TopicDescription.Partition(
                index: p.partitionIndex, leader: p.leaderId, leaderEpoch: p.leaderEpoch, replicas: p.replicaNodes, isr: p.isrNodes,
                eligibleLeaderReplicas: nil, lastKnownElr: nil, offlineReplicas: p.offlineReplicas)
        }
        return .success(
            TopicDescription(name: name, id: topic.topicId, isInternal: topic.isInternal, partitions: partitions.sorted { $0.index < $1.index }))
    }
}
