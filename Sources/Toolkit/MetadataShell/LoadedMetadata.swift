import Coordination
import Host
import KafkaProtocol
import LogStorage
import Vocabulary

/// The cluster's metadata as a file holds it, or the directory of a metadata log: folded from its records.
struct LoadedMetadata {
    /// What all records give.
    private(set) var image = MetadataImage()
    /// The offset of the last record, -1 when there is none.
    private(set) var lastOffset: Int64 = -1
    /// The leader epoch of the last record.
    private(set) var lastEpoch: Int32 = -1
    /// When the last record was appended, in milliseconds since the epoch.
    private(set) var lastTimestamp: Int64 = -1
    /// What could not be read though what precedes it could: a line each.
    private(set) var warnings: [String] = []

    private let disk: any Disk
    private var fold = MetadataFold()

    /// Reads a snapshot (`.checkpoint`), a segment of the metadata log (`.log`), or everything in a directory of either: `__cluster_metadata-0` or the data
    /// directory that holds it.
    init(_ path: String, on disk: any Disk) throws(ToolError) {
        self.disk = disk
        do {
            switch try disk.kind(of: path) {
            case nil: throw ToolError.notFound("there is no file \(path)")
            case .directory: try readDirectory(path)
            case .file: try readBatches(of: path)
            }
        } catch let error as ToolError {
            throw error
        } catch {
            throw ToolError("\(error)")
        }
        image = fold.image
    }

    /// The data directory that a file or directory of metadata belongs to: the one whose lock its broker holds.
    static func dataDirectory(of path: String, on disk: any Disk) -> String {
        func parent(_ path: String) -> String {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        if (try? disk.kind(of: trimmed)) != .directory { return parent(parent(trimmed)) }
        return trimmed.hasSuffix("\(TopicPartition.clusterMetadata)") ? parent(trimmed) : trimmed
    }

    // MARK: Reading

    /// The newest sound snapshot and the segments with what follows it.
    private mutating func readDirectory(_ path: String) throws {
        let inner = path + "/\(TopicPartition.clusterMetadata)"
        let directory = disk.exists(inner) ? inner : path
        let bases = try disk.names(in: directory).filter { $0.hasSuffix(".log") }.compactMap { name in Int64(name.dropLast(4)).map { (base: $0, name: name) } }
            .sorted { $0.base < $1.base }
        let found = try SnapshotFiles(disk: disk, directory: directory).newest(from: Offset(bases.first?.base ?? 0))
        for damaged in found.damaged { warnings.append("\(directory)/\(damaged.snapshot.fileName) is not used: \(damaged.error)") }
        var next: Int64 = 0
        if let (snapshot, contents) = found.sound {
            next = snapshot.endOffset
            (lastOffset, lastEpoch, lastTimestamp) = (snapshot.endOffset - 1, snapshot.epoch, contents.lastContainedLogTimestamp)
            for value in contents.values { try replay(value, offset: snapshot.endOffset - 1, in: directory + "/" + snapshot.fileName) }
        } else if let first = bases.first, first.base > 0 {
            throw ToolError("the metadata log in \(directory) begins at offset \(first.base), and no snapshot there stands for what precedes it")
        } else if bases.isEmpty {
            throw ToolError.notFound("\(directory) holds neither a metadata log nor a snapshot of one")
        }
        for segment in bases { try readBatches(of: directory + "/" + segment.name, from: next) }
    }

    /// Folds in the records of a file of batches from an offset on. What a broker left unfinished at its end is left out.
    private mutating func readBatches(of path: String, from start: Int64 = 0) throws {
        var iterator = RecordBatches(try disk.readFile(path)).makeIterator()
        var position = 0
        while let batch = iterator.next() {
            defer { position = iterator.position }
            guard batch.isCrcValid else { throw ToolError("\(path) is damaged at byte \(position): the batch there has a wrong checksum") }
            guard !batch.isControl, batch.lastOffset >= start else { continue }
            for record in try records(of: batch, at: position, in: path) where record.offset >= start {
                guard let value = record.value else { throw ToolError("\(path): the record at offset \(record.offset) has no value") }
                try replay(value, offset: record.offset, in: path)
            }
            (lastOffset, lastEpoch, lastTimestamp) = (batch.lastOffset, batch.partitionLeaderEpoch, batch.maxTimestamp)
        }
        guard let failure = iterator.failure else { return }
        if position == 0 { throw ToolError("\(path) is no file of record batches: \(failure)") }
        warnings.append("\(path): what begins at byte \(position) is no whole batch (\(failure)), and is left out")
    }

    private func records(of batch: RecordBatch, at position: Int, in path: String) throws(ToolError) -> [Record] {
        do throws(RecordBatchError) { return try batch.records() } catch { throw ToolError("\(path) is damaged at byte \(position): \(error)") }
    }

    private mutating func replay(_ value: Bytes, offset: Int64, in path: String) throws(ToolError) {
        do throws(MetadataError) {
            try fold.replay(try MetadataRecord.decode(value), offset: offset)
        } catch {
            throw ToolError("\(path): the record at offset \(offset): \(error)")
        }
    }
}
