import Host

/// `kafka-server-stop`: asks the brokers that `kafka-server-start` runs on this machine to stop.
enum ServerStopTool {
    static let tool = Tool(command) { context in try run(context, among: RunningProcess.all()) }

    static let command = Command(
        name: "server-stop", kafkaName: "kafka-server-stop", purpose: "Stop the brokers that kafka-server-start runs on this machine.",
        options: [
            Option("node-id", value: .required("id"), help: "Only the one whose configuration says this node.id"),
            Option("process-role", value: .required("roles"), help: "Only those whose configuration says these process.roles; --node-id is stronger"),
        ],
        notes: [
            "Brokers of this user are found by their program, which is this one, and their command lines. Those of ottla serve, and Kafka's own, are left alone.",
            "The signal is SIGTERM, or what the environment variable SIGNAL names, and nobody waits for the brokers to end.",
            "Only Linux tells of other processes what this command must know.",
        ],
        examples: ["", "--node-id=1"], needsArguments: false, exitStatus: "0 when a broker was asked to stop, 1 when there was none or it could not be.")

    /// - Parameter processes: those that are looked at
    static func run(_ context: ToolContext, among processes: [RunningProcess]) throws -> ExitCode {
        let options = context.options
        if let word = options.words.first { throw ToolError.usage("unexpected word '\(word)'") }
        let name = context.variable("SIGNAL") ?? "TERM"
        guard let signal = Signal.number(named: name) else { throw ToolError.invalid("SIGNAL=\(name) is no signal") }
        let nodeId = try options.string("node-id"), roles = try options.string("process-role")
        if nodeId != nil, roles != nil {
            context.output.line("When both node-id and process-role are provided, the value for node-id will take precedence")
        }
        var found = processes.compactMap(StartedBroker.init)
        if let wanted = nodeId ?? roles {
            // What a configuration that is gone said is no reason to stop anything.
            found = found.filter { (try? $0.setting(nodeId != nil ? "node.id" : "process.roles", context)) == wanted }
        }
        guard !found.isEmpty else { throw ToolError("No kafka server to stop", exit: .notFound).onOutput("No kafka server to stop") }
        for broker in found {
            do { try broker.process.send(signal) } catch { throw ToolError("\(context.invocation.program): \(error)") }
        }
        return .done
    }
}

/// A broker that `kafka-server-start` runs, as its command line tells.
struct StartedBroker {
    let process: RunningProcess
    private let options: ParsedOptions
    private let file: String

    /// Nil for any other process.
    init?(_ process: RunningProcess) {
        guard process.runsThisProgram else { return nil }
        let words = process.arguments
        let first = words.first?.split(separator: "/").last.map(String.init) ?? ""
        let arguments: ArraySlice<String>
        if Self.isItsName(first) {
            arguments = words.dropFirst()
        } else if words.count > 1, Self.isItsName(words[1]) || words[1] == ServerStartTool.command.name {
            arguments = words.dropFirst(2)
        } else {
            return nil
        }
        // One with -daemon is only about to start a broker, and ends then.
        guard let options = try? JoptParser(ServerStartTool.command).parse(Array(arguments)), !options.has("daemon"), let file = options.words.first else {
            return nil
        }
        self.process = process
        self.options = options
        self.file = file.hasPrefix("/") ? file : process.workingDirectory + "/" + file
    }

    private static func isItsName(_ word: String) -> Bool {
        ServerStartTool.command.kafkaName.map { word == $0 || word == $0 + ".sh" } ?? false
    }

    /// What its configuration says of a key.
    func setting(_ key: String, _ context: ToolContext) throws(ToolError) -> String? {
        if let overridden = options.pairs("override").last(where: { $0.key == key }) { return overridden.value }
        return try context.readProperties(file)[key]
    }
}
