import KafkaProtocol
import Vocabulary

/// A group in a listing.
public struct GroupListing: Hashable, Sendable {
    public let groupId: String
    /// Kafka's name: `Classic`, `Consumer`, `Share`, `Streams`, or `Unknown` when the broker is too old to say.
    public let type: String
    /// Kafka's name, such as `Stable`, or `Unknown` when the broker is too old to say.
    public let state: String
    /// Empty for groups that only commit.
    public let protocolType: String

    init(_ group: ListGroupsResponse.ListedGroup) {
        groupId = group.groupId
        type = group.groupType.isEmpty ? "Unknown" : group.groupType.prefix(1).uppercased() + group.groupType.dropFirst()
        state = group.groupState.isEmpty ? "Unknown" : group.groupState
        protocolType = group.protocolType
    }
}

/// A consumer group and its members, classic or of the consumer protocol (KIP-848).
public struct GroupDescription: Sendable {
    public struct Member: Sendable {
        public let memberId: String
        public let instanceId: String?
        public let clientId: String
        /// As the broker writes it: `/127.0.0.1`.
        public let host: String
        /// Sorted.
        public let assignment: [TopicPartition]
        /// Nil for members of classic groups.
        public let targetAssignment: [TopicPartition]?
        /// Nil for members of classic groups.
        public let memberEpoch: Int32?
        /// Whether the member speaks the consumer protocol; nil when the broker does not say.
        public let isUpgraded: Bool?
    }

    public let groupId: String
    /// `Classic` or `Consumer`.
    public let type: String
    /// Kafka's name, such as `Stable`, `Empty`, `PreparingRebalance`, `Reconciling`, `Dead`.
    public let state: String
    /// The classic protocol type; empty for groups that only commit.
    public let protocolType: String
    /// The name of the assignor; empty when none was chosen.
    public let assignor: String
    public let members: [Member]
    /// The coordinator, when its address is known.
    public let coordinator: ClusterMetadata.Broker?
    public let groupEpoch: Int32?
    public let targetAssignmentEpoch: Int32?
}

extension Admin {
    /// The groups of all brokers, sorted by id. Filters are by state and type names; empty for no filter.
    /// - Throws: the failure of the first broker that failed, as Java's client does.
    public func listGroups(states: [String] = [], types: [String] = []) throws(ClientError) -> [GroupListing] {
        let nodes: [Int32]
        do throws(ClientError) {
            nodes = try allBrokers(call: "findAllBrokers")
        } catch  where error.kind == .unreachable || error.kind == .timeout || error.kind == .authentication {
            throw ClientError(
                error.kind, exceptionClass: "org.apache.kafka.common.KafkaException", message: "Failed to find brokers to send ListGroups",
                reason: error.reason ?? error.message)
        }
        var options = options("listGroups")
        let since: Int16 = types.isEmpty ? (states.isEmpty ? 0 : 4) : 5
        options.versions = since...ListGroupsRequest.versions.upperBound
        var request = ListGroupsRequest()
        request.statesFilter = states
        request.typesFilter = types
        var groups: [String: GroupListing] = [:]
        for answer in sender.sendAll(nodes.map { Call(request, to: .node($0)) }, options: options) {
            let response = try answer.get()
            if let failure = response.errorCode.failure() { throw failure }
            for group in response.groups { groups[group.groupId] = GroupListing(group) }
        }
        return groups.values.sorted { $0.groupId < $1.groupId }
    }

    /// The ids of all brokers, freshly asked, ascending; of all controllers where those are asked.
    public func allBrokers(call: String = "listNodes") throws(ClientError) -> [Int32] {
        if sender.core.config.asksControllers {
            var request = DescribeClusterRequest()
            request.endpointType = 2
            let response = try sender.send(request, to: .any, options: options(call))
            if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
            return response.brokers.map(\.brokerId).sorted()
        }
        var request = MetadataRequest()
        request.topics = []
        request.allowAutoTopicCreation = false
        // Version 0 would read the empty list as all topics, which is wasteful but not wrong.
        return try sender.send(request, to: .any, options: options(call)).brokers.map(\.nodeId).sorted()
    }

    /// Describes groups: first by the consumer protocol, then, for those that are unknown there, as classic groups.
    public func describeConsumerGroups(_ ids: [String]) -> [String: Result<GroupDescription, ClientError>] {
        var results: [String: Result<GroupDescription, ClientError>] = [:]
        var classic: [String] = []
        let answers = sender.perform(
            ids.map { .groupCoordinator($0) }, options: options("describeConsumerGroups"),
            build: { _, index in
                var request = ConsumerGroupDescribeRequest()
                request.groupIds = [ids[index]]
                return request
            }, retryCode: nil)
        for (id, answer) in zip(ids, answers) {
            switch answer {
            case .success(let response):
                guard let group = response.groups.first else { continue }
                if group.errorCode == .groupIdNotFound || group.errorCode == .unsupportedVersion {
                    classic.append(id)
                } else {
                    results[id] = group.errorCode.failure(group.errorMessage).map { .failure($0) } ?? .success(description(of: group))
                }
            case .failure(let error) where error.kind == .unsupportedVersion: classic.append(id)
            case .failure(let error): results[id] = .failure(error)
            }
        }
        for (id, result) in describeClassicGroups(classic) { results[id] = result }
        return results
    }

    private func description(of group: ConsumerGroupDescribeResponse.DescribedGroup) -> GroupDescription {
        func partitions(_ assignment: ConsumerGroupDescribeResponse.Assignment) -> [TopicPartition] {
            assignment.topicPartitions.flatMap { topic in topic.partitions.map { TopicPartition(topic.topicName, $0) } }.sorted()
        }
        let members = group.members.map { member in
            GroupDescription.Member(
                memberId: member.memberId, instanceId: member.instanceId, clientId: member.clientId, host: member.clientHost,
                assignment: partitions(member.assignment), targetAssignment: partitions(member.targetAssignment), memberEpoch: member.memberEpoch,
                isUpgraded: member.memberType < 0 ? nil : member.memberType == 1)
        }
        return GroupDescription(
            groupId: group.groupId, type: "Consumer", state: group.groupState, protocolType: "consumer", assignor: group.assignorName,
            members: members, coordinator: coordinator(of: group.groupId), groupEpoch: group.groupEpoch, targetAssignmentEpoch: group.assignmentEpoch)
    }

    private func describeClassicGroups(_ ids: [String]) -> [String: Result<GroupDescription, ClientError>] {
        if ids.isEmpty { return [:] }
        var results: [String: Result<GroupDescription, ClientError>] = [:]
        let answers = sender.perform(
            ids.map { .groupCoordinator($0) }, options: options("describeConsumerGroups"),
            build: { _, index in
                var request = DescribeGroupsRequest()
                request.groups = [ids[index]]
                return request
            }, retryCode: nil)
        for (id, answer) in zip(ids, answers) {
            switch answer {
            case .failure(let error): results[id] = .failure(error)
            case .success(let response):
                guard let group = response.groups.first else { continue }
                results[id] = group.errorCode.failure(group.errorMessage).map { .failure($0) } ?? description(of: group)
            }
        }
        return results
    }

    private func description(of group: DescribeGroupsResponse.DescribedGroup) -> Result<GroupDescription, ClientError> {
        guard group.protocolType == "consumer" || group.protocolType.isEmpty else {
            return .failure(
                ClientError(
                    .broker, exceptionClass: "java.lang.IllegalArgumentException",
                    message: "GroupId \(group.groupId) is not a consumer group (\(group.protocolType))."))
        }
        var members: [GroupDescription.Member] = []
        for member in group.members {
            guard let assignment = Self.classicAssignment(member.memberAssignment) else {
                return .failure(ClientError(.malformed, message: "The assignment of member \(member.memberId) cannot be read."))
            }
            members.append(
                GroupDescription.Member(
                    memberId: member.memberId, instanceId: member.groupInstanceId, clientId: member.clientId, host: member.clientHost,
                    assignment: assignment, targetAssignment: nil, memberEpoch: nil, isUpgraded: nil))
        }
        return .success(
            GroupDescription(
                groupId: group.groupId, type: "Classic", state: group.groupState, protocolType: group.protocolType, assignor: group.protocolData,
                members: members, coordinator: coordinator(of: group.groupId), groupEpoch: nil, targetAssignmentEpoch: nil))
    }

    private func coordinator(of group: String) -> ClusterMetadata.Broker? {
        sender.core.knownCoordinator(.groupCoordinator(group)).flatMap { sender.core.metadata.brokers[$0] }
    }

    /// The partitions in a classic member's assignment (two bytes of version, then the consumer protocol's structure); nil when malformed.
    static func classicAssignment(_ bytes: Bytes) -> [TopicPartition]? {
        if bytes.isEmpty { return [] }
        guard bytes.count >= 2 else { return nil }
        let version = min(max(bytes.load(0, as: Int16.self), 0), ConsumerProtocolAssignment.versions.upperBound)
        guard let assignment = try? ConsumerProtocolAssignment.decode(bytes.dropFirst(2), version: version, allowsTrailing: true) else { return nil }
        return assignment.assignedPartitions.flatMap { topic in topic.partitions.map { TopicPartition(topic.topic, $0) } }.sorted()
    }

    /// Deletes groups; returns the failures.
    public func deleteGroups(_ ids: [String]) -> [String: ClientError] {
        let answers = sender.perform(
            ids.map { .groupCoordinator($0) }, options: options("deleteConsumerGroups"),
            build: { _, index in
                var request = DeleteGroupsRequest()
                request.groupsNames = [ids[index]]
                return request
            }, retryCode: nil)
        var failures: [String: ClientError] = [:]
        for (id, answer) in zip(ids, answers) {
            switch answer {
            case .failure(let error): failures[id] = error
            case .success(let response): failures[id] = response.results.first { $0.groupId == id }?.errorCode.failure()
            }
        }
        return failures
    }
}
