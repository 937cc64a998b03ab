import KafkaProtocol
import Synchronization

/// Bounds what batches take that must be unpacked on their way in: a small one may become as large as the topic allows, and many at once would take all the
/// memory. What stays below a share that every thread has is unpacked at once; for more there are a few places, and who finds none waits for one.
final class UnpackingBudget: Sendable {
    static let shared = UnpackingBudget(share: 1 << 20, places: 2)

    /// Bytes for each thread at any time.
    let share: Int
    private let places: [Place]
    private let turn = Atomic(0)

    private final class Place: Sendable {
        let lock = Mutex(())
    }

    /// - Parameters:
    ///   - share: bytes
    ///   - places: how many larger batches may be unpacked at once
    init(share: Int, places: Int) {
        self.share = share
        self.places = (0..<max(1, places)).map { _ in Place() }
    }

    /// Calls `body` with the bytes that it may take; once more, with all of `limit`, when they were too few.
    func unpack<R>(upTo limit: Int, _ body: (_ limit: Int) throws -> R) throws -> R {
        if limit <= share { return try body(limit) }
        do {
            return try body(share)
        } catch RecordBatchError.decompressedTooLarge {
            for place in places {
                if let result = try place.lock.withLockIfAvailable({ _ in try body(limit) }) { return result }
            }
            return try places[turn.add(1, ordering: .relaxed).oldValue % places.count].lock.withLock { _ in try body(limit) }
        }
    }
}
