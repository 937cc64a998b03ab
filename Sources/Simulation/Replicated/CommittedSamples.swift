import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// Looks at random pieces of logs below the high watermark: what was there once has the same bytes at the same offsets ever after, on all replicas in sync.
final class CommittedSamples {
    private struct Place: Hashable {
        var topicId: Uuid
        var partition: Int32
        var offset: Int64
    }

    private static let sizeBytes = 2_000

    private let world: World
    /// Batches as they were first seen, by their base offsets.
    private var batches: [Place: Bytes] = [:]
    private(set) var looks = 0
    private(set) var violations: [String] = []

    init(_ world: World) { self.world = world }

    /// - Parameter replicas: those in sync, the leader first
    func look(at topic: TopicImage, _ index: Int32, _ replicas: [(id: Int32, log: PartitionLog)]) throws {
        guard let leader = replicas.first, violations.count < 10 else { return }
        let offsets = leader.log.offsets
        guard offsets.highWatermark > offsets.start else { return }
        // Often the beginning, which deletions and new replicas move.
        let from = offsets.start.value + Int64(world.isOneIn(4) ? 0 : world.below(Int(offsets.highWatermark.value - offsets.start.value)))
        let read = try leader.log.read(from: Offset(from), maxBytes: Self.sizeBytes, minOneBatch: true, upTo: offsets.highWatermark)
        looks += 1
        for (id, log) in replicas {
            let start = max(log.logStartOffset, Offset(from))
            guard start < read.nextOffset else { continue }
            guard log.logEndOffset >= read.nextOffset else {
                violations.append("at \(world.now) broker \(id) has nothing of \(log.name) from \(log.logEndOffset) on, and is in sync")
                continue
            }
            try compare(log, on: id, topic.id, index, from: start, to: read.nextOffset)
        }
    }

    private func compare(_ log: PartitionLog, on id: Int32, _ topicId: Uuid, _ index: Int32, from start: Offset, to end: Offset) throws {
        var next = start.value
        for batch in try RecordBatches.all(in: log.whole(from: start, to: end)) {
            if batch.baseOffset > next { violations.append("at \(world.now) broker \(id) lacks \(next) to \(batch.baseOffset) of \(log.name)") }
            next = batch.nextOffset
            let place = Place(topicId: topicId, partition: index, offset: batch.baseOffset)
            guard let known = batches[place] else {
                batches[place] = Bytes(batch.bytes.array)
                continue
            }
            guard known != batch.bytes else { continue }
            violations.append("at \(world.now) the batch at \(batch.baseOffset) of \(log.name) on broker \(id) is not what it was once")
        }
    }
}
