import KafkaProtocol
import Vocabulary

/// Who appends: it decides what is checked.
public enum AppendOrigin: Sendable {
    /// A producer: one that may be wrong.
    case client
    /// A coordinator or the controller of this broker: control batches are allowed, sequences are not checked.
    case coordinator
    /// A leader's batches: offsets are already assigned and are kept.
    case replication
}

/// Where an append went.
public struct AppendInfo: Sendable, Equatable {
    public var firstOffset: Offset
    public var lastOffset: Offset
    /// -1 unless the topic uses log append time (ms since the epoch). Of a duplicate it is the largest timestamp of the first time, as in Kafka.
    public var logAppendTime: Int64
    public var logStartOffset: Offset
    /// The log's end after the append: the offset that `sync` must reach for the append to be durable.
    public var endOffset: Offset
    public var sizeInBytes: Int
    /// The batch had been appended before (a producer's retry); the offsets are those of the first time.
    public var isDuplicate: Bool
}

/// Why an append was refused: what ProduceResponse carries.
public struct AppendError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A record that is at fault: its index in the batch, and why.
    public struct RecordError: Sendable, Equatable {
        public var batchIndex: Int32
        public var message: String
    }

    public var code: ErrorCode
    public var message: String
    public var recordErrors: [RecordError]

    public init(_ code: ErrorCode, _ message: String, recordErrors: [RecordError] = []) {
        self.code = code
        self.message = message
        self.recordErrors = recordErrors
    }

    public var description: String { "\(code.name): \(message)" }
}

/// Why a log could not be read or changed.
public enum LogError: Error, Sendable, CustomStringConvertible {
    case offsetOutOfRange(requested: Offset, logStartOffset: Offset, logEndOffset: Offset)
    case disk(DiskError)
    /// The bytes on disk are not what they must be.
    case corrupt(String)
    case closed

    public var code: ErrorCode {
        switch self {
        case .offsetOutOfRange: .offsetOutOfRange
        case .disk, .closed: .kafkaStorageError
        case .corrupt: .corruptMessage
        }
    }

    public var description: String {
        switch self {
        case .offsetOutOfRange(let requested, let start, let end):
            "offset \(requested) is outside the log, which holds \(start) to \(end)"
        case .disk(let error): error.description
        case .corrupt(let what): what
        case .closed: "the log is closed"
        }
    }
}

/// What a read found: whole batches, the one that contains the offset first.
public struct ReadInfo: Sendable {
    public var records: RecordData
    public var sizeInBytes: Int
    /// Base offset of the first batch; the requested offset when nothing was read. At most the requested offset, unless compaction removed it.
    public var firstOffset: Offset
    /// The offset after the last batch; the requested offset when nothing was read.
    public var nextOffset: Offset
    /// The first batch alone is larger than the bytes asked for.
    public var exceedsMaxBytes: Bool
}

/// A record found by time: its offset, its timestamp (ms), and the leader epoch of its batch.
public struct TimestampAndOffset: Sendable, Equatable {
    public var timestamp: Int64
    public var offset: Offset
    public var leaderEpoch: LeaderEpoch
}

extension TimestampAndOffset {
    init(_ record: Record, of batch: RecordBatch) {
        self.init(timestamp: record.timestamp, offset: Offset(record.offset), leaderEpoch: LeaderEpoch(batch.partitionLeaderEpoch))
    }
}

/// The answer to OffsetForLeaderEpoch: (-1, -1) when the epoch is not known.
public struct EpochEndOffset: Sendable, Equatable {
    public var leaderEpoch: LeaderEpoch
    public var endOffset: Offset

    public init(leaderEpoch: LeaderEpoch, endOffset: Offset) {
        self.leaderEpoch = leaderEpoch
        self.endOffset = endOffset
    }

    static let unknown = EpochEndOffset(leaderEpoch: .undefined, endOffset: .undefined)
}

/// A transaction that was aborted: its producer and the first offset that it wrote.
public struct AbortedTransaction: Sendable, Equatable {
    public var producerId: Int64
    public var firstOffset: Offset
}

/// A transaction that no marker has ended.
public struct OpenTransaction: Sendable, Equatable {
    public var producerId: Int64
    public var firstOffset: Offset
    /// Of its newest record (ms).
    public var lastTimestamp: Int64
}

/// A producer that the log remembers (DescribeProducers).
public struct ActiveProducer: Sendable, Equatable {
    public var producerId: Int64
    public var producerEpoch: Int16
    public var lastSequence: Int32
    public var lastTimestamp: Int64
    public var coordinatorEpoch: Int32
    /// -1 when no transaction is open.
    public var currentTransactionStartOffset: Offset
}

/// What it took to open a log.
public struct RecoveryReport: Sendable, Equatable {
    /// Bytes that are not part of the log any more because they were not a whole valid batch, or lay behind such.
    public var truncatedBytes = 0
    /// What was cut off, and where it is kept.
    public var cuts: [LogCut] = []
    /// Segments whose indexes were written anew.
    public var recoveredSegments = 0
    /// Batches that came from the directory's commit journal.
    public var restoredBatches = 0
    /// Offset up to which the producers' state was replayed from, -1 when a snapshot at the end made that unnecessary.
    public var replayedFrom = Offset.undefined
}
