import KafkaProtocol
import Synchronization

/// A disk in memory: for `--ephemeral`, tests and simulation. Reads inside one block share memory with the file.
public final class MemoryDisk: Disk {
    fileprivate struct Tree {
        /// Directory path → names in it.
        var directories: [String: Set<String>] = ["": [], "/": []]
        var files: [String: MemoryFile] = [:]
        var locks: Set<String> = []
        /// Directories just made whose parents do not list them yet.
        var unlisted: [(parent: String, name: String)] = []
    }

    private let tree = Mutex(Tree())

    public init() {}

    /// The disk that a power failure leaves: `keep` says how many of a file's bytes survive, given its path, its durable size and its size.
    public func copy(keep: (_ path: String, _ durable: Int, _ size: Int) -> Int) -> MemoryDisk {
        let (directories, files) = tree.withLock { ($0.directories, $0.files) }
        let other = MemoryDisk()
        var copies: [String: MemoryFile] = [:]
        // In the order of the names, so that a seeded choice repeats.
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            let size = file.size
            let copy = MemoryFile(path: path)
            copy.fill(file.content.prefix(min(size, max(0, keep(path, file.durableSize, size)))))
            copies[path] = copy
        }
        other.tree.withLock { [copies] in
            $0.directories = directories
            $0.files = copies
        }
        return other
    }

    public func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        try tree.withLock { (tree) throws(DiskError) -> MemoryFile in
            if let file = tree.files[path] { return file }
            let (directory, name) = split(path)
            guard create, tree.directories[directory] != nil else { throw missing("open", path) }
            let file = MemoryFile(path: path)
            tree.files[path] = file
            tree.directories[directory]?.insert(name)
            return file
        }
    }

    public func names(in directory: String) throws(DiskError) -> [String] {
        tree.withLock { $0.directories[trimmed(directory)]?.sorted() ?? [] }
    }

    public func kind(of path: String) throws(DiskError) -> DiskEntryKind? {
        tree.withLock { tree in
            if let file = tree.files[path] { return .file(size: file.size) }
            return tree.directories[trimmed(path)] == nil ? nil : .directory
        }
    }

    @discardableResult
    public func createDirectory(_ path: String) throws(DiskError) -> Bool {
        try tree.withLock { (tree) throws(DiskError) -> Bool in
            var path = trimmed(path)
            guard tree.files[path] == nil else { throw DiskError(operation: "create directory", path: path, code: 17, message: "File exists") }
            let isNew = tree.directories[path] == nil
            while tree.directories[path] == nil {
                let (parent, name) = split(path)
                tree.directories[path] = []
                tree.unlisted.append((parent, name))
                path = parent
            }
            for (parent, name) in tree.unlisted { tree.directories[parent]?.insert(name) }
            tree.unlisted = []
            return isNew
        }
    }

    public func removeFile(_ path: String) throws(DiskError) {
        tree.withLock { tree in
            guard tree.files.removeValue(forKey: path) != nil else { return }
            let (directory, name) = split(path)
            tree.directories[directory]?.remove(name)
        }
    }

    public func removeTree(_ path: String) throws(DiskError) {
        tree.withLock { $0.remove(trimmed(path)) }
    }

    public func rename(_ from: String, to: String) throws(DiskError) {
        try tree.withLock { (tree) throws(DiskError) in
            let from = trimmed(from), to = trimmed(to)
            let (fromParent, fromName) = split(from), (toParent, toName) = split(to)
            guard tree.files[from] != nil || tree.directories[from] != nil, tree.directories[toParent] != nil else { throw missing("rename", from) }
            tree.move(from, to)
            tree.directories[fromParent]?.remove(fromName)
            tree.directories[toParent]?.insert(toName)
        }
    }

    public func readFile(_ path: String) throws(DiskError) -> Bytes {
        guard let file = tree.withLock({ $0.files[path] }) else { throw missing("read", path) }
        return file.content
    }

    public func writeFile(_ path: String, _ content: Bytes) throws(DiskError) {
        let file = MemoryFile(path: path)
        file.fill(content)
        try tree.withLock { (tree) throws(DiskError) in
            let (directory, name) = split(path)
            guard tree.directories[directory] != nil else { throw missing("write", path) }
            tree.files[path] = file
            tree.directories[directory]?.insert(name)
        }
    }

    public func syncDirectory(_ path: String) throws(DiskError) {}

    public func syncAll(_ path: String) throws(DiskError) -> Bool {
        for file in tree.withLock({ Array($0.files.values) }) { try file.sync() }
        return true
    }

    public func releaseIdleFiles() {}

    public func lock(_ path: String) throws(DiskError) -> AnyObject {
        let (directory, name) = split(path)
        let isNew = tree.withLock { tree in
            if tree.files[path] == nil {
                tree.files[path] = MemoryFile(path: path)
                tree.directories[directory]?.insert(name)
            }
            return tree.locks.insert(path).inserted
        }
        guard isNew else { throw DiskError(operation: "lock", path: path, code: 11, message: "held by this process", isLocked: true) }
        return MemoryLock { [weak self] in _ = self?.tree.withLock { $0.locks.remove(path) } }
    }
}

extension MemoryDisk.Tree {
    fileprivate mutating func remove(_ path: String) {
        files[path] = nil
        for name in directories.removeValue(forKey: path) ?? [] { remove(path + "/" + name) }
        let (parent, name) = split(path)
        directories[parent]?.remove(name)
    }

    fileprivate mutating func move(_ from: String, _ to: String) {
        if let file = files.removeValue(forKey: from) { files[to] = file }
        guard let names = directories.removeValue(forKey: from) else { return }
        directories[to] = names
        for name in names { move(from + "/" + name, to + "/" + name) }
    }
}

private func trimmed(_ path: String) -> String {
    path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
}

/// The directory and the name of a path; the directory of a bare name is "".
private func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
}

private func missing(_ operation: String, _ path: String) -> DiskError {
    DiskError(operation: operation, path: path, code: 2, message: "No such file or directory")
}

private final class MemoryLock: Sendable {
    let release: @Sendable () -> Void
    init(release: @escaping @Sendable () -> Void) { self.release = release }
    deinit { release() }
}
