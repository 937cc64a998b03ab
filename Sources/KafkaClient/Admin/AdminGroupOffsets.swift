import KafkaProtocol
import Vocabulary

/// An offset that a group committed.
public struct CommittedOffset: Hashable, Sendable {
    public var offset: Int64
    /// -1 when unknown.
    public var leaderEpoch: Int32
    public var metadata: String

    public init(offset: Int64, leaderEpoch: Int32 = -1, metadata: String = "") {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

// The offsets that groups committed.
extension Admin {
    /// The offsets of a group, of the named partitions or (nil) of all. Partitions without one are left out.
    public func committedOffsets(of group: String, _ partitions: [TopicPartition]? = nil) throws(ClientError) -> [TopicPartition: CommittedOffset] {
        guard let result = committedOffsets(of: [group], partitions)[group] else { throw ClientError(.closed, message: "The client is closed.") }
        return try result.get()
    }

    /// The offsets of several groups, asked in parallel.
    public func committedOffsets(
        of groups: [String], _ partitions: [TopicPartition]? = nil
    ) -> [String: Result<[TopicPartition: CommittedOffset], ClientError>] {
        let topics = partitions.map { Dictionary(grouping: $0, by: \.topic).sorted { $0.key < $1.key } }
        var options = options("listConsumerGroupOffsets")
        // From version 10 on topics are named by id, which a deleted topic no longer has.
        options.versions = (partitions == nil ? 2 : 1)...9
        let answers = sender.perform(
            groups.map { .groupCoordinator($0) }, options: options,
            build: { version, index in Self.fetchRequest(groups[index], topics, version) }, retryCode: nil)
        var results: [String: Result<[TopicPartition: CommittedOffset], ClientError>] = [:]
        for (group, answer) in zip(groups, answers) {
            switch answer {
            case .failure(let error): results[group] = .failure(Self.lookupFailure(error, ofGroup: group))
            case .success(let response): results[group] = Self.offsets(in: response, of: group)
            }
        }
        return results
    }

    private static func fetchRequest(_ group: String, _ topics: [(key: String, value: [TopicPartition])]?, _ version: Int16) -> OffsetFetchRequest {
        var request = OffsetFetchRequest()
        guard version >= 8 else {
            request.groupId = group
            request.topics = topics.map { topics in
                topics.map { name, partitions in
                    var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
                    topic.name = name
                    topic.partitionIndexes = partitions.map(\.partition)
                    return topic
                }
            }
            return request
        }
        var wire = OffsetFetchRequest.OffsetFetchRequestGroup()
        wire.groupId = group
        wire.topics = topics.map { topics in
            topics.map { name, partitions in
                var topic = OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics()
                topic.name = name
                topic.partitionIndexes = partitions.map(\.partition)
                return topic
            }
        }
        request.groups = [wire]
        return request
    }

    private static func offsets(in response: OffsetFetchResponse, of group: String) -> Result<[TopicPartition: CommittedOffset], ClientError> {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        if let failure = response.errorCode.failure() { return .failure(failure) }
        for topic in response.topics {
            for p in topic.partitions where p.errorCode == .none && p.committedOffset >= 0 {
                offsets[TopicPartition(topic.name, p.partitionIndex)] = CommittedOffset(
                    offset: p.committedOffset, leaderEpoch: p.committedLeaderEpoch, metadata: p.metadata ?? "")
            }
        }
        for answer in response.groups where answer.groupId == group {
            if let failure = answer.errorCode.failure() { return .failure(failure) }
            for topic in answer.topics {
                for p in topic.partitions where p.errorCode == .none && p.committedOffset >= 0 {
                    offsets[TopicPartition(topic.name, p.partitionIndex)] = CommittedOffset(
                        offset: p.committedOffset, leaderEpoch: p.committedLeaderEpoch, metadata: p.metadata ?? "")
                }
            }
        }
        return .success(offsets)
    }

    /// Commits offsets for a group that has no members; returns the failures.
    public func commitOffsets(of group: String, _ offsets: [TopicPartition: CommittedOffset]) throws(ClientError) -> [TopicPartition: ClientError] {
        var request = OffsetCommitRequest()
        request.groupId = group
        request.topics = Dictionary(grouping: offsets, by: \.key.topic).sorted { $0.key < $1.key }.map { name, entries in
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = name
            topic.partitions = entries.sorted { $0.key < $1.key }.map { key, offset in
                var p = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
                p.partitionIndex = key.partition
                p.committedOffset = offset.offset
                p.committedLeaderEpoch = offset.leaderEpoch
                p.committedMetadata = offset.metadata
                return p
            }
            return topic
        }
        var options = options("alterConsumerGroupOffsets")
        options.versions = OffsetCommitRequest.versions.lowerBound...9
        let response = try sender.send(request, to: .groupCoordinator(group), options: options)
        return Self.failures(response.topics.flatMap { topic in topic.partitions.map { (topic.name, $0) } }) {
            (TopicPartition($0.0, $0.1.partitionIndex), $0.1.errorCode, nil)
        }
    }

    /// Deletes offsets of a group; returns the failures of single partitions.
    public func deleteOffsets(of group: String, _ partitions: [TopicPartition]) throws(ClientError) -> [TopicPartition: ClientError] {
        var request = OffsetDeleteRequest()
        request.groupId = group
        request.topics = Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
            var topic = OffsetDeleteRequest.OffsetDeleteRequestTopic()
            topic.name = name
            topic.partitions = partitions.sorted().map { key in
                var p = OffsetDeleteRequest.OffsetDeleteRequestTopic.OffsetDeleteRequestPartition()
                p.partitionIndex = key.partition
                return p
            }
            return topic
        }
        let response = try sender.send(request, to: .groupCoordinator(group), options: options("deleteConsumerGroupOffsets"))
        if let failure = response.errorCode.failure() { throw failure }
        return Self.failures(response.topics.flatMap { topic in topic.partitions.map { (topic.name, $0) } }) {
            (TopicPartition($0.0, $0.1.partitionIndex), $0.1.errorCode, nil)
        }
    }
}
