import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Starts a broker on a damaged data directory, twice, and looks for what must not happen: a start that says nothing, bytes of records that are not on
/// the disk any more, foreign files that were touched, a second start that sees something else.
public struct DamageCheck {
    public enum Outcome: Sendable, Equatable { case served, refused }

    private let root: String
    /// Topics that were deleted before the damage: what is left of them may go.
    private let deleted: Set<String>
    private let properties = ["log.cleaner.enable": "false"]

    /// - Parameter deleted: the text of the topic ids whose removal the metadata log records
    public init(root: String, deletedTopicIds deleted: Set<String>) {
        self.root = root
        self.deleted = deleted
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func log() -> OperatorLog {
            OperatorLog(level: .info, clock: { 0 }) { [self] entry in lines.withLock { $0.append("\(entry.kind.rawValue): \(entry.text)") } }
        }
    }

    /// What a start came to: each partition's offsets, or the reason of a refusal.
    private struct Start: Equatable {
        var offsets: [String: [Offset]] = [:]
        var refusal: String?
    }

    /// Returns what happened and what was wrong with it.
    public func run(on disk: SimulatedDisk) throws -> (outcome: Outcome, violations: [String]) {
        let before = disk.snapshot
        var violations: [String] = []
        let lines = Lines()
        // After a clean stop a start does not look at the records, so the next one must not be made to.
        let first = start(disk, lines, stopsCleanly: before["\(root)/.kafka_cleanshutdown"] != nil)
        let after = disk.snapshot
        if let refusal = first.refusal {
            if !refusal.contains(root + "/") && !refusal.contains("directory \(root) ") { violations.append("the refusal names no path: \(refusal)") }
            for (path, content) in before where after[path] != content { violations.append("a refused start changed \(path)") }
            let made = after.keys.filter { before[$0] == nil && $0 != root + "/.lock" }.sorted()
            if !made.isEmpty { violations.append("a refused start made \(made)") }
        } else {
            violations += lost(before, after)
            violations += untold(before, after, lines.all)
        }
        let second = start(disk.copied(), Lines(), stopsCleanly: false)
        if second != first { violations.append("the second start says \(second), the first \(first)") }
        return (first.refusal == nil ? .served : .refused, violations)
    }

    private func start(_ disk: SimulatedDisk, _ lines: Lines, stopsCleanly: Bool) -> Start {
        let node: SimulatedBroker
        do {
            node = try SimulatedBroker(seed: 1, properties: properties, disk: disk, log: lines.log())
        } catch {
            return Start(refusal: "\(error)")
        }
        // Retention has its turn as well.
        node.advance(ms: 301_000)
        var offsets: [String: [Offset]] = [:]
        for partition in node.broker.partitions.all {
            let log = partition.log
            offsets[log.name.description] = [log.logStartOffset, log.logEndOffset]
            var offset = log.logStartOffset
            while offset < log.logEndOffset {
                guard let read = try? log.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: log.logEndOffset), read.nextOffset > offset else {
                    break
                }
                offset = read.nextOffset
            }
        }
        if stopsCleanly { try? node.broker.shutDown(now: node.now) }
        return Start(offsets: offsets)
    }

    // MARK: Nothing is unsaid

    /// What a start put aside without a line that names it.
    private func untold(_ before: [String: [UInt8]], _ after: [String: [UInt8]], _ lines: [String]) -> [String] {
        func strays(_ files: [String: [UInt8]]) -> Set<String> {
            Set(files.keys.compactMap { path in path.split(separator: "/").dropFirst().first.map(String.init) }.filter { $0.hasSuffix("-stray") })
        }
        let new = strays(after).subtracting(strays(before)).map { $0 } + after.keys.filter { $0.hasSuffix(".cut") && before[$0] == nil }
        return new.sorted().filter { name in !lines.contains { $0.contains(name) } }.map { "\($0) is named in no line" }
    }

    // MARK: Nothing is lost

    private func lost(_ before: [String: [UInt8]], _ after: [String: [UInt8]]) -> [String] {
        var violations: [String] = []
        let directories = Set(after.keys.compactMap { path in path.split(separator: "/").dropFirst().first.map(String.init) })
        for (path, content) in before {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count > 2 else {
                if !Self.isRewritten(parts.last ?? ""), after[path] != content { violations.append("\(path) was touched") }
                continue
            }
            if let id = before["\(root)/\(parts[1])/partition.metadata"], deleted.contains(where: { String(decoding: id, as: UTF8.self).hasSuffix($0) }) {
                continue
            }
            let places = [parts[1]] + directories.filter { $0.hasPrefix(parts[1] + ".") && $0.hasSuffix("-stray") }
            let name = parts[2...].joined(separator: "/")
            if Self.isRewritten(name) { continue }
            let isKept = places.contains { place in
                let there = "\(root)/\(place)/\(name)"
                if Self.isLog(name) || MetadataSnapshot(fileName: name) != nil { return keeps(content, there, after) }
                // A compacted segment that takes its place, or is put aside.
                if name.hasSuffix(".log.swap"), keeps(content, String(there.dropLast(5)), after) || keeps(content, there, after) { return true }
                return after[there] == content || (content.isEmpty && name.isEmpty)
            }
            if !isKept { violations.append("\(path) lost bytes, or is gone") }
        }
        return violations
    }

    /// Whether a file's bytes are all there: in the file, or beside it from a byte on at which it was cut.
    private func keeps(_ content: [UInt8], _ path: String, _ after: [String: [UInt8]]) -> Bool {
        let now = after[path] ?? []
        if now == content { return true }
        var kept = 0
        while kept < min(now.count, content.count), now[kept] == content[kept] { kept += 1 }
        let cuts = after.compactMap { name, cut in Self.cutPosition(name, of: path).map { (position: $0, bytes: cut) } }
        for (position, bytes) in cuts.sorted(by: { $0.position < $1.position }) where position <= kept && position + bytes.count <= content.count {
            if Array(content[position..<position + bytes.count]) == bytes { kept = max(kept, position + bytes.count) }
        }
        return content[kept...].allSatisfy { $0 == 0 }
    }

    /// The byte from which on a file `PATH.BYTE.cut` (or `PATH.BYTE-2.cut`) keeps what was in the file at the path.
    private static func cutPosition(_ name: String, of path: String) -> Int? {
        guard name.hasPrefix(path + "."), name.hasSuffix(".cut") else { return nil }
        return Int(name.dropFirst(path.utf8.count + 1).dropLast(4).prefix { $0 != "-" })
    }

    private static func isLog(_ name: String) -> Bool {
        name.hasSuffix(".log") && name.utf8.count == 24 && name.utf8.prefix(20).allSatisfy { $0 >= 48 && $0 <= 57 }
    }

    /// Files that a broker writes anew and that hold no record, or none that is not elsewhere.
    private static func isRewritten(_ name: String) -> Bool {
        if [".lock", ".kafka_cleanshutdown", "partition.metadata", "meta.properties.tmp", "meta.properties", QuorumState.fileName].contains(name) {
            return true
        }
        return [
            "-checkpoint", ".checkpoint.part", ".index", ".timeindex", ".txnindex", ".snapshot", "-checkpoint.tmp", "metadata.tmp", ".cleaned", ".deleted",
            ".journal",
        ]
        .contains {
            name.hasSuffix($0)
        } || name.hasSuffix("index.swap") || name.hasSuffix(".snapshot.swap")
    }
}
