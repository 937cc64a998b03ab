import KafkaProtocol
import OffsetLiterals
import Vocabulary
@testable import LogStorage

/// A log on a disk in memory, opened as the broker does.
struct LogFixture {
    var disk: MemoryDisk
    var directory: LogDirectory
    var log: PartitionLog
    var config: LogConfig
    static let name = TopicPartition("orders", 0)
    static let topicId = Uuid(high: 1, low: 2)
    static let start: Int64 = 1_700_000_000_000

    init(_ config: LogConfig = LogConfig(), disk: MemoryDisk = MemoryDisk(), now: Int64 = start, events: OperatorLog = .silent) throws {
        self.disk = disk
        self.config = config
        var generator = SystemRandomNumberGenerator()
        directory = try LogDirectory(disk: disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator, log: events)
        log = try directory.openPartition(Self.name, topicId: Self.topicId, config: config, now: now)
    }

    /// The same directory after a clean stop.
    func restarted(now: Int64 = start) throws -> LogFixture {
        try directory.close(clean: true)
        return try LogFixture(config, disk: disk, now: now)
    }

    /// The directory that a crash leaves.
    func crashed(keep: (String, Int, Int) -> Int = { _, _, size in size }) throws -> LogFixture {
        try LogFixture(config, disk: disk.copy(keep: keep))
    }

    @discardableResult
    func append(
        _ values: [String], timestamp: Int64 = start, keys: [String]? = nil, compression: Compression = .none, producer: (Int64, Int16, Int32)? = nil,
        isTransactional: Bool = false, now: Int64 = start, epoch: LeaderEpoch = 0
    ) throws(AppendError) -> AppendInfo {
        let bytes = batch(values, timestamp: timestamp, keys: keys, compression: compression, producer: producer, isTransactional: isTransactional)
        return try log.append(bytes, leaderEpoch: epoch, now: now, origin: .client)
    }

    @discardableResult
    func appendMarker(_ producerId: Int64, epoch: Int16, commits: Bool, coordinatorEpoch: Int32 = 0) throws(AppendError) -> AppendInfo {
        let marker = RecordBatch.endTransactionMarker(
            commits: commits, timestamp: Self.start, producerId: producerId, producerEpoch: epoch, coordinatorEpoch: coordinatorEpoch)
        return try log.append(marker, leaderEpoch: 0, now: Self.start, origin: .coordinator)
    }

    /// Every value from an offset on, with its offset, read in fetches of `maxBytes`.
    func values(from start: Offset? = nil, maxBytes: Int = 1 << 20) throws -> [String] {
        try records(from: start, maxBytes: maxBytes).map { "\($0.offset):\($0.value?.text ?? "-")" }
    }

    func records(from start: Offset? = nil, maxBytes: Int = 1 << 20) throws -> [Record] {
        var offset = start ?? log.logStartOffset
        var records: [Record] = []
        while offset < log.logEndOffset {
            let info = try log.read(from: offset, maxBytes: maxBytes, minOneBatch: true, upTo: log.logEndOffset)
            if info.sizeInBytes == 0 { break }
            for batch in try RecordBatches.all(in: bytes(info)) {
                try batch.checkCrc()
                records += try batch.records().filter { Offset($0.offset) >= offset }
            }
            offset = info.nextOffset
        }
        return records
    }
}

extension LogDirectory {
    /// Opens every partition that is there, under the topic id that its directory names.
    func openAll(_ config: LogConfig = LogConfig(), now: Int64 = LogFixture.start) throws {
        for (name, found) in contents.withLock({ $0.found }) {
            guard let id = found.topicId else { continue }
            _ = try openPartition(name, topicId: id, config: config, now: now)
        }
    }
}

func bytes(_ info: ReadInfo) throws -> Bytes { try info.records.gathered() }

func batch(
    _ values: [String], timestamp: Int64 = LogFixture.start, keys: [String]? = nil, compression: Compression = .none, producer: (Int64, Int16, Int32)? = nil,
    isTransactional: Bool = false
) -> Bytes {
    let builder = RecordBatchBuilder(
        compression: compression, producerId: producer?.0 ?? -1, producerEpoch: producer?.1 ?? -1, baseSequence: producer?.2 ?? -1,
        isTransactional: isTransactional)
    for (index, value) in values.enumerated() {
        builder.append(timestamp: timestamp + Int64(index), key: keys.map { Bytes($0[index]) }, value: Bytes(value))
    }
    return builder.build()
}
