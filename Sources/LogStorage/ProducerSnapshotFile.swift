import KafkaProtocol
import Vocabulary

/// `.snapshot`: the producers' state at the offset that names the file. A version (1), a CRC32C of what follows it, then an entry per producer.
enum ProducerSnapshotFile {
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

    /// Nil when the file is damaged; the state is then replayed from the log.
    static func parse(_ content: Bytes) -> ProducerTable? {
        guard content.count >= entriesStart, content.load(0, as: Int16.self) == version else { return nil }
        guard content.load(2, as: UInt32.self) == CRC32C.checksum(content.dropFirst(entriesStart)) else { return nil }
        guard let snapshot = try? ProducerSnapshot.decode(content.dropFirst(2), version: version) else { return nil }
        var table = ProducerTable()
        for row in snapshot.producerEntries {
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
