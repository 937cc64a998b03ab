import Vocabulary

/// Spreads a topic's replicas over brokers as Kafka's controller does (StripedReplicaPlacer): rack by rack, and within a rack broker by broker, each partition one
/// further than the last, from a random start.
struct ReplicaPlacement {
    /// The brokers of a rack, and where the next partition begins among them.
    private struct Rack {
        var brokers: [Int32]
        var offset: Int
        var epoch = -1
        var index = 0

        mutating func next(epoch: Int) -> Int32? {
            if self.epoch != epoch {
                self.epoch = epoch
                index = 0
                offset = (offset + 1) % brokers.count
            }
            guard index < brokers.count else { return nil }
            defer { index += 1 }
            return brokers[(index + offset) % brokers.count]
        }
    }

    private var racks: [Rack]
    private let brokerCount: Int
    private var offset: Int
    private var epoch = 0
    private var random: SeededGenerator

    /// - Parameter brokers: ids with their racks; nil for a broker without.
    init(_ brokers: [(id: Int32, rack: String?)], random: SeededGenerator) {
        var random = random
        let byRack = Dictionary(grouping: brokers) { $0.rack ?? "" }.sorted { $0.key < $1.key }
        racks = byRack.map { _, brokers in Rack(brokers: brokers.map(\.id).sorted(), offset: Int.random(in: brokers.indices, using: &random)) }
        brokerCount = brokers.count
        offset = racks.isEmpty ? 0 : Int.random(in: racks.indices, using: &random)
        self.random = random
    }

    /// The replicas of each partition of a topic.
    mutating func place(partitions: Int, replicationFactor: Int) throws(ToolError) -> [[Int32]] {
        if brokerCount == 0 { throw .notFound("All brokers are currently fenced, or have all their log directories cordoned.") }
        if replicationFactor > brokerCount {
            throw .invalid(
                "The target replication factor of \(replicationFactor) cannot be reached because only \(brokerCount) broker(s) are registered or some brokers "
                    + "have all their log directories cordoned.")
        }
        var placed: [[Int32]] = []
        for _ in 0..<partitions { placed.append(next(replicationFactor)) }
        return placed
    }

    private mutating func next(_ count: Int) -> [Int32] {
        // As many assignments as brokers: another order follows.
        if epoch == brokerCount, brokerCount > 1 {
            shuffle()
            epoch = 0
        }
        if offset == racks.count { offset = 0 }
        var chosen: [Int32] = []
        var rack = offset
        // Every rack has a broker left for the first of the replicas.
        while chosen.count < count {
            if let broker = racks[rack].next(epoch: epoch) { chosen.append(broker) }
            rack = (rack + 1) % racks.count
        }
        epoch += 1
        offset += 1
        return chosen
    }

    private mutating func shuffle() {
        racks = shuffled(racks)
        for index in racks.indices { racks[index].brokers = shuffled(racks[index].brokers) }
    }

    private mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var items = items
        for index in items.indices.dropFirst().reversed() { items.swapAt(index, Int.random(in: 0...index, using: &random)) }
        return items
    }
}
