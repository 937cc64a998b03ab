import KafkaProtocol

/// A file of one offset per partition: recovery points, log start offsets, high watermarks.
enum OffsetCheckpoint {
    static let recoveryPoints = "recovery-point-offset-checkpoint"
    static let logStartOffsets = "log-start-offset-checkpoint"
    static let highWatermarks = "replication-offset-checkpoint"

    /// Nil when the file is malformed.
    static func parse(_ content: Bytes) -> [PartitionName: Int64]? {
        guard let rows = CheckpointFile.rows(content, columns: 3) else { return nil }
        var offsets: [PartitionName: Int64] = [:]
        for row in rows {
            guard let partition = Int32(row[1]), let offset = Int64(row[2]), offset >= 0 else { return nil }
            offsets[PartitionName(topic: String(row[0]), partition: partition)] = offset
        }
        return offsets
    }

    static func content(_ offsets: [PartitionName: Int64]) -> Bytes {
        let rows = offsets.sorted { $0.key < $1.key }.map { "\($0.key.topic) \($0.key.partition) \($0.value)\n" }
        return Bytes("0\n\(offsets.count)\n" + rows.joined())
    }
}
