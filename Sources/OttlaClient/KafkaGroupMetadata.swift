internal import KafkaClient

/// A consumer as its group knows it. The coordinator refuses offsets from one that has lost its partitions to another member meanwhile.
public struct KafkaGroupMetadata: Sendable, Hashable {
    public var groupID: String
    /// The generation of the group, or the member's epoch in groups of the newer protocol; -1 outside a group.
    public var generationID: Int32
    /// Empty outside a group.
    public var memberID: String
    public var groupInstanceID: String?

    /// A group without naming a member: nobody checks then that the offsets are still this reader's to commit.
    public init(groupID: String, generationID: Int32 = -1, memberID: String = "", groupInstanceID: String? = nil) {
        self.groupID = groupID
        self.generationID = generationID
        self.memberID = memberID
        self.groupInstanceID = groupInstanceID
    }
}

extension KafkaGroupMetadata {
    init(_ metadata: ConsumerGroupMetadata) {
        self.init(
            groupID: metadata.groupId, generationID: metadata.generationId, memberID: metadata.memberId, groupInstanceID: metadata.groupInstanceId)
    }
}

extension ConsumerGroupMetadata {
    init(_ metadata: KafkaGroupMetadata) {
        self.init(
            groupId: metadata.groupID, generationId: metadata.generationID, memberId: metadata.memberID, groupInstanceId: metadata.groupInstanceID)
    }
}
