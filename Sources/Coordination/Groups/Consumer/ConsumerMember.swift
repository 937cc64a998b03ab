import KafkaProtocol

/// Partitions that a member owns, by topic id, each with the epoch in which it was assigned (KIP-1251).
typealias OwnedPartitions = [Uuid: [Int32: Int32]]

/// A member of a group of the consumer protocol (KIP-848). One that still speaks the classic protocol has `classic`.
struct ConsumerMember: Sendable, Equatable {
    /// How far the member is on its way to the target assignment; the raw values are those of the log.
    enum State: Int8, Sendable {
        /// It has what the target of its epoch gives it.
        case stable = 0
        /// It must give partitions up before it may go on to the next epoch.
        case unrevokedPartitions
        /// It waits for partitions that others have not given up yet.
        case unreleasedPartitions
        /// Written by a newer broker.
        case unknown = 127
    }

    struct Classic: Sendable, Equatable {
        var sessionTimeoutMs: Int32
        var protocols: [ClassicMember.SupportedProtocol]
    }

    /// The epochs with which a member says that it leaves: for good, or for a static member until it comes back.
    static let leaveEpoch: Int32 = -1
    static let staticLeaveEpoch: Int32 = -2

    private(set) var memberId: String
    var groupInstanceId: String?
    var rackId: String?
    var clientId = ""
    var clientHost = ""
    var rebalanceTimeoutMs: Int32 = -1
    /// Sorted, without duplicates.
    var topicNames: [String] = []
    /// RE2's syntax; empty when the member has none.
    var topicRegex = ""
    var serverAssignor: String?
    var classic: Classic?

    /// The epoch that the member was last told, which is that of the target assignment it is reconciled with.
    var epoch: Int32 = 0
    var previousEpoch: Int32 = 0
    var state = State.stable
    var assigned: OwnedPartitions = [:]
    var pendingRevocation: OwnedPartitions = [:]

    init(memberId: String) { self.memberId = memberId }

    init(memberId: String, inPlaceOf old: ConsumerMember) {
        self = old
        self.memberId = memberId
    }

    var usesClassicProtocol: Bool { classic != nil }

    /// The protocol that a classic member was told; it is the first of those that it offered.
    var classicProtocol: ClassicMember.SupportedProtocol? { classic?.protocols.first }

    func isReconciled(to targetEpoch: Int32) -> Bool { state == .stable && epoch == targetEpoch }

    /// Whether the two differ in what the member metadata record says.
    func hasSameMetadata(as other: ConsumerMember) -> Bool {
        var other = other
        other.epoch = epoch
        other.previousEpoch = previousEpoch
        other.state = state
        other.assigned = assigned
        other.pendingRevocation = pendingRevocation
        return self == other
    }

    /// Whether the two are equally far on their way to the target assignment.
    func hasSameAssignment(as other: ConsumerMember?) -> Bool {
        epoch == other?.epoch && state == other?.state && assigned == other?.assigned && pendingRevocation == other?.pendingRevocation
    }

    /// The epoch in which a partition that the member has, or has still to give up, was assigned; nil for others.
    func assignmentEpoch(_ topicId: Uuid, _ partition: Int32) -> Int32? { assigned[topicId]?[partition] ?? pendingRevocation[topicId]?[partition] }
}

// MARK: Log

extension ConsumerMember {
    var metadataValue: ConsumerGroupMemberMetadataValue {
        var value = ConsumerGroupMemberMetadataValue()
        value.instanceId = groupInstanceId
        value.rackId = rackId
        value.clientId = clientId
        value.clientHost = clientHost
        value.subscribedTopicNames = topicNames
        value.subscribedTopicRegex = topicRegex
        value.rebalanceTimeoutMs = rebalanceTimeoutMs
        value.serverAssignor = serverAssignor
        if let classic {
            var metadata = ConsumerGroupMemberMetadataValue.ClassicMemberMetadata()
            metadata.sessionTimeoutMs = classic.sessionTimeoutMs
            metadata.supportedProtocols = classic.protocols.map { supported in
                var entry = ConsumerGroupMemberMetadataValue.ClassicMemberMetadata.ClassicProtocol()
                entry.name = supported.name
                entry.metadata = supported.metadata
                return entry
            }
            value.classicMemberMetadata = metadata
        }
        return value
    }

    mutating func replay(_ value: ConsumerGroupMemberMetadataValue) {
        groupInstanceId = value.instanceId
        rackId = value.rackId
        clientId = value.clientId
        clientHost = value.clientHost
        topicNames = value.subscribedTopicNames.sorted()
        topicRegex = value.subscribedTopicRegex ?? ""
        rebalanceTimeoutMs = value.rebalanceTimeoutMs
        serverAssignor = value.serverAssignor
        classic = value.classicMemberMetadata.map { metadata in
            Classic(
                sessionTimeoutMs: metadata.sessionTimeoutMs,
                protocols: metadata.supportedProtocols.map { .init(name: $0.name, metadata: $0.metadata.compacted()) })
        }
    }

    var assignmentValue: ConsumerGroupCurrentMemberAssignmentValue {
        typealias TopicPartitions = ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions
        func rows(_ owned: OwnedPartitions) -> [TopicPartitions] {
            owned.sorted { $0.key < $1.key }.map { topicId, partitions in
                let sorted = partitions.sorted { $0.key < $1.key }
                var row = TopicPartitions()
                row.topicId = topicId
                row.partitions = sorted.map(\.key)
                row.assignmentEpochs = sorted.map(\.value)
                return row
            }
        }
        var value = ConsumerGroupCurrentMemberAssignmentValue()
        value.memberEpoch = epoch
        value.previousMemberEpoch = previousEpoch
        value.state = state.rawValue
        value.assignedPartitions = rows(assigned)
        value.partitionsPendingRevocation = rows(pendingRevocation)
        return value
    }

    mutating func replay(_ value: ConsumerGroupCurrentMemberAssignmentValue) {
        // Records of Kafka before 4.3 have no assignment epochs; the member's own is the only one that is certain.
        func owned(_ rows: [ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions]) -> OwnedPartitions {
            rows.reduce(into: [:]) { owned, row in
                let epochs = row.assignmentEpochs ?? []
                for (index, partition) in row.partitions.enumerated() {
                    owned[row.topicId, default: [:]][partition] = index < epochs.count ? epochs[index] : value.memberEpoch
                }
            }
        }
        epoch = value.memberEpoch
        previousEpoch = value.previousMemberEpoch
        state = State(rawValue: value.state) ?? .unknown
        assigned = owned(value.assignedPartitions)
        pendingRevocation = owned(value.partitionsPendingRevocation)
    }
}
