import KafkaProtocol
import Vocabulary

/// A part of a segment's file that recovery took out of the log.
public struct LogCut: Sendable, Equatable, CustomStringConvertible {
    /// The segment's file and the byte at which it ends now.
    public var path: String
    public var position: Int
    /// The log's end after the cut.
    public var offset: Offset
    public var sizeInBytes: Int
    public var reason: String
    /// The file that keeps the bytes; nil when they were nothing but zeros.
    public var keptIn: String?

    public var description: String {
        let fate = keptIn.map { "they are kept in \($0)" } ?? "they were zeros"
        return "\(path) ends at byte \(position) (offset \(offset)) now: \(reason); \(sizeInBytes) bytes from there on are not served, \(fate)"
    }
}

/// Keeps what recovery takes out of a log beside it, in files that neither broker reads: nothing that may be a record leaves the disk.
struct CutKeeper {
    let disk: any Disk
    private static let suffix = ".cut"
    private static let chunkBytes = 1 << 20

    /// Copies a file's end; returns the path of the copy, durable, or nil when there was nothing but zeros.
    func keep(_ path: String, from position: Int, to end: Int) throws(DiskError) -> String? {
        let file = try disk.openFile(path, create: false)
        defer { file.close() }
        guard try holdsAnything(file, from: position, to: end) else { return nil }
        let target = freeName(path, position)
        do throws(DiskError) {
            try copy(file, from: position, to: end, target)
        } catch {
            // The next start copies again; what is half done would only be in its way.
            try? disk.removeFile(target)
            throw error
        }
        return target
    }

    private func copy(_ file: any DiskFile, from position: Int, to end: Int, _ target: String) throws(DiskError) {
        let copy = try disk.openFile(target, create: true)
        defer { copy.close() }
        var done = position
        while done < end {
            let chunk = try file.read(at: done, count: min(Self.chunkBytes, end - done))
            guard !chunk.isEmpty else { break }
            try copy.write([chunk], at: done - position)
            done += chunk.count
        }
        try copy.sync()
        try disk.syncDirectory(directory(target))
    }

    /// Puts a whole file aside.
    func keep(_ path: String) throws(DiskError) -> String {
        let target = freeName(path, 0)
        try disk.rename(path, to: target)
        try disk.syncDirectory(directory(path))
        return target
    }

    private func holdsAnything(_ file: any DiskFile, from position: Int, to end: Int) throws(DiskError) -> Bool {
        var at = position
        while at < end {
            let chunk = try file.read(at: at, count: min(Self.chunkBytes, end - at))
            if chunk.isEmpty { return false }
            if chunk.withUnsafeBytes({ $0.contains { $0 != 0 } }) { return true }
            at += chunk.count
        }
        return false
    }

    /// `00000000000000000000.log.1234.cut`, with a number more when that is there already.
    private func freeName(_ path: String, _ position: Int) -> String {
        var name = "\(path).\(position)\(Self.suffix)", count = 1
        while disk.exists(name) {
            count += 1
            name = "\(path).\(position)-\(count)\(Self.suffix)"
        }
        return name
    }

    private func directory(_ path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
}
