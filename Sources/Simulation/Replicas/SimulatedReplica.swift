import Broker
import KafkaProtocol
import LogStorage
import Vocabulary

/// One replica of a partition: a log in a data directory of its own, on a disk that can lose power at any moment.
final class SimulatedReplica {
    static let name = TopicPartition("orders", 0)
    static let now: Int64 = 1_700_000_000_000
    private static let topicId = Uuid(high: 1, low: 2)

    let id: Int32
    private(set) var disk = SimulatedDisk()
    private(set) var directory: LogDirectory
    private(set) var log: PartitionLog
    private let config: LogConfig
    private let journalLimits: JournalLimits

    init(id: Int32, config: LogConfig, _ random: inout SeededGenerator) throws {
        self.id = id
        self.config = config
        journalLimits = JournalLimits(seed: random.next())
        (directory, log) = try Self.open(disk, id, config, journalLimits, &random)
    }

    private static func open(
        _ disk: SimulatedDisk, _ id: Int32, _ config: LogConfig, _ journalLimits: JournalLimits, _ random: inout SeededGenerator
    ) throws -> (LogDirectory, PartitionLog) {
        let directory = try LogDirectory(disk: disk, path: "/data", nodeId: id, clusterId: nil, generator: &random, journalLimits: journalLimits)
        let log = try directory.openPartition(name, topicId: topicId, config: config, now: now)
        log.setReplicatedEnd(log.checkpointedHighWatermark)
        return (directory, log)
    }

    /// The power fails, perhaps again while the log is opened.
    func losePower(_ random: inout SeededGenerator) throws {
        for attempt in 0... {
            disk = disk.crashed(using: &random)
            if attempt < 3, random.next() % 3 == 0 { failSoon(&random) }
            do {
                (directory, log) = try Self.open(disk, id, config, journalLimits, &random)
                return
            } catch {
                guard hasNoPower else { throw error }
            }
        }
    }

    func restart(_ random: inout SeededGenerator) throws {
        try directory.close(clean: true)
        disk = disk.copied()
        (directory, log) = try Self.open(disk, id, config, journalLimits, &random)
    }

    /// The power will fail after a few more changes on the disk.
    func failSoon(_ random: inout SeededGenerator) { disk.faults.changesLeft = Int(random.next() % 40) }

    var hasNoPower: Bool { disk.faults.changesLeft < 0 }

    func repair() { disk.faults.changesLeft = .max }

    // MARK: What is there

    /// The log's batches from the one that holds an offset on.
    func batches(from start: Offset) throws -> [RecordBatch] { try log.batches(from: start) }

    /// What in the log contradicts itself: batches that do not follow one another, or leader epochs that are not those of the batches.
    /// - Parameter mayForget: records were deleted
    func contradictions(mayForget: Bool) throws -> [String] {
        var found: [String] = []
        var known = false
        var next: Int64?
        for batch in try batches(from: log.logStartOffset) {
            if !batch.isCrcValid || next.map({ $0 != batch.baseOffset }) ?? false {
                found.append("replica \(id): the batch at \(batch.baseOffset) does not follow")
            }
            next = batch.nextOffset
            // When the log's start was told to the file of epochs, but did not become durable itself, nothing is known of the epochs before.
            if let epoch = log.leaderEpoch(at: max(Offset(batch.baseOffset), log.logStartOffset)) {
                known = true
                if epoch.value != batch.partitionLeaderEpoch {
                    found.append("replica \(id): epoch \(epoch) at \(batch.baseOffset), the batch says \(batch.partitionLeaderEpoch)")
                }
            } else if known || !mayForget {
                found.append("replica \(id): no epoch at \(batch.baseOffset)")
            }
        }
        let offsets = log.offsets
        if let next, next != offsets.end.value { found.append("replica \(id): the batches end at \(next), the log at \(offsets.end)") }
        if offsets.highWatermark < offsets.start || offsets.highWatermark > offsets.end { found.append("replica \(id): \(offsets)") }
        return found
    }
}

extension PartitionLog {
    /// All batches from the one that holds an offset on.
    func batches(from start: Offset) throws -> [RecordBatch] {
        var offset = start
        var batches: [RecordBatch] = []
        while offset < logEndOffset {
            let read = try self.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: logEndOffset)
            guard read.sizeInBytes > 0 else { break }
            batches += try RecordBatches.all(in: try read.records.gathered())
            offset = read.nextOffset
        }
        return batches
    }
}
