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
    /// Whether it runs this program's file, or one that had its name and was replaced meanwhile, as by an upgrade. A shell or an editor with the same words
    /// on its command line does not.
    public let runsThisProgram: Bool

    /// The processes of this user but this one, in the order of their ids. Empty where the system has no `/proc`.
    public static func all() -> [RunningProcess] {
        let names = (try? FileDisk().names(in: "/proc")) ?? []
        return names.compactMap { Int32($0) }.sorted().filter { $0 != getpid() && isOurs($0) }.compactMap(RunningProcess.init)
    }

    private static func isOurs(_ id: Int32) -> Bool {
        var status = stat()
        guard stat("/proc/\(id)", &status) == 0 else { return false }
        return status.st_uid == geteuid()
    }

    public init(id: Int32, arguments: [String], workingDirectory: String, runsThisProgram: Bool = true) {
        self.id = id
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.runsThisProgram = runsThisProgram
    }

    /// Nil when it has ended, or is none with a command line.
    private init?(_ id: Int32) {
        guard let bytes = try? Surroundings.readFile("/proc/\(id)/cmdline"), !bytes.isEmpty else { return nil }
        guard let directory = Self.target(of: "/proc/\(id)/cwd"), let program = Self.target(of: "/proc/\(id)/exe"),
            let own = Self.target(of: "/proc/self/exe")
        else { return nil }
        self.id = id
        arguments = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast(bytes.last == 0 ? 1 : 0).map { String(decoding: $0, as: UTF8.self) }
        workingDirectory = directory
        runsThisProgram = Self.fileName(program) == Self.fileName(own)
    }

    private static func target(of link: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &target, target.count - 1)
        return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// The last part of a path, without the system's remark that the file was replaced.
    private static func fileName(_ path: String) -> Substring {
        let name = path.split(separator: "/").last ?? ""
        let remark = " (deleted)"
        return name.hasSuffix(remark) ? name.dropLast(remark.utf8.count) : name
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
