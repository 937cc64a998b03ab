import CLibUV
import KafkaProtocol
import LogStorage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The operating system's file system behind the `Disk` seam. Its files share a budget of descriptors, part of the process's limit; every thread may use it.
public final class FileDisk: Disk {
    private let pool: DescriptorPool

    private let readsOnly: Bool

    /// - Parameters:
    ///   - budget: files that may be open at once; nil for a share of the process's limit
    ///   - readsOnly: files are opened for reading alone, and none is made: for tools that look at what belongs to somebody else
    public init(budget: Int? = nil, readsOnly: Bool = false) {
        self.readsOnly = readsOnly
        pool = DescriptorPool(budget: budget ?? DescriptorPool.budget(ofLimit: ProcessLimits.openFiles))
    }

    /// Descriptors that files hold at the moment.
    public var openFileCount: Int { pool.openCount }

    public func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        try OpenFile(path: path, pool: pool, create: create && !readsOnly, readsOnly: readsOnly)
    }

    public func releaseIdleFiles() { pool.releaseIdle() }

    public func names(in directory: String) throws(DiskError) -> [String] {
        let descriptor = pool.openMakingRoom(directory, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0, let stream = fdopendir(descriptor) else {
            if descriptor >= 0 { closeDescriptor(descriptor) } else if errno == ENOENT { return [] }
            throw DiskError.now("list", directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw DiskError.now("list", directory) }
        return names.sorted()
    }

    public func kind(of path: String) throws(DiskError) -> DiskEntryKind? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw DiskError.now("look at", path)
        }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file(size: Int(status.st_size))
    }

    @discardableResult
    public func createDirectory(_ path: String) throws(DiskError) -> Bool {
        if mkdir(path, 0o755) == 0 { return true }
        switch errno {
        case EEXIST where isDirectory(path): return false
        case ENOENT:
            let parent = FileDisk.parent(of: path)
            guard parent != path, parent != "." else { throw DiskError.now("create directory", path) }
            _ = try createDirectory(parent)
            // Another thread may have been faster.
            if mkdir(path, 0o755) == 0 { return true }
            if errno != EEXIST || !isDirectory(path) { throw DiskError.now("create directory", path) }
            return false
        default: throw DiskError.now("create directory", path)
        }
    }

    public func removeFile(_ path: String) throws(DiskError) {
        if unlink(path) != 0, errno != ENOENT { throw DiskError.now("remove", path) }
    }

    public func removeTree(_ path: String) throws(DiskError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw DiskError.now("remove", path)
        }
        // A symbolic link is removed, never followed.
        guard status.st_mode & S_IFMT == S_IFDIR else { return try removeFile(path) }
        for name in try names(in: path) { try removeTree(path + "/" + name) }
        if rmdir(path) != 0, errno != ENOENT { throw DiskError.now("remove", path) }
    }

    public func rename(_ from: String, to: String) throws(DiskError) {
        #if canImport(Glibc)
            let result = Glibc.rename(from, to)
        #else
            let result = Darwin.rename(from, to)
        #endif
        if result != 0 { throw DiskError.now("rename \(from) to", to) }
    }

    public func readFile(_ path: String) throws(DiskError) -> Bytes {
        let file = try WholeFile(path, pool)
        // Files of /proc and pipes have no size of their own: read until the end, whatever the size says.
        var pieces: [Bytes] = []
        var position = 0
        while true {
            let piece = try file.read(at: position, atMost: max(4096, file.size - position))
            if piece.isEmpty { break }
            position += piece.count
            pieces.append(piece)
            if position == file.size { break }
        }
        return Bytes.joined(pieces)
    }

    public func writeFile(_ path: String, _ content: Bytes) throws(DiskError) {
        let temporary = path + ".tmp"
        do throws(DiskError) {
            let file = try OpenFile(path: temporary, pool: pool, create: true, truncates: true)
            defer { file.close() }
            try file.write([content], at: 0)
            try file.sync()
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory(FileDisk.parent(of: path))
    }

    public func syncDirectory(_ path: String) throws(DiskError) {
        let descriptor = pool.openMakingRoom(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw DiskError.now("open directory", path) }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory, and say so with EINVAL; there is nothing more to do on them.
        if retryingInterrupts({ fsync(descriptor) }) != 0, errno != EINVAL { throw DiskError.now("sync directory", path) }
    }

    public func syncAll(_ path: String) throws(DiskError) -> Bool {
        let descriptor = pool.openMakingRoom(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw DiskError.now("open directory", path) }
        defer { close(descriptor) }
        // Not every system and file system can.
        return ottla_sync_all(descriptor) == 0
    }

    public func lock(_ path: String) throws(DiskError) -> AnyObject { try FileLock(path) }

    public func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)? {
        var volume = statvfs()
        guard retryingInterrupts({ statvfs(path, &volume) }) == 0 else { throw DiskError.now("look up the volume of", path) }
        // What is kept for the superuser is not usable.
        let block = UInt64(volume.f_frsize)
        func bytes(_ blocks: UInt64) -> Int64 {
            let (product, isTooLarge) = blocks.multipliedReportingOverflow(by: block)
            return isTooLarge ? .max : Int64(clamping: product)
        }
        return (bytes(UInt64(volume.f_blocks)), bytes(UInt64(volume.f_bavail)))
    }

    /// The directory that holds a path: `/` for the root, `.` for a bare name.
    static func parent(of path: String) -> String {
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        let parent = trimmed[..<slash]
        return parent.isEmpty ? "/" : String(parent)
    }

    private func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// A file that is read once, opened for that alone.
private final class WholeFile {
    private let path: String
    private let descriptor: Int32
    /// As the system says; 0 for pipes and files of /proc.
    let size: Int

    init(_ path: String, _ pool: DescriptorPool) throws(DiskError) {
        let opened = pool.openMakingRoom(path, O_RDONLY)
        guard opened >= 0 else { throw DiskError.now("open", path) }
        var status = stat()
        size = fstat(opened, &status) == 0 ? Int(status.st_size) : 0
        descriptor = opened
        self.path = path
    }

    deinit { closeDescriptor(descriptor) }

    func read(at offset: Int, atMost count: Int) throws(DiskError) -> Bytes {
        var failure: Int32 = 0
        let bytes = Bytes(capacity: count) { room in
            let got = retryingInterrupts { pread(descriptor, room.baseAddress, count, off_t(offset)) }
            if got < 0 { failure = errno }
            return max(0, got)
        }
        if failure != 0 { throw DiskError.code(failure, "read", path) }
        return bytes
    }
}

extension DiskError {
    /// The failure that `errno` describes.
    static func now(_ operation: String, _ path: String) -> DiskError { code(errno, operation, path) }

    static func code(_ code: Int32, _ operation: String, _ path: String) -> DiskError {
        DiskError(operation: operation, path: path, code: code, message: SystemError.text(code))
    }
}

extension Bytes {
    /// One run of bytes from several; a single piece is not copied.
    static func joined(_ pieces: [Bytes]) -> Bytes {
        if pieces.count == 1 { return pieces[0] }
        let total = pieces.reduce(0) { $0 + $1.count }
        return Bytes(capacity: total) { room in
            var position = 0
            for piece in pieces {
                piece.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: room[position...]).copyMemory(from: $0) }
                position += piece.count
            }
            return total
        }
    }
}
