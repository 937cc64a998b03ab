import Vocabulary

extension SeededGenerator {
    /// A number below `bound`, which must be positive.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

/// Places records without a key: on one partition until at least `batch.size` bytes went there, then on another that is chosen
/// at random among those with a leader, those with shorter queues more often (KIP-794).
struct StickyPartitioner {
    private(set) var current: Int?
    private var bytes = 0
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The partition to use now.
    /// - Parameters:
    ///   - queueSizes: waiting batches of each partition
    ///   - isAvailable: whether a partition has a leader; when none has, all count
    mutating func partition(queueSizes: [Int], isAvailable: (Int) -> Bool) -> Int {
        if let current, current < queueSizes.count { return current }
        var candidates = queueSizes.indices.filter(isAvailable)
        if candidates.isEmpty { candidates = Array(queueSizes.indices) }
        let longest = candidates.reduce(0) { max($0, queueSizes[$1]) }
        let total = candidates.reduce(0) { $0 + longest + 1 - queueSizes[$1] }
        var pick = random.below(total)
        let chosen = candidates.first { candidate in
            pick -= longest + 1 - queueSizes[candidate]
            return pick < 0
        }
        current = chosen ?? 0
        bytes = 0
        return current ?? 0
    }

    /// Counts what was added. Two batches' worth is the most that goes to one partition, whatever the batches' ends.
    mutating func added(_ count: Int, batchSize: Int) {
        bytes += count
        if bytes >= 2 * batchSize { current = nil }
    }

    /// The partition's batch is full: the moment to switch, when enough went there.
    /// - Parameter next: bytes that no longer fitted
    mutating func batchEnded(next: Int, batchSize: Int) {
        if bytes + next >= batchSize { current = nil }
    }
}
