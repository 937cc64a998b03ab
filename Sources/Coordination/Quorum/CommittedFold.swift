import KafkaProtocol

/// Folding what a quorum has committed. Its records were decided elsewhere, so one that this release does not know means that it misreads the cluster: that is
/// an error which names the record, and the node must stop.
extension MetadataFold {
    public mutating func fold(_ committed: CommittedMetadata) throws(MetadataError) {
        switch committed {
        case .snapshot(let snapshot, let values):
            let last = snapshot.endOffset - 1
            var fresh = MetadataFold()
            for value in values { try fresh.replay(try Self.record(value, at: last), offset: last) }
            fresh.skip(to: last)
            guard !fresh.isInTransaction else { throw MetadataError("the snapshot \(snapshot.fileName) ends within a transaction") }
            replace(with: fresh.image)
        case .records(let records, let nextOffset):
            for record in records { try replay(try Self.record(record.value, at: record.offset), offset: record.offset) }
            skip(to: nextOffset - 1)
        }
        try image.checkMetadataVersion()
    }

    private static func record(_ value: Bytes, at offset: Int64) throws(MetadataError) -> MetadataRecord {
        do throws(MetadataError) { return try MetadataRecord.decode(value) } catch { throw MetadataError("\(error), at offset \(offset)") }
    }
}
