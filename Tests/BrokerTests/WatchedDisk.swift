import KafkaProtocol
import LogStorage
import Synchronization

/// A disk that counts, fails or holds up the syncs of files whose path contains a word.
final class WatchedDisk: Disk {
    private struct State {
        var syncs = 0
        var fails = false
        var onSync: (@Sendable (String) -> Void)?
    }

    private let base: MemoryDisk
    private let word: String
    private let state = Mutex(State())

    init(_ base: MemoryDisk, _ word: String) {
        self.base = base
        self.word = word
    }

    /// Syncs of such files so far.
    var syncs: Int { state.withLock { $0.syncs } }
    var failsToSync: Bool {
        get { state.withLock { $0.fails } }
        set { state.withLock { $0.fails = newValue } }
    }

    /// Called, with the path, before such a file is synced.
    func onSync(_ body: @escaping @Sendable (String) -> Void) { state.withLock { $0.onSync = body } }

    fileprivate func sync(_ path: String) throws(DiskError) {
        guard path.contains(word) else { return }
        let (fails, hook) = state.withLock { state in
            state.syncs += 1
            return (state.fails, state.onSync)
        }
        hook?(path)
        if fails { throw DiskError(operation: "sync", path: path, code: 5, message: "Input/output error") }
    }

    func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        WatchedFile(try base.openFile(path, create: create), path: path, disk: self)
    }
    func names(in directory: String) throws(DiskError) -> [String] { try base.names(in: directory) }
    func kind(of path: String) throws(DiskError) -> DiskEntryKind? { try base.kind(of: path) }
    func createDirectory(_ path: String) throws(DiskError) -> Bool { try base.createDirectory(path) }
    func removeFile(_ path: String) throws(DiskError) { try base.removeFile(path) }
    func removeTree(_ path: String) throws(DiskError) { try base.removeTree(path) }
    func rename(_ from: String, to: String) throws(DiskError) { try base.rename(from, to: to) }
    func readFile(_ path: String) throws(DiskError) -> Bytes { try base.readFile(path) }
    func writeFile(_ path: String, _ content: Bytes) throws(DiskError) {
        try sync(path)
        try base.writeFile(path, content)
    }
    func syncDirectory(_ path: String) throws(DiskError) { try base.syncDirectory(path) }
    func syncAll(_ path: String) throws(DiskError) -> Bool { try base.syncAll(path) }
    func releaseIdleFiles() { base.releaseIdleFiles() }
    func lock(_ path: String) throws(DiskError) -> AnyObject { try base.lock(path) }
}

private final class WatchedFile: DiskFile {
    private let base: any DiskFile
    let path: String
    private let disk: WatchedDisk

    init(_ base: any DiskFile, path: String, disk: WatchedDisk) {
        self.base = base
        self.path = path
        self.disk = disk
    }

    var size: Int { base.size }
    var fileDescriptor: Int32? { base.fileDescriptor }
    func bytes(at offset: Int, count: Int) throws -> Bytes { try base.bytes(at: offset, count: count) }
    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) { try base.write(pieces, at: offset) }
    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes { try base.read(at: offset, count: count) }
    func truncate(to size: Int) throws(DiskError) { try base.truncate(to: size) }
    func sync() throws(DiskError) {
        try disk.sync(path)
        try base.sync()
    }
    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece { try base.piece(at: offset, count: count) }
    func close() { base.close() }
}
