import KafkaProtocol

/// How a partition's log behaves: the topic's effective configuration (Kafka's keys, defaults of `topic.tsv`).
public struct LogConfig: Sendable, Equatable {
    /// `message.timestamp.type`: whose clock the records carry.
    public enum TimestampType: Sendable, Equatable { case createTime, logAppendTime }

    /// `compression.type`: keep the producer's codec, or store with this one.
    public enum CompressionType: Sendable, Equatable {
        case producer, uncompressed, gzip, snappy, lz4, zstd

        public init?(_ text: String) {
            switch text {
            case "producer": self = .producer
            case "uncompressed": self = .uncompressed
            case "gzip": self = .gzip
            case "snappy": self = .snappy
            case "lz4": self = .lz4
            case "zstd": self = .zstd
            default: return nil
            }
        }
    }

    /// `segment.bytes` (`internal.segment.bytes` when a test sets it).
    public var segmentBytes: Int = 1 << 30
    public var segmentMs: Int64 = 604_800_000
    public var segmentJitterMs: Int64 = 0
    /// `segment.index.bytes`: a segment rolls when its offset index is this large.
    public var segmentIndexBytes: Int = 10_485_760
    public var indexIntervalBytes: Int = 4096
    /// -1: no limit.
    public var retentionMs: Int64 = 604_800_000
    /// -1: no limit.
    public var retentionBytes: Int64 = -1
    public var maxMessageBytes: Int = 1_048_588
    public var messageTimestampType: TimestampType = .createTime
    public var messageTimestampBeforeMaxMs: Int64 = .max
    public var messageTimestampAfterMaxMs: Int64 = 3_600_000
    /// `cleanup.policy` contains `compact`.
    public var isCompacted = false
    /// `cleanup.policy` contains `delete`.
    public var isDeleted = true
    public var compressionType: CompressionType = .producer
    public var gzipLevel = -1
    public var lz4Level = 9
    public var zstdLevel = 3
    public var deleteRetentionMs: Int64 = 86_400_000
    public var minCompactionLagMs: Int64 = 0
    public var maxCompactionLagMs: Int64 = .max
    public var minCleanableDirtyRatio: Double = 0.5
    /// Replicas that must be in sync before a producer that asks for all of them is served (the partition sees to that, not its log).
    public var minInsyncReplicas = 1
    /// A batch larger than this, once decompressed, is refused where the log must look inside it.
    public var maxDecompressedBytes: Int = 64 << 20

    public init() {}

    /// Sets one key of a topic's configuration; keys that do not concern the log and values that do not parse change nothing (they were validated before).
    public mutating func set(_ key: String, _ value: String) {
        switch key {
        case "segment.bytes", "internal.segment.bytes": segmentBytes = Int(value) ?? segmentBytes
        case "segment.ms": segmentMs = Int64(value) ?? segmentMs
        case "segment.jitter.ms": segmentJitterMs = Int64(value) ?? segmentJitterMs
        case "segment.index.bytes": segmentIndexBytes = Int(value) ?? segmentIndexBytes
        case "index.interval.bytes": indexIntervalBytes = Int(value) ?? indexIntervalBytes
        case "retention.ms": retentionMs = Int64(value) ?? retentionMs
        case "retention.bytes": retentionBytes = Int64(value) ?? retentionBytes
        case "max.message.bytes": maxMessageBytes = Int(value) ?? maxMessageBytes
        case "message.timestamp.type": messageTimestampType = value == "LogAppendTime" ? .logAppendTime : .createTime
        case "message.timestamp.before.max.ms": messageTimestampBeforeMaxMs = Int64(value) ?? messageTimestampBeforeMaxMs
        case "message.timestamp.after.max.ms": messageTimestampAfterMaxMs = Int64(value) ?? messageTimestampAfterMaxMs
        case "cleanup.policy": setCleanupPolicy(value)
        case "compression.type": compressionType = CompressionType(value) ?? compressionType
        case "compression.gzip.level": gzipLevel = Int(value) ?? gzipLevel
        case "compression.lz4.level": lz4Level = Int(value) ?? lz4Level
        case "compression.zstd.level": zstdLevel = Int(value) ?? zstdLevel
        case "delete.retention.ms": deleteRetentionMs = Int64(value) ?? deleteRetentionMs
        case "min.compaction.lag.ms": minCompactionLagMs = Int64(value) ?? minCompactionLagMs
        case "max.compaction.lag.ms": maxCompactionLagMs = Int64(value) ?? maxCompactionLagMs
        case "min.insync.replicas": minInsyncReplicas = Int(value) ?? minInsyncReplicas
        case "min.cleanable.dirty.ratio": minCleanableDirtyRatio = Double(value) ?? minCleanableDirtyRatio
        default: break
        }
    }

    /// The level of the codec that the topic stores with.
    var compressionLevel: Int? {
        switch compressionType {
        case .gzip: gzipLevel
        case .lz4: lz4Level
        case .zstd: zstdLevel
        case .producer, .uncompressed, .snappy: nil
        }
    }

    private mutating func setCleanupPolicy(_ value: String) {
        let policies = value.split(separator: ",").map { $0.drop { $0 == " " } }
        isCompacted = policies.contains { $0.hasPrefix("compact") }
        isDeleted = policies.contains { $0.hasPrefix("delete") }
    }
}
