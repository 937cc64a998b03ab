import CLibUV

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process of this program that goes on when its parent ends and its terminal is closed: a session of its own, no input, its output in a file.
public struct DetachedProcess: Sendable {
    public let id: Int32
    /// Becomes readable when the process says that it is ready, or ends.
    private let news: Int32

    /// The descriptor on which the process finds whom to tell that it is ready; see `tellReady`.
    private static let readyDescriptor: Int32 = 3
    /// The environment variable that says that somebody waits there.
    private static let variable = "OTTLA_READY_DESCRIPTOR"

    /// Starts this program anew.
    /// - Parameters:
    ///   - arguments: the program's name first
    ///   - output: the file for both outputs, which are added to what it holds
    public static func start(_ arguments: [String], output: String) throws(SystemError) -> DetachedProcess {
        var pipe: [Int32] = [-1, -1]
        try check(pipe.withUnsafeMutableBufferPointer { systemPipe($0) }, "make a pipe")
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipe[1]) }
        do {
            return DetachedProcess(id: try spawn(arguments, output, tellingOn: pipe[1]), news: pipe[0])
        } catch {
            close(pipe[0])
            throw error
        }
    }

    private static func spawn(_ arguments: [String], _ output: String, tellingOn descriptor: Int32) throws(SystemError) -> Int32 {
        let program = try executable()
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_adddup2(&actions, descriptor, readyDescriptor)
        posix_spawnattr_setflags(&attributes, ottla_spawn_in_new_session)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment().map { strdup($0) } + [strdup("\(variable)=\(readyDescriptor)"), nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw SystemError(code: code, operation: "start a process with its output in \(output)") }
        return id
    }

    private static func environment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    private static func executable() throws(SystemError) -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX)), size = path.count
        let code = uv_exepath(&path, &size)
        guard code == 0 else { throw SystemError(code: -code, operation: "find this program") }
        return String(decoding: path.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func check(_ code: Int32, _ operation: String) throws(SystemError) {
        if code != 0 { throw SystemError(code: errno, operation: operation) }
    }

    /// Waits until the process says that it is ready.
    /// - Returns: false when it ended before
    public func waitUntilReady() -> Bool {
        defer { close(news) }
        var byte: UInt8 = 0
        return retryingInterrupts { read(news, &byte, 1) } == 1
    }

    /// Tells whoever started this process with `start` that it does its work now.
    public static func tellReady() {
        guard getenv(variable) != nil else { return }
        unsetenv(variable)
        var byte: UInt8 = 1
        _ = retryingInterrupts { write(readyDescriptor, &byte, 1) }
        close(readyDescriptor)
    }
}

private func systemPipe(_ ends: UnsafeMutableBufferPointer<Int32>) -> Int32 { ends.baseAddress.map { pipe($0) } ?? -1 }
