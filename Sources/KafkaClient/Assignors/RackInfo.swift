import Vocabulary

/// Where replicas and members are (KIP-881): which member is close to which partition, when that makes a difference at all.
struct RackInfo {
    /// Members that named their rack; empty when racks make no difference.
    private(set) var memberRacks: [String: String] = [:]
    private var partitionRacks: [TopicPartition: Set<String>] = [:]
    /// How many members are close to each partition.
    private(set) var closeMembers: [TopicPartition: Int] = [:]

    /// - Parameter partitionRacks: the racks of each partition's replicas; partitions without racks may be missing.
    init(_ members: [MemberSubscription], partitions: [TopicPartition], racks: [TopicPartition: Set<String>]) {
        var named: [String: String] = [:]
        var counts: [String: Int] = [:]
        for member in members {
            guard let rack = member.rackId, !rack.isEmpty else { continue }
            named[member.memberId] = rack
            counts[rack, default: 0] += 1
        }
        if named.isEmpty { return }
        let known = partitions.map { racks[$0] ?? [] }
        let all = known.reduce(into: Set<String>()) { $0.formUnion($1) }
        // Racks that hold every partition, or none, give nothing to choose.
        if all.isDisjoint(with: counts.keys) || known.allSatisfy({ $0 == all }) { return }
        memberRacks = named
        partitionRacks = Dictionary(zip(partitions, known), uniquingKeysWith: { first, _ in first })
        closeMembers = partitionRacks.mapValues { $0.reduce(0) { $0 + (counts[$1] ?? 0) } }
    }

    var isUsed: Bool { !memberRacks.isEmpty }

    /// Whether the member named a rack that holds no replica of the partition.
    func isFar(_ member: String, _ partition: TopicPartition) -> Bool {
        guard let rack = memberRacks[member] else { return false }
        return partitionRacks[partition]?.contains(rack) != true
    }

    /// Whether the member named a rack and a replica of the partition is in it.
    func isClose(_ member: String, _ partition: TopicPartition) -> Bool {
        guard let rack = memberRacks[member] else { return false }
        return partitionRacks[partition]?.contains(rack) == true
    }

    /// The first of the members close to the partition, searched round from `start`.
    func nextClose(_ partition: TopicPartition, _ members: [String], from start: Int) -> Int? {
        members.indices.lazy.map { (start + $0) % members.count }.first { isClose(members[$0], partition) }
    }

    /// Partitions that few members are close to first, otherwise in their order.
    func sorted(_ partitions: [TopicPartition]) -> [TopicPartition] {
        if !isUsed { return partitions }
        return partitions.enumerated()
            .sorted { (closeMembers[$0.element] ?? 0, $0.offset) < (closeMembers[$1.element] ?? 0, $1.offset) }
            .map(\.element)
    }
}
