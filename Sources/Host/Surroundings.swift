import CLibUV
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGINT and SIGTERM, recorded instead of ending the process, so that a command can flush, commit and leave first.
public enum Interrupts {
    private static let received = Atomic<Int32>(0)

    /// Starts recording. The second signal of a kind ends the process at once, and a blocked read or write returns early.
    public static func install() {
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            #if canImport(Glibc)
                action.__sigaction_handler.sa_handler = { Interrupts.received.store($0, ordering: .relaxed) }
            #else
                action.__sigaction_u.__sa_handler = { Interrupts.received.store($0, ordering: .relaxed) }
            #endif
            action.sa_flags = Int32(truncatingIfNeeded: SA_RESETHAND)
            sigaction(number, &action, nil)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The number of the signal that arrived last, nil if none did.
    public static var signalNumber: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}

/// What a process finds around itself: environment, files named by its user.
public enum Surroundings {
    /// One variable of the environment.
    public static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }

    /// The directory that relative paths start from; empty when it is gone.
    public static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    /// A failure to read or write a whole file.
    public struct FileFailure: Error, Equatable, Sendable {
        /// The path as it was given.
        public let path: String
        /// The system's text.
        public let reason: String
        /// Whether the file (or a directory on the way) does not exist.
        public let isMissing: Bool
    }

    /// The bytes of a file. Files larger than `maxBytes` are refused.
    public static func readFile(_ path: String, maxBytes: Int = 64 << 20) throws(FileFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[0..<count])
            if bytes.count > maxBytes { throw FileFailure(path: path, reason: "larger than \(maxBytes) bytes", isMissing: false) }
        }
    }

    /// What stands at a path, links followed.
    public enum FileKind: Sendable, Equatable { case missing, file, directory, other }

    public static func kind(of path: String) -> FileKind {
        var found = stat()
        guard stat(path, &found) == 0 else { return .missing }
        switch found.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Replaces a file's content.
    public static func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            written += count
        }
    }

    /// Makes a directory; one that exists already is fine.
    public static func makeDirectory(_ path: String) throws(FileFailure) {
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw failure(path) }
    }

    private static func failure(_ path: String) -> FileFailure {
        let number = errno
        return FileFailure(path: path, reason: SystemError.text(number), isMissing: number == ENOENT || number == ENOTDIR)
    }
}

/// Ends the process with an exit code, without running what other threads still do.
public func exitProcess(_ code: Int32) -> Never { _exit(code) }

/// What the operating system lets this process have.
public enum ProcessLimits {
    /// Lets the memory of large requests and batches go back to the system once they are served, so that one burst does not stay for ever.
    public static func returnLargeBlocks() { ottla_return_blocks_of(4 << 20) }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif

    /// Descriptors that the process may have at once.
    public static var openFiles: Int {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 256
    }

    /// Connections that a server may hold without taking the descriptors that its files need.
    public static var connections: Int { DescriptorPool.connections(ofLimit: openFiles) }

    /// Raises the limit of open files to what is allowed: every connection holds one, and so do files in use.
    public static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
