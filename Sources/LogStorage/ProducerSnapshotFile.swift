import KafkaProtocol
import Vocabulary

/// `.snapshot`: the producers' state at the offset that names the file. A version (1), a CRC32C of what follows it, then an entry per producer.
public enum ProducerSnapshotFile {
    private static let version: Int16 = 1
    private static let entriesStart = 6

    static func content(_ table: ProducerTable) -> Bytes {
        var snapshot = ProducerSnapshot()
        snapshot.producerEntries = table.entries.sorted { $0.key < $1.key }.map { id, entry in
            var row = ProducerSnapshot.ProducerEntry()
            row.producerId = id
            row.epoch = entry.epoch
            row.lastSequence = entry.lastSequence
            row.lastOffset = entry.lastOffset.value
            row.offsetDelta = entry.batches.last?.offsetDelta ?? 0
            row.timestamp = entry.lastTimestamp
            row.coordinatorEpoch = entry.coordinatorEpoch
            row.currentTxnFirstOffset = entry.transactionFirstOffset.value
            return row
        }
        var bytes: [UInt8] = []
        bytes.appendBigEndian(version)
        bytes.append(contentsOf: snapshot.encoded(version: version).array)
        let crc = CRC32C.checksum(Bytes(bytes).dropFirst(entriesStart))
        Swift.withUnsafeBytes(of: crc.bigEndian) { bytes.replaceSubrange(2..<6, with: $0) }
        return Bytes(bytes)
    }

    /// Why a file is not a producer snapshot.
    public enum Damage: Error, Equatable, Sendable {
        case unknownVersion(Int16)
        case invalidCrc(stored: UInt32, computed: UInt32)
        /// What the bytes behind the version are not.
        case unreadable(String)
    }

    /// The entries in the order of the file.
    public static func entries(in content: Bytes) throws(Damage) -> [ProducerSnapshot.ProducerEntry] {
        guard content.count >= entriesStart else { throw .unreadable("\(content.count) bytes are too few") }
        guard content.load(0, as: Int16.self) == version else { throw .unknownVersion(content.load(0)) }
        let stored: UInt32 = content.load(2), computed = CRC32C.checksum(content.dropFirst(entriesStart))
        guard stored == computed else { throw .invalidCrc(stored: stored, computed: computed) }
        do throws(WireError) { return try ProducerSnapshot.decode(content.dropFirst(2), version: version).producerEntries } catch {
            throw .unreadable("\(error)")
        }
    }

    /// Nil when the file is damaged; the state is then replayed from the log.
    static func parse(_ content: Bytes) -> ProducerTable? {
        guard let entries = try? entries(in: content) else { return nil }
        var table = ProducerTable()
        for row in entries {
            var entry = ProducerEntry()
            entry.epoch = row.epoch
            entry.coordinatorEpoch = row.coordinatorEpoch
            entry.transactionFirstOffset = Offset(row.currentTxnFirstOffset)
            // A producer whose only trace is a transaction marker has no last batch.
            if row.lastOffset >= 0 {
                let batch = ProducerEntry.Batch(
                    lastSequence: row.lastSequence, lastOffset: Offset(row.lastOffset), offsetDelta: row.offsetDelta, timestamp: row.timestamp)
                entry.add(batch, epoch: row.epoch)
            }
            entry.lastTimestamp = row.timestamp
            table.set(row.producerId, entry)
        }
        return table
    }
}
