/// Who commits offsets in a transaction: a consumer as its group knows it (KIP-447), so that the coordinator refuses one that has lost its partitions.
public struct ConsumerGroupMetadata: Sendable, Hashable {
    public var groupId: String
    /// The generation, or the member epoch with the newer protocol; -1 outside a group.
    public var generationId: Int32
    /// Empty outside a group.
    public var memberId: String
    public var groupInstanceId: String?

    public init(groupId: String, generationId: Int32 = -1, memberId: String = "", groupInstanceId: String? = nil) {
        self.groupId = groupId
        self.generationId = generationId
        self.memberId = memberId
        self.groupInstanceId = groupInstanceId
    }

    /// Whether it names a member, which brokers before 2.5 could not be told.
    var namesMember: Bool { generationId != -1 || !memberId.isEmpty || groupInstanceId != nil }
}

extension Consumer {
    /// This consumer as its group knows it now; nil without a group. Ask for it anew for each transaction: it changes with every rebalance.
    public var groupMetadata: ConsumerGroupMetadata? {
        config.groupId.map { groupId in
            let (generation, memberId) = member?.generation ?? (-1, "")
            return ConsumerGroupMetadata(groupId: groupId, generationId: generation, memberId: memberId, groupInstanceId: config.groupInstanceId)
        }
    }
}
