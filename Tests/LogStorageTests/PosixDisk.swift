import Foundation
import KafkaProtocol
import LogStorage

/// Just enough of a real disk to read the directories that Kafka left.
final class PosixDisk: Disk {
    private func failed(_ operation: String, _ path: String) -> DiskError {
        DiskError(operation: operation, path: path, code: errno, message: String(cString: strerror(errno)))
    }

    func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        let descriptor = open(path, O_RDWR | (create ? O_CREAT : 0), 0o644)
        guard descriptor >= 0 else { throw failed("open", path) }
        return PosixFile(descriptor, path)
    }

    func names(in directory: String) throws(DiskError) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    func kind(of path: String) throws(DiskError) -> DiskEntryKind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file(size: Int(status.st_size))
    }

    func createDirectory(_ path: String) throws(DiskError) -> Bool {
        if exists(path) { return false }
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch { throw failed("create", path) }
        return true
    }

    func removeFile(_ path: String) throws(DiskError) { unlink(path) }

    func removeTree(_ path: String) throws(DiskError) { try? FileManager.default.removeItem(atPath: path) }

    func rename(_ from: String, to: String) throws(DiskError) {
        guard Foundation.rename(from, to) == 0 else { throw failed("rename", from) }
    }

    func readFile(_ path: String) throws(DiskError) -> Bytes {
        let file = try openFile(path, create: false)
        return try file.read(at: 0, count: file.size)
    }

    func writeFile(_ path: String, _ content: Bytes) throws(DiskError) {
        let file = try openFile(path + ".tmp", create: true)
        try file.write([content], at: 0)
        try rename(path + ".tmp", to: path)
    }

    func syncDirectory(_ path: String) throws(DiskError) {}

    func syncAll(_ path: String) throws(DiskError) -> Bool { true }

    func releaseIdleFiles() {}

    func lock(_ path: String) throws(DiskError) -> AnyObject { try openFile(path, create: true) }
}

private final class PosixFile: DiskFile {
    private let descriptor: Int32
    private let path: String

    init(_ descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = Foundation.close(descriptor) }

    private func failed(_ operation: String) -> DiskError {
        DiskError(operation: operation, path: path, code: errno, message: String(cString: strerror(errno)))
    }

    var fileDescriptor: Int32? { descriptor }
    var size: Int { Int(lseek(descriptor, 0, SEEK_END)) }
    func bytes(at offset: Int, count: Int) throws -> Bytes { try read(at: offset, count: count) }

    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes {
        var got = 0
        let bytes = Bytes(capacity: count) { target in
            got = pread(descriptor, target.baseAddress, count, off_t(offset))
            return max(got, 0)
        }
        guard got >= 0 else { throw failed("read") }
        return bytes
    }

    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) {
        var position = offset
        for piece in pieces {
            let written = piece.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(position)) }
            guard written == piece.count else { throw failed("write") }
            position += written
        }
    }

    func truncate(to size: Int) throws(DiskError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failed("truncate") }
    }

    func sync() throws(DiskError) {}
    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece { .file(FileRange(source: self, offset: offset, count: count)) }
    func close() {}
}

/// Runs a body on several threads at once and throws what one of them threw.
func withThrowingThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failure = Failure()
    DispatchQueue.concurrentPerform(iterations: count) { index in
        do { try body(index) } catch { failure.note(error) }
    }
    if let error = failure.first { throw error }
}

private final class Failure: @unchecked Sendable {
    private let lock = NSLock()
    private var errors: [any Error] = []
    func note(_ error: any Error) { lock.withLock { errors.append(error) } }
    var first: (any Error)? { lock.withLock { errors.first } }
}
