import KafkaProtocol
import Synchronization

/// The log of one partition: an ordered run of record batches in segment files, with its indexes, producers' state and leader epochs.
/// Every call is synchronous and guarded by the log's own lock; only `sync` works outside it.
public final class PartitionLog: Sendable {
    public let name: PartitionName
    public let topicId: Uuid?
    init(name: PartitionName, topicId: Uuid?) { self.name = name; self.topicId = topicId }

    public var logStartOffset: Int64 { 0 }
    public var logEndOffset: Int64 { 0 }
    /// First offset of the oldest open transaction, or the log's end. A broker takes the lower of this and the high watermark.
    public var lastStableOffset: Int64 { 0 }
    /// Everything below this offset is durable.
    public var flushedOffset: Int64 { 0 }
    /// Something was appended since the last `sync`.
    public var isDirty: Bool { false }
    public var sizeInBytes: Int { 0 }
    public var latestLeaderEpoch: Int32 { -1 }
    public var config: LogConfig { LogConfig() }

    public func append(_ batches: Bytes, leaderEpoch: Int32, now: Int64, origin: AppendOrigin) throws(AppendError) -> AppendInfo {
        throw AppendError(.kafkaStorageError, "the log is closed")
    }
    /// `upTo`: end of what may be read (high watermark or last stable offset).
    public func read(from offset: Int64, maxBytes: Int, minOneBatch: Bool, upTo: Int64) throws(LogError) -> ReadInfo { throw .closed }
    /// Aborted transactions that a read-committed reader of this range must know.
    public func abortedTransactions(from: Int64, to: Int64) throws(LogError) -> [AbortedTransaction] { throw .closed }
    /// The first record whose timestamp is at least this (ms).
    public func offset(forTimestamp timestamp: Int64) throws(LogError) -> TimestampAndOffset? { throw .closed }
    public func offsetOfMaxTimestamp() throws(LogError) -> TimestampAndOffset? { throw .closed }
    /// The start of the log with the leader epoch there (timestamp -1).
    public var earliest: TimestampAndOffset { TimestampAndOffset(timestamp: -1, offset: 0, leaderEpoch: -1) }
    public func endOffset(forEpoch epoch: Int32) -> EpochEndOffset { EpochEndOffset(leaderEpoch: -1, endOffset: -1) }
    public func leaderEpoch(at offset: Int64) -> Int32? { nil }
    public func assignLeaderEpoch(_ epoch: Int32) {}
    /// Moves the log's start; returns the new start. Offsets beyond the end are refused.
    public func deleteRecords(before offset: Int64) throws(LogError) -> Int64 { throw .closed }
    /// Makes everything appended before the call durable; returns the offset that is durable. Does not hold the log's lock while the disk works.
    public func sync() throws(LogError) -> Int64 { throw .closed }
    /// Removes whole segments by age, by size and below the log's start; returns how many.
    public func applyRetention(now: Int64) throws(LogError) -> Int { throw .closed }
    public func roll(now: Int64) throws(LogError) { throw .closed }
    public func updateConfig(_ config: LogConfig) {}
    public func activeProducers(now: Int64) -> [ActiveProducer] { [] }
    public func removeExpiredProducers(now: Int64) {}
    /// A clean close leaves a producer snapshot at the end and trimmed, durable indexes.
    public func close(clean: Bool) throws(LogError) { throw .closed }
}
