import KafkaProtocol

/// When a snapshot of the metadata is due: after so many bytes of records, or so long after the last one if there are new records, as in Kafka.
public struct SnapshotSchedule: Sendable {
    /// `metadata.log.max.record.bytes.between.snapshots`
    private let maxBytes: Int64
    /// `metadata.log.max.snapshot.interval.ms`; 0: time makes none due.
    private let maxIntervalMs: Int64
    /// After a snapshot that could not be written the next attempt waits, for each reads the whole image.
    private static let retryMs: Int64 = 60_000

    /// What the newest snapshot, or nothing, stands for.
    private var endOffset: Int64
    private var bytes: Int64 = 0
    private var lastMs: Int64
    private var retryAtMs: Int64?

    /// - Parameters:
    ///   - endOffset: that of the snapshot that the start began with; 0 without one
    ///   - now: milliseconds since the epoch
    public init(maxBytes: Int64, maxIntervalMs: Int64, endOffset: Int64 = 0, now: Int64) {
        self.maxBytes = maxBytes
        self.maxIntervalMs = maxIntervalMs
        self.endOffset = endOffset
        lastMs = now
    }

    /// Takes note of batches that the log got, or that were read behind the last snapshot at the start.
    public mutating func note(bytes count: Int) { bytes += Int64(count) }

    /// Whether a snapshot that stands for everything before `endOffset` is due.
    public func isDue(endOffset: Int64, now: Int64) -> Bool {
        guard endOffset > self.endOffset, now >= retryAtMs ?? now else { return false }
        return bytes >= maxBytes || (maxIntervalMs > 0 && now - lastMs >= maxIntervalMs)
    }

    /// One is there; what was noted so far counts as contained, as in Kafka.
    public mutating func taken(endOffset: Int64, now: Int64) {
        self.endOffset = endOffset
        bytes = 0
        lastMs = now
        retryAtMs = nil
    }

    /// One could not be written.
    public mutating func failed(now: Int64) { retryAtMs = now + Self.retryMs }
}

/// Which snapshots, and with them which part of the log, may go: as long as there is a newer snapshot, the oldest goes when log and snapshots together are
/// too large, or when what it stands for is too old.
public struct SnapshotRetention: Sendable {
    /// `metadata.max.retention.bytes`; negative: no limit.
    private let maxBytes: Int64
    /// `metadata.max.retention.ms`; negative: no limit.
    private let maxMs: Int64

    public init(maxBytes: Int64, maxMs: Int64) {
        self.maxBytes = maxBytes
        self.maxMs = maxMs
    }

    /// The snapshot with which log and snapshots may begin from now on; nil when all is to stay. One step at a time: after it, the log is smaller.
    /// - Parameters:
    ///   - rows: oldest first
    ///   - logSize: bytes of the log's segments
    ///   - now: milliseconds since the epoch
    public func nextStart(_ rows: [StoredSnapshot], logSize: Int64, now: Int64) -> MetadataSnapshot? {
        guard rows.count > 1 else { return nil }
        let total = rows.reduce(logSize) { $0 + $1.sizeInBytes }
        let isTooLarge = maxBytes >= 0 && total > maxBytes
        let isTooOld = maxMs >= 0 && (rows[0].lastContainedLogTimestamp.map { now - $0 > maxMs } ?? false)
        return isTooLarge || isTooOld ? rows[1].snapshot : nil
    }
}
