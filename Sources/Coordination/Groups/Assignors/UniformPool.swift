import KafkaProtocol

/// The partitions of all topics that have the same subscribers, and who has them.
struct UniformPool {
    /// Indices of members, ascending. The rest of the pool names a subscriber by its position here.
    let subscribers: [Int]
    private let topics: [(id: Uuid, slots: Range<Int>)]
    /// Who has each partition, topic after topic.
    private var owners: [Int]
    /// Who had it before, if still a subscriber: moving it back, or moving another, costs less.
    private var previousOwners: [Int]
    /// How many of the partitions each subscriber has.
    private var held: [Int]

    private let levels: LoadLevels

    private static let nobody = -1

    /// `topics` in the order in which their partitions are handed out.
    init(subscribers: [Int], topics: [Uuid], partitions: [Uuid: Int32], levels: LoadLevels) {
        self.subscribers = subscribers
        self.levels = levels
        var end = 0
        self.topics = topics.map { topic in
            let start = end
            end += Int(partitions[topic] ?? 0)
            return (topic, start..<end)
        }
        owners = [Int](repeating: Self.nobody, count: end)
        previousOwners = owners
        held = [Int](repeating: 0, count: subscribers.count)
    }

    /// More partitions per subscriber first, then fewer subscribers, then the smaller topic id.
    func precedes(_ other: UniformPool) -> Bool {
        let (mine, theirs) = (owners.count * other.subscribers.count, other.owners.count * subscribers.count)
        if mine != theirs { return mine > theirs }
        if subscribers.count != other.subscribers.count { return subscribers.count < other.subscribers.count }
        return topics[0].id < other.topics[0].id
    }

    /// Leaves to a subscriber what it had; of two that claim a partition, the first has it.
    /// - Returns: how many partitions that is.
    mutating func keep(_ assigned: AssignedPartitions, by position: Int) -> Int {
        for (topic, slots) in topics {
            for partition in assigned[topic] ?? [] where partition >= 0 && Int(partition) < slots.count {
                let slot = slots.lowerBound + Int(partition)
                guard owners[slot] == Self.nobody else { continue }
                owners[slot] = position
                previousOwners[slot] = position
                held[position] += 1
            }
        }
        return held[position]
    }

    /// Gives the partitions that nobody has to the least loaded subscribers.
    mutating func fill(_ loads: inout [Int]) {
        let free = freeSlots
        if !free.isEmpty { hand(free, gains: levels.gains(of: subscribers.map { loads[$0] }, count: free.count), &loads) }
    }

    /// Fills, and moves partitions from the most loaded subscribers that have any to the least loaded, until the next would not help.
    /// - Returns: the members whose load changed.
    mutating func balance(_ loads: inout [Int]) -> [Int] {
        let free = freeSlots
        var gains = levels.gains(of: subscribers.map { loads[$0] }, count: free.count)
        let exchange = levels.exchange(zip(subscribers, gains).map { loads[$0] + $1 }, held: held)
        if free.isEmpty && exchange == nil { return [] }
        var released: [Int] = []
        if let exchange {
            gains = zip(gains, exchange.gains).map { $0 + $1 }
            released = release(exchange.losses, &loads)
        }
        hand(free + released, gains: gains, &loads)
        return zip(subscribers.indices, subscribers).filter { gains[$0.0] + (exchange?.losses[$0.0] ?? 0) > 0 }.map(\.1)
    }

    func collect(into assigned: inout [AssignedPartitions]) {
        for (topic, slots) in topics {
            var partitions = [Int: Set<Int32>]()
            for slot in slots { partitions[owners[slot], default: []].insert(Int32(slot - slots.lowerBound)) }
            for (position, set) in partitions { assigned[subscribers[position]][topic] = set }
        }
    }

    private var freeSlots: [Int] {
        held.reduce(0, +) == owners.count ? [] : owners.indices.filter { owners[$0] == Self.nobody }
    }

    /// Takes `losses[position]` partitions from each: those first that it did not have before, then its last.
    /// - Returns: their slots, loser after loser.
    private mutating func release(_ losses: [Int], _ loads: inout [Int]) -> [Int] {
        var losses = losses
        var released: [(loser: Int, slot: Int)] = []
        for takesKept in [false, true] {
            for slot in owners.indices.reversed() {
                let owner = owners[slot]
                guard owner != Self.nobody, losses[owner] > 0, takesKept || previousOwners[slot] != owner else { continue }
                losses[owner] -= 1
                held[owner] -= 1
                loads[subscribers[owner]] -= 1
                owners[slot] = Self.nobody
                released.append((owner, slot))
            }
        }
        return released.sorted(by: <).map(\.slot)
    }

    /// Gives `gains[position]` of the slots to each: first back to those who had them before, then run by run.
    private mutating func hand(_ slots: [Int], gains: [Int], _ loads: inout [Int]) {
        var gains = gains
        var next = 0
        for isBack in [true, false] {
            for slot in slots where owners[slot] == Self.nobody {
                var taker = previousOwners[slot]
                if isBack {
                    guard taker != Self.nobody, gains[taker] > 0 else { continue }
                } else {
                    while gains[next] == 0 { next += 1 }
                    taker = next
                }
                gains[taker] -= 1
                held[taker] += 1
                loads[subscribers[taker]] += 1
                owners[slot] = taker
            }
        }
    }
}
