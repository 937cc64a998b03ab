import Vocabulary

/// The sticky assignment of a group whose members subscribe to different topics: keep what is owned, give the rest to the least loaded member that can
/// take it, then move partitions one by one while a move makes the group more balanced.
struct GeneralStickyAssignment {
    private let counts: [String: Int32]
    private let total: Int
    private let subscriptions: [String: Set<String>]
    private let subscribers: [String: [String]]
    /// Who owned a partition in an earlier generation than the current one.
    private var previousOwner: [TopicPartition: (member: String, generation: Int32)] = [:]
    private var current: [String: [TopicPartition]]
    private var owner: [TopicPartition: String] = [:]
    /// Members that may still give or take, least loaded first, then by id.
    private var byLoad: [String] = []
    private var movements = PartitionMovements()
    private let racks: RackInfo

    init(_ assignment: StickyAssignment, owned: [String: [TopicPartition]], maxGeneration: Int32) {
        counts = assignment.counts
        racks = assignment.racks
        total = counts.values.reduce(0) { $0 + Int($1) }
        current = owned
        var subscriptions: [String: Set<String>] = [:]
        var subscribers: [String: [String]] = [:]
        for member in assignment.members {
            let topics = Set(member.topics).filter { assignment.counts[$0] != nil }
            subscriptions[member.memberId] = topics
            for topic in topics { subscribers[topic, default: []].append(member.memberId) }
        }
        self.subscriptions = subscriptions
        self.subscribers = subscribers
        for member in assignment.members {
            guard let claim = assignment.claims[member.memberId] else { continue }
            let generation = claim.generation ?? StickyAssignment.noGeneration
            guard generation < maxGeneration else { continue }
            for partition in claim.partitions where (previousOwner[partition]?.generation ?? .min) < generation || previousOwner[partition] == nil {
                previousOwner[partition] = (member.memberId, generation)
            }
        }
    }

    mutating func assign() -> [String: [TopicPartition]] {
        let topics = counts.keys.sorted {
            let (a, b) = (subscribers[$0]?.count ?? 0, subscribers[$1]?.count ?? 0)
            return a == b ? $0 < $1 : a < b
        }
        let all = topics.flatMap { topic in (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, $0) } }
        let revocationRequired = keepOwned()
        let unassigned = all.filter { owner[$0] == nil }
        byLoad = current.keys.sorted(by: isLessLoaded)
        let wasEmpty = byLoad.last.map { current[$0]?.isEmpty ?? true } ?? true
        var homeless = unassigned
        if racks.isUsed { homeless.removeAll { giveToLeastLoaded($0, closeOnly: true) } }
        for partition in homeless { giveToLeastLoaded(partition, closeOnly: false) }
        let fixed = setFixedMembersAside()

        let before = (current: current, owner: owner)
        let movable = all.filter { (subscribers[$0.topic]?.count ?? 0) >= 2 }
        if !revocationRequired { _ = rebalance(unassigned.filter { (subscribers[$0.topic]?.count ?? 0) >= 2 }) }
        let moved = rebalance(movable)
        if !wasEmpty && moved && imbalance(current) >= imbalance(before.current) { (current, owner) = before }
        for (member, partitions) in fixed { current[member] = partitions }
        return current
    }

    /// Drops what members may no longer own; true when something that another may own was dropped.
    private mutating func keepOwned() -> Bool {
        var revocationRequired = false
        for (member, partitions) in current {
            let topics = subscriptions[member] ?? []
            let kept = partitions.filter { topics.contains($0.topic) && !racks.isFar(member, $0) }
            if kept.count < partitions.count { revocationRequired = true }
            current[member] = kept
            for partition in kept { owner[partition] = member }
        }
        return revocationRequired
    }

    private func load(_ member: String) -> Int { current[member]?.count ?? 0 }

    private func isLessLoaded(_ a: String, _ b: String) -> Bool {
        let (x, y) = (load(a), load(b))
        return x == y ? a < b : x < y
    }

    /// Changes the loads of members and puts them back into `byLoad` where they now belong.
    private mutating func reload(_ members: [String], _ change: (inout Self) -> Void) {
        byLoad.removeAll { members.contains($0) }
        change(&self)
        for member in members {
            var (low, high) = (0, byLoad.count)
            while low < high {
                let middle = (low + high) / 2
                if isLessLoaded(byLoad[middle], member) { low = middle + 1 } else { high = middle }
            }
            byLoad.insert(member, at: low)
        }
    }

    /// False when nobody may take it.
    @discardableResult
    private mutating func giveToLeastLoaded(_ partition: TopicPartition, closeOnly: Bool) -> Bool {
        let taker = byLoad.first { member in
            subscriptions[member]?.contains(partition.topic) == true && !(closeOnly && racks.isFar(member, partition))
        }
        guard let taker else { return false }
        reload([taker]) {
            $0.current[taker, default: []].append(partition)
            $0.owner[partition] = taker
        }
        return true
    }

    private func maxLoad(_ member: String) -> Int {
        let topics = subscriptions[member] ?? []
        return topics.count == counts.count ? total : topics.reduce(0) { $0 + Int(counts[$1] ?? 0) }
    }

    /// Takes out the members that can neither give nor take, with what they have.
    private mutating func setFixedMembersAside() -> [String: [TopicPartition]] {
        var fixed: [String: [TopicPartition]] = [:]
        for (member, partitions) in current where partitions.count >= maxLoad(member) {
            if !partitions.contains(where: { (subscribers[$0.topic]?.count ?? 0) >= 2 }) { fixed[member] = partitions }
        }
        for member in fixed.keys { current[member] = nil }
        byLoad.removeAll { fixed[$0] != nil }
        return fixed
    }

    /// The sum over all pairs of members of how far their loads differ.
    private func imbalance(_ assignment: [String: [TopicPartition]]) -> Int {
        let loads = assignment.values.map(\.count).sorted()
        // In ascending order the i-th of n loads is the larger of i pairs and the smaller of n - 1 - i.
        return loads.enumerated().reduce(0) { $0 + $1.element * (2 * $1.offset - (loads.count - 1)) }
    }

    private func isBalanced() -> Bool {
        guard let least = byLoad.first, let most = byLoad.last, load(least) < load(most) - 1 else { return true }
        for member in byLoad {
            let mine = load(member)
            if mine == maxLoad(member) { continue }
            for topic in subscriptions[member] ?? [] {
                for partition in 0..<(counts[topic] ?? 0) {
                    guard let other = owner[TopicPartition(topic, partition)], other != member, current[other] != nil else { continue }
                    if mine + 1 < load(other) { return false }
                }
            }
        }
        return true
    }

    /// Goes over the partitions until no move makes the group more balanced; true when something moved.
    private mutating func rebalance(_ partitions: [TopicPartition]) -> Bool {
        var moved = false
        while true {
            var movedInPass = false
            for partition in partitions {
                if isBalanced() { break }
                guard let member = owner[partition] else { continue }
                let mine = load(member)
                if let previous = previousOwner[partition]?.member, current[previous] != nil, mine > load(previous) + 1 {
                    move(partition, to: previous)
                    movedInPass = true
                } else if subscribers[partition.topic]?.contains(where: { current[$0] != nil && mine > load($0) + 1 }) == true,
                    let taker = byLoad.first(where: { subscriptions[$0]?.contains(partition.topic) == true })
                {
                    move(partition, to: taker)
                    movedInPass = true
                }
            }
            if !movedInPass { return moved }
            moved = true
        }
    }

    private mutating func move(_ partition: TopicPartition, to taker: String) {
        guard let giver = owner[partition] else { return }
        let actual = movements.actualPartition(for: partition, from: giver, to: taker)
        guard let actualGiver = owner[actual], actualGiver != taker else { return }
        reload([taker, actualGiver]) {
            $0.movements.move(actual, from: actualGiver, to: taker)
            $0.current[actualGiver]?.removeAll { $0 == actual }
            $0.current[taker, default: []].append(actual)
            $0.owner[actual] = taker
        }
    }
}
