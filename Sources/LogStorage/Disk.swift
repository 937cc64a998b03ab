import KafkaProtocol

/// The seam to files: coarse operations that the log needs, so that it runs on a real disk, in memory, and under a simulator that injects faults.
/// Paths are absolute or relative to the process; separators are `/`.
public protocol Disk: AnyObject, Sendable {
    /// Opens for reading and writing; creates the file when asked to.
    func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile
    /// Names in a directory, sorted, without `.` and `..`; empty when the directory does not exist.
    func names(in directory: String) throws(DiskError) -> [String]
    func exists(_ path: String) -> Bool
    /// Creates a directory and its parents; no error when it exists.
    func createDirectory(_ path: String) throws(DiskError)
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
    /// Takes an exclusive lock on a file until the returned object is released; `DiskError.isLocked` names the holder's pid when another process has it.
    func lock(_ path: String) throws(DiskError) -> AnyObject
    /// The size of the volume that holds a path, and what of it this process may still fill; nil where that has no meaning.
    func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)?
}

extension Disk {
    public func space(of path: String) throws(DiskError) -> (totalBytes: Int64, usableBytes: Int64)? { nil }
}

/// An open file. Safe to read from any thread while one thread writes.
public protocol DiskFile: FileRangeSource {
    /// Bytes in the file.
    var size: Int { get }
    /// Writes the pieces one after another from a byte position on (a gather write).
    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError)
    /// Reads a range; shorter than asked at the end of the file.
    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes
    func truncate(to size: Int) throws(DiskError)
    /// Makes the content durable (fdatasync).
    func sync() throws(DiskError)
    /// Closes the descriptor once no fetch in flight uses it (the object's last reference may close it instead).
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

    public var description: String { "cannot \(operation) \(path): \(message)" }
}
