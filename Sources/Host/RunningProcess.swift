#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process of this machine, as far as the system tells of it.
public struct RunningProcess: Sendable {
    public let id: Int32
    /// Its command line, the program's name first.
    public let arguments: [String]
    /// Where its relative paths begin.
    public let workingDirectory: String

    /// The processes of this user but this one, in the order of their ids; for the superuser those of everybody. Empty where the system has no `/proc`.
    public static func all() -> [RunningProcess] {
        let names = (try? FileDisk().names(in: "/proc")) ?? []
        return names.compactMap { Int32($0) }.sorted().filter { $0 != getpid() && isOurs($0) }.compactMap(RunningProcess.init)
    }

    private static func isOurs(_ id: Int32) -> Bool {
        var status = stat()
        guard stat("/proc/\(id)", &status) == 0 else { return false }
        return geteuid() == 0 || status.st_uid == geteuid()
    }

    public init(id: Int32, arguments: [String], workingDirectory: String) {
        self.id = id
        self.arguments = arguments
        self.workingDirectory = workingDirectory
    }

    /// Nil when it has ended, or is none with a command line.
    private init?(_ id: Int32) {
        guard let bytes = try? Surroundings.readFile("/proc/\(id)/cmdline"), !bytes.isEmpty else { return nil }
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(id)/cwd", &target, target.count - 1)
        guard count > 0 else { return nil }
        self.id = id
        arguments = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast(bytes.last == 0 ? 1 : 0).map { String(decoding: $0, as: UTF8.self) }
        workingDirectory = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Sends it a signal.
    public func send(_ signal: Int32) throws(SystemError) {
        guard kill(id, signal) == 0 else { throw SystemError(code: errno, operation: "signal process \(id)") }
    }
}

extension Signal {
    /// The number of a signal as `kill -s` names it (`TERM`, `SIGKILL`, `15`); nil for others than those that end a process, or ask it to do something.
    public static func number(named text: String) -> Int32? {
        if let number = Int32(text) { return (1..<32).contains(number) ? number : nil }
        let name = text.uppercased()
        return names[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
    }

    private static let names: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ABRT": SIGABRT, "KILL": SIGKILL, "USR1": SIGUSR1, "USR2": SIGUSR2, "TERM": SIGTERM, "CONT": SIGCONT,
        "STOP": SIGSTOP,
    ]
}
