import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

extension LogConfig {
    /// That of `__cluster_metadata`. Only what a snapshot stands for may be deleted, so age and size alone delete nothing.
    init(metadata settings: BrokerSettings) {
        self.init()
        let key = settings.text("internal.metadata.log.segment.bytes") == nil ? "metadata.log.segment.bytes" : "internal.metadata.log.segment.bytes"
        segmentBytes = Int(settings.int(key))
        segmentMs = settings.int("metadata.log.segment.ms")
        // A decision is one batch, however many partitions it is about: that of a start after a crash names every one.
        maxMessageBytes = Int(Int32.max)
        retentionMs = -1
        retentionBytes = -1
    }
}

extension PartitionLog {
    /// Hands every batch between two offsets to `body`.
    func walk(from start: Offset, to end: Offset, _ body: (RecordBatch) throws -> Void) throws {
        var offset = start
        while offset < end {
            let read = try read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: end)
            guard read.nextOffset > offset else { throw MetadataError("nothing can be read at offset \(offset)") }
            for batch in RecordBatches(try read.records.gathered()) { try body(batch) }
            offset = read.nextOffset
        }
    }
}
