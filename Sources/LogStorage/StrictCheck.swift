import KafkaProtocol
import Vocabulary

/// Looks at every batch of a log whose every acknowledged append is durable and whose offsets have no gaps: the metadata log. Only a tail that an
/// append left unfinished may be cut off it; anything else is damage, and without what it held the rest of the directory cannot be explained. Where the log
/// does not begin with the first offset, a sound snapshot must stand for what precedes it. Nothing is changed.
struct StrictCheck {
    let disk: any Disk
    let directory: String

    /// Where the batches of a file end before the file does, and why.
    private struct Failure {
        var position: Int
        var reason: String
    }

    /// What a start does with a log that holds together.
    struct Finding: Sendable {
        /// The log ends before its newest snapshot does: it begins anew there.
        var restartsAt: Offset?
        /// Snapshots that are not used, with what is wrong with them, and what is used instead.
        var damaged: [(path: String, error: SnapshotError)] = []
        var instead = ""
    }

    /// Throws when the log is damaged, with the file and the position.
    func run() throws(LogDirectoryError) -> Finding {
        let log = try checkLog()
        let files = SnapshotFiles(disk: disk, directory: directory)
        let found = try onDisk { () throws(DiskError) in try files.newest(from: log.start ?? .zero) }
        var finding = Finding(damaged: found.damaged.map { (files.path($0.snapshot), $0.error) })
        guard let sound = found.sound?.snapshot else {
            // Without a log and with a snapshot there was a cluster; it must not be taken for a new one.
            guard log.start ?? .zero > .zero || (log.start == nil && !found.damaged.isEmpty) else {
                finding.instead = "the log from its beginning"
                return finding
            }
            throw unexplained(log.start, finding.damaged)
        }
        finding.instead = sound.fileName
        let end = Offset(sound.endOffset)
        if end > log.end { finding.restartsAt = end }
        return finding
    }

    private func unexplained(_ start: Offset?, _ damaged: [(path: String, error: SnapshotError)]) -> LogDirectoryError {
        let begins = start.map { "the metadata log in \(directory) begins at offset \($0)" } ?? "the metadata log in \(directory) is gone"
        let others =
            "Nothing was changed. Bring the file back from a copy; without it nothing tells what the cluster was, and only a new directory can be served"
        guard let newest = damaged.first else {
            return .refused("\(begins), and no snapshot there (OFFSET-EPOCH.checkpoint) reaches that far. \(others)")
        }
        return .refused(
            "\(begins), and what stands for what precedes it is damaged at byte \(newest.error.position) of \(newest.path): \(newest.error.reason). \(others)")
    }

    /// The offset of the oldest segment, nil when there is none, and the one behind the last batch.
    private func checkLog() throws(LogDirectoryError) -> (start: Offset?, end: Offset) {
        var next: Offset?
        let bases = try onDisk { () throws(DiskError) -> [Offset] in
            try disk.names(in: directory).compactMap { Segment.offset(in: $0, suffix: ".log") }.sorted()
        }
        for (index, base) in bases.enumerated() {
            let path = directory + "/" + Segment.stem(base) + ".log"
            if let next, next != base { throw damaged(path, 0, "the segment before it ends at offset \(next)") }
            let file = try onDisk { () throws(DiskError) -> any DiskFile in try disk.openFile(path, create: false) }
            defer { file.close() }
            let (end, failure) = try onDisk { () throws(DiskError) -> (Offset, Failure?) in try walk(file, base: base) }
            next = end
            guard let failure else { continue }
            let isUnfinished = try onDisk { () throws(DiskError) -> Bool in try self.isUnfinished(file, from: failure.position) }
            if index < bases.count - 1 || !isUnfinished {
                throw damaged(path, failure.position, "the batch that must begin there with offset \(end) \(failure.reason)")
            }
        }
        return (bases.first, next ?? .zero)
    }

    private func onDisk<R>(_ body: () throws(DiskError) -> R) throws(LogDirectoryError) -> R {
        do { return try body() } catch { throw .disk(error) }
    }

    private func damaged(_ path: String, _ position: Int, _ reason: String) -> LogDirectoryError {
        .refused(
            "the metadata log is damaged at byte \(position) of \(path): \(reason). Nothing was changed. Bring the file back from a copy; or, to go on "
                + "without every change of the cluster's metadata from there on (partitions made since are kept as stray), cut it: "
                + "truncate -s \(position) \(path.shellQuoted)")
    }

    private func walk(_ file: any DiskFile, base: Offset) throws(DiskError) -> (end: Offset, failure: Failure?) {
        var scanner = BatchScanner(file: file, from: 0, to: file.size, blockBytes: 1 << 20)
        var next = base
        while true {
            let position = scanner.position
            guard let batch = try scanner.nextBatch() else {
                return (next, scanner.failure.map { Failure(position: position, reason: "is not readable: \($0)") })
            }
            if Offset(batch.baseOffset) != next || batch.lastOffset < batch.baseOffset {
                return (next, Failure(position: position, reason: "has the offsets \(batch.baseOffset) to \(batch.lastOffset)"))
            }
            if !batch.isCrcValid { return (next, Failure(position: position, reason: "has a wrong checksum")) }
            next = Offset(batch.nextOffset)
        }
    }

    /// A single append is not larger than this.
    private static let largestAppend = 64 << 20
    /// Disks write whole blocks of at least this size.
    private static let blockBytes = 512
    /// Fewer zeros than this at the end of a block may be a batch's own.
    private static let leastUnwritten = 8

    /// Whether what begins at a position can be an append that a power failure cut off: it ends with the file, and no whole batch is in it.
    private func isUnfinished(_ file: any DiskFile, from position: Int) throws(DiskError) -> Bool {
        let count = file.size - position
        guard count <= Self.largestAppend else { return false }
        let rest = try file.read(at: position, count: count).array
        if rest.allSatisfy({ $0 == 0 }) { return true }
        let bytes = Bytes(rest)
        if Self.holdsBatch(bytes) { return false }
        if count < RecordBatch.headerSize { return true }
        let announced = 12 + Int(bytes.load(8, as: Int32.self))
        if announced > count {
            // The length is not covered by the checksum: if the rest is whole without it, the length is what is wrong.
            return bytes.load(17, as: UInt32.self) != CRC32C.checksum(bytes.dropFirst(21))
        }
        return Self.holdsUnwrittenBlock(rest, at: position)
    }

    /// Whether a block of the file, or what there is of its last one, is nothing but zeros: blocks reach the disk in any order.
    private static func holdsUnwrittenBlock(_ rest: [UInt8], at position: Int) -> Bool {
        var start = 0
        while start < rest.count {
            let end = min(rest.count, start + blockBytes - (position + start) % blockBytes)
            if end - start >= leastUnwritten, rest[start..<end].allSatisfy({ $0 == 0 }) { return true }
            start = end
        }
        return false
    }

    /// Whether a whole batch with the right checksum begins anywhere behind the first byte.
    private static func holdsBatch(_ bytes: Bytes) -> Bool {
        guard bytes.count > RecordBatch.headerSize else { return false }
        for start in 1...(bytes.count - RecordBatch.headerSize) where bytes[start + 16] == 2 {
            let size = 12 + Int(bytes.load(start + 8, as: Int32.self))
            guard size >= RecordBatch.headerSize, size <= bytes.count - start else { continue }
            if bytes.load(start + 17, as: UInt32.self) == CRC32C.checksum(bytes.dropFirst(start + 21).prefix(size - 21)) { return true }
        }
        return false
    }
}
