import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A disk in memory that knows what would survive a power failure: of a file what was synced (and perhaps more), of a directory the entries that
/// were synced and perhaps some of the later changes, in their order. It can fail and fill up. Everything random comes from the caller's generator.
public final class SimulatedDisk: Disk {
    /// What the disk refuses.
    public struct Faults: Sendable {
        /// Bytes that files may still grow by.
        public var room = Int.max
        public var failsSyncs = false
        /// Changes that are made before the power fails: from then on all are refused.
        public var changesLeft = Int.max
        /// Operations by name (`open`, `read`, `rename`, `remove`, `create directory`) on paths that contain a text.
        public var failing: (operation: String, path: String)?
        /// A directory that fails in everything, with what is below it.
        public var gone: String?

        func isGone(_ path: String) -> Bool { gone.map { path == $0 || path.hasPrefix($0 + "/") } ?? false }

        public init() {}
    }

    struct Tree {
        var root = SimulatedNode.directory()
        var locks: Set<String> = []
    }

    private let tree = Mutex(Tree())
    private let faultState = Mutex(Faults())

    public init() {}

    public var faults: Faults {
        get { faultState.withLock { $0 } }
        set { faultState.withLock { $0 = newValue } }
    }

    func check(_ operation: String, _ path: String) throws(DiskError) {
        let faults = faults
        let isFailing = faults.failing.map { $0.operation == operation && path.contains($0.path) } ?? false
        if isFailing || faults.isGone(path) { throw DiskError(operation: operation, path: path, code: 5, message: "Input/output error") }
    }

    /// Refuses a change when the power has failed.
    func change(_ operation: String, _ path: String) throws(DiskError) {
        if faults.isGone(path) { throw DiskError(operation: operation, path: path, code: 5, message: "Input/output error") }
        let isRefused = faultState.withLock { faults in
            guard faults.changesLeft != .max else { return false }
            faults.changesLeft -= 1
            return faults.changesLeft < 0
        }
        if isRefused { throw DiskError(operation: operation, path: path, code: 5, message: "the power has failed") }
    }

    /// Takes as much of the room that is left as it can.
    func takeRoom(_ bytes: Int) -> Int {
        faultState.withLock { faults in
            let taken = min(bytes, faults.room)
            if faults.room != .max { faults.room -= taken }
            return taken
        }
    }

    // MARK: Power

    /// The disk as a power failure leaves it; what comes after the last syncs is lost or not as the generator says.
    public func crashed(using random: inout SeededGenerator) -> SimulatedDisk {
        let other = SimulatedDisk()
        let copy = tree.withLock { $0.root.crashed(using: &random) }
        other.tree.withLock { $0.root = copy }
        return other
    }

    /// The disk as a process that was killed leaves it to the next: all that was written is there, and of what was not synced a power failure may still take
    /// something. The killed one changes nothing any more.
    func left() -> SimulatedDisk {
        let other = SimulatedDisk()
        let root = tree.withLock { $0.root }
        other.tree.withLock { $0.root = root }
        faults.changesLeft = 0
        return other
    }

    /// The disk as it is.
    public func copied() -> SimulatedDisk {
        let other = SimulatedDisk()
        let copy = tree.withLock { $0.root.copied() }
        other.tree.withLock { $0.root = copy }
        return other
    }

    /// Every file with its content, by path; directories without content end with a slash.
    public var snapshot: [String: [UInt8]] {
        tree.withLock { tree in
            var files: [String: [UInt8]] = [:]
            tree.root.collect("", into: &files)
            return files
        }
    }

    // MARK: Disk

    public func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        try check("open", path)
        return try tree.withLock { (tree) throws(DiskError) -> SimulatedFile in
            let (parent, name) = try tree.parent(of: path, "open")
            if let node = parent.entries[name] {
                guard node.isFile else { throw DiskError(operation: "open", path: path, code: 21, message: "Is a directory") }
                return SimulatedFile(node, path: path, disk: self)
            }
            guard create else { throw .missing("open", path) }
            try change("create", path)
            let node = SimulatedNode.file()
            parent.set(name, node)
            return SimulatedFile(node, path: path, disk: self)
        }
    }

    public func names(in directory: String) throws(DiskError) -> [String] {
        try check("list", directory)
        return tree.withLock { $0.node(at: directory)?.entries.keys.sorted() ?? [] }
    }

    public func kind(of path: String) throws(DiskError) -> DiskEntryKind? {
        tree.withLock { tree in
            guard let node = tree.node(at: path) else { return nil }
            return node.isFile ? .file(size: node.content.withLock { $0.bytes.count }) : .directory
        }
    }

    @discardableResult
    public func createDirectory(_ path: String) throws(DiskError) -> Bool {
        try check("create directory", path)
        try change("create directory", path)
        return try tree.withLock { (tree) throws(DiskError) -> Bool in
            var node = tree.root
            var isNew = false
            for part in Self.parts(path) {
                if let next = node.entries[part] {
                    guard !next.isFile else { throw DiskError(operation: "create directory", path: path, code: 17, message: "File exists") }
                    node = next
                    isNew = false
                } else {
                    let made = SimulatedNode.directory()
                    node.set(part, made)
                    node = made
                    isNew = true
                }
            }
            return isNew
        }
    }

    public func removeFile(_ path: String) throws(DiskError) {
        try check("remove", path)
        try change("remove", path)
        tree.withLock { tree in
            if let parent = tree.node(at: Self.split(path).parent) { parent.remove(Self.split(path).name) }
        }
    }

    public func removeTree(_ path: String) throws(DiskError) {
        try check("remove", path)
        if faults.changesLeft <= 0 { try change("remove", path) }
        tree.withLock { tree in
            tree.node(at: path)?.removeAll()
            tree.node(at: Self.split(path).parent)?.remove(Self.split(path).name)
        }
    }

    public func rename(_ from: String, to: String) throws(DiskError) {
        try check("rename", from)
        try change("rename", from)
        try tree.withLock { (tree) throws(DiskError) in
            let (source, name) = try tree.parent(of: from, "rename"), (target, newName) = try tree.parent(of: to, "rename")
            guard let node = source.entries[name] else { throw .missing("rename", from) }
            if let old = target.entries[newName], !old.isFile, !old.entries.isEmpty {
                throw DiskError(operation: "rename", path: to, code: 39, message: "Directory not empty")
            }
            if source === target {
                source.rename(name, newName, node)
            } else {
                target.set(newName, node)
                source.remove(name)
            }
        }
    }

    public func readFile(_ path: String) throws(DiskError) -> Bytes {
        try check("read", path)
        return try tree.withLock { (tree) throws(DiskError) in
            guard let node = tree.node(at: path), node.isFile else { throw .missing("read", path) }
            return Bytes(node.content.withLock { $0.bytes })
        }
    }

    public func writeFile(_ path: String, _ content: Bytes) throws(DiskError) {
        try check("write", path)
        try change("write", path)
        if faults.failsSyncs { throw DiskError(operation: "sync", path: path, code: 5, message: "Input/output error") }
        guard takeRoom(content.count) == content.count else { throw .full(path) }
        try tree.withLock { (tree) throws(DiskError) in
            let (parent, name) = try tree.parent(of: path, "write")
            parent.set(name, SimulatedNode.file(content.array))
            parent.sync()
        }
    }

    public func syncDirectory(_ path: String) throws(DiskError) {
        try change("sync directory", path)
        if faults.failsSyncs { throw DiskError(operation: "sync directory", path: path, code: 5, message: "Input/output error") }
        tree.withLock { $0.node(at: path)?.sync() }
    }

    public func syncAll(_ path: String) throws(DiskError) -> Bool {
        if faults.failsSyncs { throw DiskError(operation: "sync", path: path, code: 5, message: "Input/output error") }
        tree.withLock { $0.root.syncAll() }
        return true
    }

    public func releaseIdleFiles() {}

    public func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)? { nil }

    public func lock(_ path: String) throws(DiskError) -> AnyObject {
        _ = try openFile(path, create: true)
        guard tree.withLock({ $0.locks.insert(path).inserted }) else {
            throw DiskError(operation: "lock", path: path, code: 11, message: "held by this process", isLocked: true)
        }
        return Lock { [weak self] in _ = self?.tree.withLock { $0.locks.remove(path) } }
    }

    private final class Lock: Sendable {
        let release: @Sendable () -> Void
        init(release: @escaping @Sendable () -> Void) { self.release = release }
        deinit { release() }
    }

    static func parts(_ path: String) -> [String] { path.split(separator: "/").filter { $0 != "." }.map(String.init) }

    static func split(_ path: String) -> (parent: String, name: String) {
        let parts = parts(path)
        return (parts.dropLast().joined(separator: "/"), parts.last ?? "")
    }
}

extension SimulatedDisk.Tree {
    func node(at path: String) -> SimulatedNode? {
        var node = root
        for part in SimulatedDisk.parts(path) {
            guard let next = node.entries[part] else { return nil }
            node = next
        }
        return node
    }

    func parent(of path: String, _ operation: String) throws(DiskError) -> (SimulatedNode, String) {
        let (parent, name) = SimulatedDisk.split(path)
        guard let node = node(at: parent), !node.isFile else { throw .missing(operation, path) }
        return (node, name)
    }
}

extension DiskError {
    static func missing(_ operation: String, _ path: String) -> DiskError {
        DiskError(operation: operation, path: path, code: 2, message: "No such file or directory")
    }

    static func full(_ path: String) -> DiskError { DiskError(operation: "write", path: path, code: 28, message: "No space left on device") }
}
