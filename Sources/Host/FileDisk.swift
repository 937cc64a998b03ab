import CLibUV
import KafkaProtocol
import LogStorage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The operating system's file system behind the `Disk` seam. It keeps no state: every object and thread may use one.
public final class FileDisk: Disk {
    public init() {}

    public func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        try OpenFile(path: path, flags: O_RDWR | (create ? O_CREAT : 0))
    }

    public func names(in directory: String) throws(DiskError) -> [String] {
        guard let stream = opendir(directory) else {
            if errno == ENOENT { return [] }
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

    public func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public func createDirectory(_ path: String) throws(DiskError) {
        if mkdir(path, 0o755) == 0 { return }
        switch errno {
        case EEXIST where isDirectory(path): return
        case ENOENT:
            let parent = FileDisk.parent(of: path)
            guard parent != path, parent != "." else { throw DiskError.now("create directory", path) }
            try createDirectory(parent)
            // Another thread may have been faster.
            if mkdir(path, 0o755) != 0, errno != EEXIST || !isDirectory(path) { throw DiskError.now("create directory", path) }
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
        let file = try OpenFile(path: path, flags: O_RDONLY)
        // Files of /proc and pipes have no size of their own: read until the end, whatever the size says.
        var pieces: [Bytes] = []
        var position = 0
        while true {
            let piece = try file.read(at: position, count: max(4096, file.size - position))
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
            let file = try OpenFile(path: temporary, flags: O_RDWR | O_CREAT | O_TRUNC)
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
        let descriptor = retryingInterrupts { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw DiskError.now("open directory", path) }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory, and say so with EINVAL; there is nothing more to do on them.
        if retryingInterrupts({ fsync(descriptor) }) != 0, errno != EINVAL { throw DiskError.now("sync directory", path) }
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
