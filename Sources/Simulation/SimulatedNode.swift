import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A file or directory of a `SimulatedDisk`, with what of it is durable. Directories are guarded by the disk's lock.
final class SimulatedNode: @unchecked Sendable {
    // Unchecked: `entries`, `durable` and `changes` are only used under the disk's lock.
    struct Content {
        var bytes: [UInt8] = []
        var durable: [UInt8] = []
        /// What was durable and was not written again since: so many bytes from the beginning.
        var untouched = 0

        mutating func sync() {
            durable = bytes
            untouched = bytes.count
        }
    }

    private enum Change {
        case set(String, SimulatedNode)
        case remove(String)
        case rename(String, String, SimulatedNode)
    }

    let isFile: Bool
    let content: Mutex<Content>
    private(set) var entries: [String: SimulatedNode] = [:]
    private var durable: [String: SimulatedNode] = [:]
    /// Since the last sync, in order.
    private var changes: [Change] = []

    private init(isFile: Bool, _ content: Content = Content()) {
        self.isFile = isFile
        self.content = Mutex(content)
    }

    static func directory() -> SimulatedNode { SimulatedNode(isFile: false) }

    /// A file whose content is durable.
    static func file(_ bytes: [UInt8] = []) -> SimulatedNode { SimulatedNode(isFile: true, Content(bytes: bytes, durable: bytes, untouched: bytes.count)) }

    // MARK: Directories

    func set(_ name: String, _ node: SimulatedNode) {
        entries[name] = node
        changes.append(.set(name, node))
    }

    func remove(_ name: String) {
        guard entries.removeValue(forKey: name) != nil else { return }
        changes.append(.remove(name))
    }

    func rename(_ name: String, _ newName: String, _ node: SimulatedNode) {
        entries[name] = nil
        entries[newName] = node
        changes.append(.rename(name, newName, node))
    }

    func removeAll() {
        for name in entries.keys.sorted() {
            entries[name]?.removeAll()
            remove(name)
        }
    }

    func sync() {
        durable = entries
        changes = []
    }

    func syncAll() {
        sync()
        content.withLock { $0.sync() }
        for node in entries.values { node.syncAll() }
    }

    func collect(_ path: String, into files: inout [String: [UInt8]]) {
        if isFile {
            files[path] = content.withLock { $0.bytes }
        } else if entries.isEmpty {
            files[path + "/"] = []
        } else {
            for (name, node) in entries { node.collect(path.isEmpty ? name : path + "/" + name, into: &files) }
        }
    }

    // MARK: Copies

    func copied() -> SimulatedNode {
        let copy = SimulatedNode(isFile: isFile, content.withLock { $0 })
        for (name, node) in entries { copy.entries[name] = node.copied() }
        copy.sync()
        return copy
    }

    /// What a power failure leaves. A journal keeps a directory's changes in order, so a prefix of them survives; of a file's unsynced bytes some
    /// do, and those that do not may be zeros in a file that has its full size.
    func crashed(using random: inout SeededGenerator) -> SimulatedNode {
        guard !isFile else { return SimulatedNode.file(content.withLock { Self.survivor(of: $0, using: &random) }) }
        var kept = durable
        for change in changes.prefix(Int(random.next() % UInt64(changes.count + 1))) {
            switch change {
            case .set(let name, let node): kept[name] = node
            case .remove(let name): kept[name] = nil
            case .rename(let name, let newName, let node):
                kept[name] = nil
                kept[newName] = node
            }
        }
        let copy = SimulatedNode.directory()
        for name in kept.keys.sorted() { copy.entries[name] = kept[name]?.crashed(using: &random) }
        copy.sync()
        return copy
    }

    private static func survivor(of content: Content, using random: inout SeededGenerator) -> [UInt8] {
        let (bytes, durable, untouched) = (content.bytes, content.durable, content.untouched)
        guard bytes != durable else { return bytes }
        // Rewritten, and nothing of that lasted.
        if untouched < durable.count, random.next() % 3 == 0 { return durable }
        let more = Int(random.next() % UInt64(bytes.count - untouched + 1))
        var left = Array(bytes.prefix(untouched + more))
        if random.next() % 4 == 0 {
            let unwritten = untouched + Int(random.next() % UInt64(more + 1))
            for index in unwritten..<left.count { left[index] = 0 }
        }
        return left
    }
}
