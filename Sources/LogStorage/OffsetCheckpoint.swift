import KafkaProtocol
import Vocabulary

/// A file of one offset per partition: recovery points, log start offsets, high watermarks.
enum OffsetCheckpoint {
    static let recoveryPoints = "recovery-point-offset-checkpoint"
    static let logStartOffsets = "log-start-offset-checkpoint"
    static let highWatermarks = "replication-offset-checkpoint"
    static let cleanedOffsets = "cleaner-offset-checkpoint"

    /// Nil when the file is malformed.
    static func parse(_ content: Bytes) -> [TopicPartition: Int64]? {
        guard let rows = CheckpointFile.rows(content, columns: 3) else { return nil }
        var offsets: [TopicPartition: Int64] = [:]
        for row in rows {
            guard let partition = Int32(row[1]), let offset = Int64(row[2]), offset >= 0 else { return nil }
            offsets[TopicPartition(String(row[0]), partition)] = offset
        }
        return offsets
    }

    static func content(_ offsets: [TopicPartition: Int64]) -> Bytes {
        let rows = offsets.sorted { $0.key < $1.key }.map { "\($0.key.topic) \($0.key.partition) \($0.value)\n" }
        return Bytes("0\n\(offsets.count)\n" + rows.joined())
    }
}

/// What a data directory's checkpoint files hold.
struct CheckpointedOffsets {
    var recoveryPoints: [TopicPartition: Int64] = [:]
    private(set) var starts: [TopicPartition: Int64] = [:]
    private var ends: [TopicPartition: Int64] = [:]
    private var cleaned: [TopicPartition: Int64] = [:]

    mutating func note(_ log: PartitionLog) {
        log.state.withLock { state in
            // Kafka notes a start only where the segments' names do not tell it.
            if state.logStartOffset > state.segments[0].baseOffset { starts[log.name] = state.logStartOffset }
            if state.cleanedOffset > 0 { cleaned[log.name] = state.cleanedOffset }
            ends[log.name] = state.nextOffset
        }
    }

    /// Each file with its rows. The metadata log is not among the broker's logs in Kafka's checkpoints.
    var files: [(name: String, rows: [TopicPartition: Int64])] {
        [
            (OffsetCheckpoint.recoveryPoints, recoveryPoints), (OffsetCheckpoint.logStartOffsets, starts), (OffsetCheckpoint.highWatermarks, ends),
            (OffsetCheckpoint.cleanedOffsets, cleaned),
        ].map { ($0.0, $0.1.filter { $0.key.topic != TopicPartition.clusterMetadata.topic }) }
    }
}
