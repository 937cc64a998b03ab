import Vocabulary

/// The sticky assignment of a group whose members all subscribe to the same topics: everyone keeps up to a fair share of what they own,
/// and what is left over is dealt to those who are short.
struct UniformStickyAssignment {
    private let counts: [String: Int32]
    private let members: [String]
    private let owned: [String: [TopicPartition]]
    private let disputed: Set<TopicPartition>
    private let racks: RackInfo

    private let minQuota: Int
    private let maxQuota: Int
    /// How many members get one more than `minQuota`; 0 when the shares are even.
    private let expectedOverMin: Int
    private var overMin = 0

    private var assignment: [String: [TopicPartition]] = [:]
    private var assigned: Set<TopicPartition> = []
    private var underMin: [String] = []
    private var exactlyMin: [String] = []
    private var maybeRevoked: [TopicPartition: String] = [:]
    private var transfers: [TopicPartition: String] = [:]

    /// - Parameter members: not empty, in Java's iteration order: the first to own more than the fair share keeps the extra partition.
    init(counts: [String: Int32], members: [String], owned: [String: [TopicPartition]], disputed: Set<TopicPartition>, racks: RackInfo) {
        self.racks = racks
        self.counts = counts
        self.members = members
        self.owned = owned
        self.disputed = disputed
        let total = counts.values.reduce(0) { $0 + Int($1) }
        minQuota = total / members.count
        expectedOverMin = total % members.count
        maxQuota = minQuota + (expectedOverMin > 0 ? 1 : 0)
        for member in members { assignment[member] = [] }
    }

    mutating func assign() -> StickyAssignment.Result {
        for member in members { keepOwned(of: member) }
        var unassigned = counts.keys.sorted().flatMap { topic in
            (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, $0) }.filter { !assigned.contains($0) }
        }
        underMin.sort()
        exactlyMin.sort()
        unassigned = racks.sorted(unassigned)
        if racks.isUsed { unassigned = dealByRack(unassigned) }
        deal(unassigned)
        return StickyAssignment.Result(partitions: assignment, transfers: transfers)
    }

    private mutating func keepOwned(of member: String) {
        for partition in owned[member] ?? [] where racks.isFar(member, partition) { maybeRevoked[partition] = member }
        let mine = (owned[member] ?? []).filter { !disputed.contains($0) && !racks.isFar(member, $0) }
            .sorted { $0.partition == $1.partition ? $0.topic < $1.topic : $0.partition < $1.partition }
        let keep: Int
        if mine.count < minQuota {
            keep = mine.count
            underMin.append(member)
        } else if mine.count >= maxQuota && overMin < expectedOverMin {
            keep = maxQuota
            overMin += 1
            if overMin == expectedOverMin { exactlyMin.removeAll() }
        } else {
            keep = minQuota
            if overMin < expectedOverMin { exactlyMin.append(member) }
        }
        assignment[member, default: []] += mine.prefix(keep)
        assigned.formUnion(mine.prefix(keep))
        for partition in mine.dropFirst(keep) { maybeRevoked[partition] = member }
    }

    /// Round robin over the members that are close to a partition; returns the partitions for which there was none with room.
    private mutating func dealByRack(_ unassigned: [TopicPartition]) -> [TopicPartition] {
        var turn = 0
        return unassigned.filter { partition in
            if let index = racks.nextClose(partition, underMin, from: turn) {
                let member = underMin[index]
                let count = (assignment[member]?.count ?? 0) + 1
                var next = index
                if count >= minQuota {
                    underMin.removeAll { $0 == member }
                    if count < maxQuota && overMin < expectedOverMin { exactlyMin.append(member) }
                } else {
                    next += 1
                }
                turn = underMin.isEmpty ? 0 : next % underMin.count
                give(partition, to: member)
                return false
            }
            guard let index = racks.nextClose(partition, exactlyMin, from: 0) else { return true }
            let member = exactlyMin[index]
            if (assignment[member]?.count ?? 0) + 1 == maxQuota {
                exactlyMin.remove(at: index)
                overMin += 1
                if overMin == expectedOverMin { exactlyMin.removeAll() }
            }
            give(partition, to: member)
            return false
        }
    }

    /// Round robin over the members below `minQuota`, then one more each to members at `minQuota`.
    private mutating func deal(_ unassigned: [TopicPartition]) {
        var turn = 0
        var nextExact = 0
        for partition in unassigned {
            let member: String
            if underMin.isEmpty {
                guard nextExact < exactlyMin.count else { return }
                member = exactlyMin[nextExact]
                nextExact += 1
            } else {
                if turn >= underMin.count { turn = 0 }
                member = underMin[turn]
                turn += 1
            }
            give(partition, to: member)
            if assignment[member]?.count == minQuota {
                turn -= 1
                underMin.remove(at: turn)
                exactlyMin.append(member)
            }
        }
    }

    private mutating func give(_ partition: TopicPartition, to member: String) {
        assignment[member, default: []].append(partition)
        let previous = maybeRevoked[partition]
        if (previous != nil && previous != member) || disputed.contains(partition) { transfers[partition] = member }
    }
}
