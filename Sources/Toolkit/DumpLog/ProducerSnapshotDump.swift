import KafkaProtocol
import LogStorage

/// Shows a `.snapshot` file: what a partition remembers of its idempotent and transactional producers.
struct ProducerSnapshotDump {
    let context: ToolContext
    let disk: any Disk
    let file: DumpedFile

    /// A producer.
    struct Row {
        let file: String
        let entry: ProducerSnapshot.ProducerEntry

        /// A producer of whom only a transaction's marker is known has no batch.
        var hasBatch: Bool { entry.lastOffset >= 0 }
        var firstSequence: Int32 { Int32((Int64(entry.lastSequence) - Int64(entry.offsetDelta)) & 0x7fff_ffff) }
        var transactionOffset: Int64? { entry.currentTxnFirstOffset >= 0 ? entry.currentTxnFirstOffset : nil }
    }

    static let producers = Shape<Row>(
        "producers", "an entry of a .snapshot file: a producer", text: .lines { line($0) },
        [
            Column("file", "path") { $0.file }, Column("producerId", "id") { $0.entry.producerId },
            Column("producerEpoch", "its epoch") { $0.entry.epoch },
            Column("coordinatorEpoch", "epoch of the coordinator that wrote its last marker") {
                $0.entry.coordinatorEpoch < 0 ? nil : $0.entry.coordinatorEpoch
            },
            Column("currentTxnFirstOffset", "first offset of its open transaction") { $0.transactionOffset },
            Column("lastTimestampMs", "timestamp of its last batch or marker, in milliseconds since 1970-01-01 UTC", heading: "lastTimestamp, timestamp") {
                $0.entry.timestamp
            },
            Column("firstSequence", "first sequence number of its last batch") { $0.hasBatch ? $0.firstSequence : nil },
            Column("lastSequence", "last sequence number of that batch") { $0.hasBatch ? $0.entry.lastSequence : nil },
            Column("lastOffset", "last offset of that batch") { $0.hasBatch ? $0.entry.lastOffset : nil },
            Column("offsetDelta", "its last offset less its first") { $0.hasBatch ? $0.entry.offsetDelta : nil },
        ])

    private static func line(_ row: Row) -> String {
        let entry = row.entry
        let transaction = row.transactionOffset.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
        let head =
            "producerId: \(entry.producerId) producerEpoch: \(entry.epoch) coordinatorEpoch: \(entry.coordinatorEpoch) "
            + "currentTxnFirstOffset: \(transaction) lastTimestamp: \(entry.timestamp)"
        guard row.hasBatch else { return head }
        return head + " firstSequence: \(row.firstSequence) lastSequence: \(entry.lastSequence) lastOffset: \(entry.lastOffset) "
            + "offsetDelta: \(entry.offsetDelta) timestamp: \(entry.timestamp)"
    }

    func run() throws -> [Mismatch] {
        do {
            let rows = try ProducerSnapshotFile.entries(in: disk.readFile(file.path)).map { Row(file: file.path, entry: $0) }
            context.report.add(rows, as: Self.producers)
        } catch let damage as ProducerSnapshotFile.Damage {
            throw ToolError("\(file.path): \(Self.text(damage))")
        }
        return []
    }

    private static func text(_ damage: ProducerSnapshotFile.Damage) -> String {
        switch damage {
        case .unknownVersion(let version): "Snapshot contained an unknown file version \(version)"
        case .unreadable(let reason): "Snapshot failed schema validation: \(reason)"
        case .invalidCrc(let stored, let computed): "Snapshot is corrupt (CRC is no longer valid). Stored crc: \(stored). Computed crc: \(computed)"
        }
    }
}
