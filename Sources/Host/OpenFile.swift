import CLibUV
import KafkaProtocol
import LogStorage
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file of the operating system. Its descriptor is opened when it is needed, within the budget of a pool, which may take it back.
final class OpenFile: DiskFile, @unchecked Sendable {
    // Unchecked: `poolIndex` is guarded by the pool's lock, the rest by `state` or atomic.
    private struct State {
        var handle: DescriptorPool.FileHandle?
        var isClosed = false
    }

    private let path: String
    private let pool: DescriptorPool
    private let access: Int32
    private let state = Mutex(State())
    private let isTouched = Atomic(false)
    /// Kept here because the log asks for it on every append; only this object writes to the file.
    private let knownSize: Atomic<Int>
    /// Where the pool finds this file while it is open.
    var poolIndex: Int?

    /// - Parameters:
    ///   - create: makes the file when it is missing; one that is there is not opened before it is used
    ///   - readsOnly: whether it is opened for reading alone
    init(path: String, pool: DescriptorPool, create: Bool, truncates: Bool = false, readsOnly: Bool = false) throws(DiskError) {
        self.path = path
        self.pool = pool
        access = readsOnly ? O_RDONLY : O_RDWR
        var status = stat()
        if !truncates, stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else { throw DiskError.code(EISDIR, "open", path) }
            knownSize = Atomic(Int(status.st_size))
            return
        }
        guard create else { throw DiskError.now("open", path) }
        knownSize = Atomic(0)
        _ = try opened(O_CREAT | (truncates ? O_TRUNC : 0))
    }

    /// The handle, opened when there is none.
    private func opened(_ flags: Int32 = 0) throws(DiskError) -> DescriptorPool.FileHandle {
        try state.withLock { (state) throws(DiskError) in
            if let handle = state.handle {
                isTouched.store(true, ordering: .relaxed)
                return handle
            }
            guard !state.isClosed else { throw DiskError.code(EBADF, "open", path) }
            do throws(DiskOpenFailure) {
                let handle = try pool.open(path, flags: access | flags, for: self)
                state.handle = handle
                isTouched.store(true, ordering: .relaxed)
                return handle
            } catch {
                throw DiskError.code(error.code, "open", path)
            }
        }
    }

    /// Whether the file was used since the last time this was asked.
    func wasTouched() -> Bool { isTouched.exchange(false, ordering: .relaxed) }

    /// Gives the descriptor back; false when a thread is just opening or closing this file.
    func letGoUnlessBusy() -> Bool {
        state.withLockIfAvailable { $0.handle = nil } != nil
    }

    /// Bytes of a file that is not there any more belong to whoever took a piece of it; nobody else can ask.
    func close() {
        let hadHandle = state.withLock { state in
            defer { state = State(handle: nil, isClosed: true) }
            return state.handle != nil
        }
        if hadHandle { pool.remove(self) }
    }

    /// A caller that needs a descriptor takes a piece, which holds it.
    var fileDescriptor: Int32? { nil }

    var size: Int { knownSize.load(ordering: .acquiring) }

    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece {
        let handle = try opened()
        // A reply holds the descriptor until it is sent; with too many of those the bytes themselves are held instead.
        if pool.isFull { return .bytes(try handle.read(at: offset, count: count)) }
        return .file(FileRange(source: handle, offset: offset, count: count))
    }

    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) {
        let handle = try opened()
        let descriptor = handle.descriptor
        defer { withExtendedLifetime(handle) {} }
        var position = offset
        var index = 0
        var skipped = 0
        while index < pieces.count {
            if pieces[index].count == skipped {
                index += 1
                skipped = 0
                continue
            }
            let written = withVectors(pieces[index...], skipping: skipped, limit: 64) { vectors, count in
                retryingInterrupts { pwritev(descriptor, vectors, count, off_t(position)) }
            }
            guard written > 0 else {
                let error = written < 0 ? DiskError.now("write", path) : DiskError.code(EIO, "write", path)
                grow(to: position)
                throw error
            }
            position += written
            advance(by: written, through: pieces, index: &index, skipped: &skipped)
        }
        grow(to: position)
    }

    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes { try opened().read(at: offset, count: count) }

    func bytes(at offset: Int, count: Int) throws -> Bytes { try read(at: offset, count: count) }

    func truncate(to size: Int) throws(DiskError) {
        let handle = try opened()
        guard retryingInterrupts({ ftruncate(handle.descriptor, off_t(size)) }) == 0 else { throw DiskError.now("truncate", path) }
        knownSize.store(size, ordering: .releasing)
    }

    func sync() throws(DiskError) {
        if state.withLock({ $0.isClosed }) { return }
        let handle: DescriptorPool.FileHandle
        do throws(DiskError) { handle = try opened() } catch {
            // Closed in this moment by whoever removes the file.
            if state.withLock({ $0.isClosed }) { return }
            throw error
        }
        var code = ottla_sync(handle.descriptor)
        while code == -EINTR { code = ottla_sync(handle.descriptor) }
        if code != 0 { throw DiskError.code(-code, "sync", path) }
    }

    private func grow(to end: Int) { _ = knownSize.max(end, ordering: .acquiringAndReleasing) }
}

extension DescriptorPool.FileHandle: FileRangeSource {
    var fileDescriptor: Int32? { descriptor }

    func bytes(at offset: Int, count: Int) throws -> Bytes { try read(at: offset, count: count) }

    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes {
        guard count > 0, offset >= 0 else { return .empty }
        var failure: Int32 = 0
        let bytes = Bytes(capacity: count) { room in
            var filled = 0
            while filled < count {
                let got = retryingInterrupts { pread(descriptor, room.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled)) }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
            return filled
        }
        if failure != 0 { throw DiskError.code(failure, "read", path) }
        return bytes
    }
}

/// Calls `body` with the vectors of a gather write over the first `limit` non-empty pieces.
func withVectors<R>(_ pieces: ArraySlice<Bytes>, skipping skipped: Int, limit: Int, _ body: (UnsafePointer<iovec>?, Int32) -> R) -> R {
    withUnsafeTemporaryAllocation(of: iovec.self, capacity: limit) { vectors in
        var count = 0
        var skip = skipped
        for piece in pieces {
            if count == limit { break }
            // The pieces outlive the call: the caller holds them.
            piece.withUnsafeBytes { bytes in
                if bytes.count > skip, let base = bytes.baseAddress {
                    vectors.initializeElement(at: count, to: iovec(iov_base: UnsafeMutableRawPointer(mutating: base) + skip, iov_len: bytes.count - skip))
                    count += 1
                }
            }
            skip = 0
        }
        return body(vectors.baseAddress.map { UnsafePointer($0) }, Int32(count))
    }
}

/// Moves a position in a list of pieces past bytes that were written.
func advance(by written: Int, through pieces: [Bytes], index: inout Int, skipped: inout Int) {
    var left = written
    while left > 0, index < pieces.count {
        let rest = pieces[index].count - skipped
        if left < rest {
            skipped += left
            return
        }
        left -= rest
        index += 1
        skipped = 0
    }
}

/// An exclusive lock on a file, held while the object lives. The file names the holder's process, as pid files do.
final class FileLock {
    private let descriptor: Int32

    init(_ path: String) throws(DiskError) {
        let opened = retryingInterrupts { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        guard opened >= 0 else { throw DiskError.now("lock", path) }
        var holder: Int32 = 0
        let code = ottla_lock(opened, &holder)
        guard code == 0 else {
            let named = holder > 0 ? holder : Self.writtenHolder(opened)
            close(opened)
            guard code == -EAGAIN || code == -EWOULDBLOCK else { throw DiskError.code(-code, "lock", path) }
            let who = named.map { "process \($0)" } ?? "another process"
            throw DiskError(operation: "lock", path: path, code: -code, message: "\(who) holds it", isLocked: true)
        }
        descriptor = opened
        let text = "\(getpid())\n"
        // The name is for people; a lock without it still holds.
        _ = ftruncate(opened, 0)
        _ = pwrite(opened, text, text.utf8.count, 0)
    }

    /// Closing the descriptor releases the lock; the file stays, since removing it would race with the next holder.
    deinit { close(descriptor) }

    private static func writtenHolder(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let got = pread(descriptor, &buffer, buffer.count, 0)
        guard got > 0 else { return nil }
        return Int32(String(decoding: buffer[..<got].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    }
}
