import KafkaProtocol

/// A file of fixed-size entries in ascending order. The newest entries wait in memory until there are enough for a write; a crash loses
/// them, which recovery makes good. Opened (and created) only when it is needed. Guarded by the lock of the log that owns it.
final class IndexFile: @unchecked Sendable {
    // Unchecked: every access happens under the log's lock.
    let path: String
    private let disk: any Disk
    private let entrySize: Int
    private var file: (any DiskFile)?
    private var written: Int
    private var pending: [UInt8] = []
    /// The newest entry, if it was appended since the file was opened or changed otherwise.
    private var tail: [UInt8] = []
    private static let pendingEntries = 512
    /// Entries read at once at the end of a search.
    private static let pageEntries = 256

    /// The file is there, be it empty.
    private var isThere: Bool
    /// The file was changed since it was last given to be made durable.
    private(set) var isUnsynced = false

    /// `size`: bytes of the file on disk; nil when there is none.
    init(disk: any Disk, path: String, entrySize: Int, size: Int?) {
        isThere = size != nil
        self.disk = disk
        self.path = path
        self.entrySize = entrySize
        written = (size ?? 0) / entrySize
    }

    var count: Int { written + pending.count / entrySize }
    var sizeInBytes: Int { count * entrySize }

    /// The entry's bytes, read in place by the caller.
    func entry(_ index: Int) throws(DiskError) -> Bytes {
        if index >= written {
            let start = (index - written) * entrySize
            return Bytes(pending[start..<start + entrySize])
        }
        if index == count - 1, !tail.isEmpty { return Bytes(tail) }
        return try opened().read(at: index * entrySize, count: entrySize)
    }

    /// Some entries from an index on, at least one; all of them from the file, or all of those that wait in memory.
    func entries(from index: Int, atMost limit: Int) throws(DiskError) -> Bytes {
        if index >= written {
            let start = (index - written) * entrySize
            return Bytes(pending[start..<min(pending.count, start + limit * entrySize)])
        }
        return try opened().read(at: index * entrySize, count: min(limit, written - index) * entrySize)
    }

    func append(_ entry: (inout [UInt8]) -> Void) {
        entry(&pending)
        tail = Array(pending.suffix(entrySize))
        // An index that cannot be written now waits: recovery would make it good, and a log must not end for it.
        if pending.count >= Self.pendingEntries * entrySize { try? flush() }
    }

    /// Writes what waits in memory.
    func flush() throws(DiskError) {
        guard !pending.isEmpty else { return }
        try opened().write([Bytes(pending)], at: written * entrySize)
        isUnsynced = true
        written += pending.count / entrySize
        pending.removeAll(keepingCapacity: true)
    }

    /// Writes what waits and gives the file to be made durable; nil for an index that was never opened.
    func flushed() throws(DiskError) -> (any DiskFile)? {
        try flush()
        isUnsynced = false
        return file
    }

    /// Empties the file, whatever its size (Kafka preallocates).
    func clear() throws(DiskError) {
        pending.removeAll()
        tail.removeAll()
        written = 0
        guard isThere else { return }
        try opened().truncate(to: 0)
        isUnsynced = true
    }

    /// Index of the last entry for which the (monotonic) condition holds, -1 when it holds for none.
    func lastEntry(where condition: (_ bytes: Bytes, _ position: Int) -> Bool) throws(DiskError) -> Int {
        var low = -1, high = count
        if !pending.isEmpty {
            let tail = Bytes(pending)
            if condition(tail, 0) {
                return written + search(tail, 0, pending.count / entrySize, condition)
            }
            high = written
        }
        while high - low > Self.pageEntries {
            let middle = (low + high) / 2
            if condition(try entry(middle), 0) { low = middle } else { high = middle }
        }
        guard high - low > 1 else { return low }
        let page = try opened().read(at: (low + 1) * entrySize, count: (high - low - 1) * entrySize)
        return low + 1 + search(page, 0, page.count / entrySize, condition)
    }

    private func search(_ page: Bytes, _ from: Int, _ to: Int, _ condition: (Bytes, Int) -> Bool) -> Int {
        var low = from - 1, high = to
        while high - low > 1 {
            let middle = (low + high) / 2
            if condition(page, middle * entrySize) { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes the file exist, be it empty.
    func create() throws(DiskError) { if !isThere { _ = try opened() } }

    func close() {
        file?.close()
        file = nil
    }

    private func opened() throws(DiskError) -> any DiskFile {
        if let file { return file }
        let file = try disk.openFile(path, create: true)
        self.file = file
        isThere = true
        return file
    }
}

extension [UInt8] {
    /// Appends the big-endian form.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
