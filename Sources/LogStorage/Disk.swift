import KafkaProtocol

/// The seam to files: coarse operations that the log needs, so that it runs on a real disk, in memory, and under a simulator that injects faults.
/// Paths are absolute or relative to the process; separators are `/`.
public protocol Disk: AnyObject, Sendable {
    /// A file for reading and writing; it is created when asked to. Opening one that exists may be put off until it is used.
    func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile
    /// Names in a directory, sorted, without `.` and `..`; empty when the directory does not exist.
    func names(in directory: String) throws(DiskError) -> [String]
    /// What is at a path, links followed; nil when there is nothing.
    func kind(of path: String) throws(DiskError) -> DiskEntryKind?
    /// Creates a directory and its parents; false, and no error, when it was there already.
    @discardableResult
    func createDirectory(_ path: String) throws(DiskError) -> Bool
    /// Removes a file; no error when it is missing.
    func removeFile(_ path: String) throws(DiskError)
    /// Removes a directory and everything below it.
    func removeTree(_ path: String) throws(DiskError)
    func rename(_ from: String, to: String) throws(DiskError)
    func readFile(_ path: String) throws(DiskError) -> Bytes
    /// Replaces a small file atomically: a temporary file beside it, synced, renamed over it, directory synced.
    func writeFile(_ path: String, _ content: Bytes) throws(DiskError)
    /// Makes creations, renames and removals in a directory durable.
    func syncDirectory(_ path: String) throws(DiskError)
    /// Makes everything on the file system that holds a path durable, at once: for a stop that has thousands of files to sync. False when
    /// this disk cannot say that for certain; then each file must be synced.
    func syncAll(_ path: String) throws(DiskError) -> Bool
    /// Gives back the descriptors of files that were not used since the last call.
    func releaseIdleFiles()
    /// Takes an exclusive lock on a file until the returned object is released; `DiskError.isLocked` names the holder's pid when another process has it.
    func lock(_ path: String) throws(DiskError) -> AnyObject
    /// The size of the volume that holds a path, and what of it this process may still fill; nil where that has no meaning.
    func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)?
}

extension Disk {
    public func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)? { nil }
}

extension Disk {
    /// Whether there is anything at a path. What cannot be looked at counts as nothing.
    public func exists(_ path: String) -> Bool { ((try? kind(of: path)) ?? nil) != nil }
}

/// What a path leads to.
public enum DiskEntryKind: Sendable, Equatable {
    case directory
    case file(size: Int)
}

/// A file in use. Its descriptor may be given back while nothing needs it and opened again. Safe to read from any thread while one thread writes.
public protocol DiskFile: FileRangeSource {
    /// Bytes in the file.
    var size: Int { get }
    /// Writes the pieces one after another from a byte position on (a gather write).
    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError)
    /// Reads a range; shorter than asked at the end of the file.
    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes
    func truncate(to size: Int) throws(DiskError)
    /// Makes the content durable (fdatasync). A file that is closed has nothing to keep any more.
    func sync() throws(DiskError)
    /// A range to be sent later, whatever becomes of the file meanwhile: a part of the file, or (when too many files are held open) the bytes.
    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece
    /// Nothing is read or written any more, and the path may come to mean another file; pieces taken before stay readable.
    func close()
}

/// A failed operation on a file: what, on what, and why.
public struct DiskError: Error, Sendable, CustomStringConvertible {
    public var operation: String
    public var path: String
    /// `errno`, or 0.
    public var code: Int32
    public var message: String
    /// Another process holds the lock.
    public var isLocked: Bool

    public init(operation: String, path: String, code: Int32, message: String, isLocked: Bool = false) {
        self.operation = operation
        self.path = path
        self.code = code
        self.message = message
        self.isLocked = isLocked
    }

    /// There is no such file or directory (ENOENT).
    var isMissing: Bool { code == 2 }

    /// A file could not be opened because too many are (EMFILE, ENFILE, ENOMEM): nothing was read or written, and it may work the next time.
    var isPassing: Bool { operation.hasPrefix("open") && [24, 23, 12].contains(code) }

    /// The disk is full, or its owner's part of it is (ENOSPC, EDQUOT, EFBIG).
    var isOfSpace: Bool { [28, 122, 27].contains(code) }

    /// The disk, or the directory on it, does not do any more what it must.
    var isOfTheDisk: Bool { !isPassing && !isOfSpace && code != 0 }

    public var description: String { "cannot \(operation) \(path): \(message)" }
}
