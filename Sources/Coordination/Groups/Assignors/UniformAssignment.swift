import KafkaProtocol

/// The uniform assignor: members' numbers of partitions as equal as their subscriptions allow, then as few moved partitions as possible.
///
/// With one subscription for all, the numbers differ by at most one and no partition moves that need not. With several, no move of one partition
/// from its owner to another subscriber of its topic would bring these two closer; a chain of moves over several members might.
struct UniformAssignment {
    /// A million partitions of topics that overlap in a chain of 1,000 members need 300.
    private static let maximumSweeps = 500

    private let memberIds: [String]
    /// How many partitions each member has, in the order of `memberIds`.
    private var loads: [Int]
    /// In the order in which they are served: those with more partitions per subscriber first, so that the others can even out what these leave.
    private var pools: [UniformPool]

    /// Starts with what each member has and may keep.
    init(members: [String: AssignorMember], partitions: [Uuid: Int32]) {
        memberIds = members.keys.sorted()
        loads = [Int](repeating: 0, count: memberIds.count)
        var subscribers: [Uuid: [Int]] = [:]
        for (index, id) in memberIds.enumerated() {
            for topic in members[id]?.topics ?? [] where (partitions[topic] ?? 0) > 0 { subscribers[topic, default: []].append(index) }
        }
        var topics: [[Int]: [Uuid]] = [:]
        for (topic, indices) in subscribers { topics[indices, default: []].append(topic) }
        // As in Kafka 4.3, where one algorithm serves a group with a single subscription and another the rest.
        let levels = LoadLevels(tie: topics.count > 1 ? .first : .last)
        pools = topics.map { UniformPool(subscribers: $0.key, topics: $0.value.sorted(), partitions: partitions, levels: levels) }
        pools.sort { $0.precedes($1) }
        for pool in pools.indices {
            for (position, index) in pools[pool].subscribers.enumerated() {
                guard let assigned = members[memberIds[index]]?.assigned, !assigned.isEmpty else { continue }
                loads[index] += pools[pool].keep(assigned, by: position)
            }
        }
    }

    /// Gives out what nobody has, then moves partitions until no pool can be balanced better by itself.
    ///
    /// Every move is from a member to one that has at least two partitions fewer, and so lowers the sum of the squares of all loads: this ends.
    /// It takes a few sweeps, but more where topics overlap in a long chain of members. What `maximumSweeps` cuts short is a complete assignment,
    /// only less balanced.
    mutating func balance() {
        var poolsOfMember = [[Int]](repeating: [], count: memberIds.count)
        for (index, pool) in pools.enumerated() {
            for member in pool.subscribers { poolsOfMember[member].append(index) }
        }
        // All are filled before any is balanced: what one pool gives out may even out another.
        if pools.count > 1 {
            for pool in pools.indices { pools[pool].fill(&loads) }
        }
        var isSettled = [Bool](repeating: false, count: pools.count)
        var sweeps = 0
        while sweeps < Self.maximumSweeps && isSettled.contains(false) {
            sweeps += 1
            for pool in pools.indices where !isSettled[pool] {
                for member in pools[pool].balance(&loads) {
                    for other in poolsOfMember[member] { isSettled[other] = false }
                }
                isSettled[pool] = true
            }
        }
    }

    var result: [String: AssignedPartitions] {
        var assigned = [AssignedPartitions](repeating: [:], count: memberIds.count)
        for pool in pools { pool.collect(into: &assigned) }
        return Dictionary(uniqueKeysWithValues: zip(memberIds, assigned))
    }
}
