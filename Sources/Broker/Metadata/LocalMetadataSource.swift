import Coordination
import KafkaProtocol
import LogStorage

/// The metadata log of a node that is its own controller: `__cluster_metadata-0`, and the snapshots that a Kafka controller may have left beside it.
final class LocalMetadataSource: MetadataSource {
    private let log: PartitionLog
    private let disk: any Disk
    private let directory: String
    private let isSynced: Bool
    private let clock: @Sendable () -> Int64

    /// - Parameter directory: where the log's files are
    init(log: PartitionLog, disk: any Disk, directory: String, isSynced: Bool, clock: @escaping @Sendable () -> Int64) {
        self.log = log
        self.disk = disk
        self.directory = directory
        self.isSynced = isSynced
        self.clock = clock
    }

    var nextOffset: Int64 { log.logEndOffset }

    /// The leader epoch that new records get: the last one of a log taken over from Kafka goes on.
    var epoch: Int32 { max(1, log.latestLeaderEpoch) }

    func records(from start: Int64, _ body: (Bytes, Int64) throws(MetadataError) -> Void) throws(MetadataError) {
        var offset = start
        if offset < log.logStartOffset {
            let snapshot = try newestSnapshot()
            for value in snapshot.values { try body(value, snapshot.endOffset - 1) }
            offset = snapshot.endOffset
        }
        do {
            while offset < log.logEndOffset {
                let read = try log.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: log.logEndOffset)
                guard read.nextOffset > offset else { throw MetadataError("nothing can be read at offset \(offset)") }
                for batch in RecordBatches(try read.records.gathered()) where !batch.isControl {
                    for record in try batch.records() where record.offset >= offset {
                        guard let value = record.value else { throw MetadataError("a record without a value at offset \(record.offset)") }
                        try body(value, record.offset)
                    }
                }
                offset = read.nextOffset
            }
        } catch {
            throw MetadataError("the metadata log is not readable: \(error)")
        }
    }

    /// What stands for the log's beginning once that was deleted.
    private func newestSnapshot() throws(MetadataError) -> (endOffset: Int64, values: [Bytes]) {
        do {
            let found = try disk.names(in: directory).compactMap { name in MetadataSnapshot(fileName: name).map { (name, $0.endOffset) } }
            guard let newest = found.max(by: { $0.1 < $1.1 }), newest.1 >= log.logStartOffset else {
                throw MetadataError("the metadata log begins at offset \(log.logStartOffset), and no snapshot in \(directory) reaches that far")
            }
            return (newest.1, try MetadataSnapshot.values(in: try disk.readFile(directory + "/" + newest.0)))
        } catch let error as MetadataError {
            throw error
        } catch {
            throw MetadataError("the metadata snapshot is not readable: \(error)")
        }
    }

    func append(_ values: [Bytes]) throws(ErrorCode) -> Int64 {
        let now = clock()
        let builder = RecordBatchBuilder()
        for value in values { builder.append(timestamp: now, key: nil, value: value) }
        do {
            let info = try log.append(builder.build(), leaderEpoch: epoch, now: now, origin: .coordinator)
            return info.firstOffset
        } catch {
            throw .kafkaStorageError
        }
    }

    func commit() throws(ErrorCode) {
        guard isSynced else { return }
        do {
            _ = try log.sync()
        } catch {
            throw .kafkaStorageError
        }
    }
}
