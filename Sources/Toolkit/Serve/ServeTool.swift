import Host
import KafkaProtocol
import LogStorage
import Server
import Vocabulary

/// `ottla serve`: the broker.
enum ServeTool {
    static let tool = Tool(command, run: run)

    static let command = Command(
        name: "serve", purpose: "Run a Kafka broker: Kafka's wire protocol, Kafka's files on disk.",
        options: [
            Option(
                "listen", value: .required("host:port"), help: "Address to listen on, 127.0.0.1:9092 unless given; port 0 takes a free one", repeatable: true),
            Option(
                "advertise", value: .required("host:port"), help: "Address that clients are told, for the listener at the same place in the list",
                repeatable: true),
            Option("data-dir", value: .required("directory"), help: "Where the data is kept", default: "ottla-data", completion: .directory),
            Option("ephemeral", help: "Keep everything in memory; nothing outlives the process"),
            Option(
                "durability", value: .required("mode"),
                help: "fsync: acks=all is answered once the data is on the disk; os: trust the page cache, as Kafka does",
                default: "fsync", completion: .words(["fsync", "os"])),
            Option("config", value: .required("file"), help: "A server.properties file with Kafka's keys", completion: .file),
            Option(
                "override", value: .required("key=value"), help: "One of Kafka's keys; stronger than the file", repeatable: true,
                completion: .setting(.broker)),
            Option("topic", value: .required("name:partitions"), help: "Create a topic at start unless it exists", repeatable: true),
            Option(
                "ready-file", value: .required("file"), help: "Gets HOST:PORT and a newline once the broker answers; removed at the start",
                completion: .file),
            Option(
                "log-level", value: .required("level"), help: "What is told on standard error: error, warn, info or debug", default: "info",
                completion: .words(["error", "warn", "info", "debug"])),
            Option(
                "metrics", value: .required("host:port"),
                help: "Where to serve measures over HTTP, at /metrics, in Prometheus's format; port 0 takes a free one"),
            Option("threads", value: .required("count"), help: "Event loops; one per core unless given"),
        ],
        notes: [
            "The broker listens on the loopback interface unless told otherwise, and stops cleanly on SIGTERM and SIGINT.",
            "It is a cluster of its own, unless the configuration says process.roles=broker: then it joins the cluster of Kafka's controllers at "
                + "controller.quorum.bootstrap.servers, and is ready when the controller lets it serve.",
        ],
        examples: ["", "--listen 127.0.0.1:0 --ephemeral --topic orders:3 --ready-file ready"], needsArguments: false,
        exitStatus: "0 after a clean stop, which SIGTERM and SIGINT (Ctrl-C) ask for too, 1 when it could not start or stop.")

    private static func run(_ context: ToolContext) throws -> ExitCode {
        if let word = context.options.words.first { throw ToolError.usage("unexpected word '\(word)'") }
        if let file = try context.options.string("ready-file") { try removeReadyFile(file) }
        let properties = try nodeProperties(context, file: context.options.string("config"))
        return try serve(serverOptions(context, properties), context)
    }

    /// Runs the broker until it is asked to stop.
    /// - Parameter ready: called once clients can connect
    static func serve(_ options: ServerOptions, _ context: ToolContext, ready: @escaping () -> Void = {}) throws -> ExitCode {
        let output = context.output
        let writeLine: @Sendable (String) -> Void = { line in
            // A broker does not wait for whoever reads its lines; those that nobody makes room for are dropped.
            guard StandardStream.error.waitReady(timeoutMs: 0, writing: true) else { return }
            // One write of a whole line, so that lines of different threads do not mix.
            _ = Array("\(line)\n".utf8).withUnsafeBytes { StandardStream.error.write($0) }
        }
        do {
            try Server(options: options, writeLine: writeLine).run { banner in
                output.line(banner)
                output.flush()
                ready()
            }
        } catch let error as ServerError {
            throw ToolError("\(context.invocation.program): \(error)")
        }
        return .done
    }

    /// What a new process of a broker takes for its seed.
    static func seed(_ context: ToolContext) -> UInt64 {
        UInt64(bitPattern: Int64(context.monotonicMs)) << 20 ^ UInt64(bitPattern: context.wallClockMs) ^ Entropy.next()
    }

    /// A failure in what a file or `--override` says, with the program's name before it.
    static func named<R>(_ context: ToolContext, _ body: () throws(ToolError) -> R) throws(ToolError) -> R {
        do { return try body() } catch { throw error.prefixed("\(context.invocation.program): ") }
    }

    /// One that is left from an earlier run would tell of a broker that is not there.
    private static func removeReadyFile(_ file: String) throws {
        do {
            try FileDisk().removeFile(file)
        } catch {
            throw ToolError("ottla serve: \(error)")
        }
    }

    static func serverOptions(_ context: ToolContext, _ properties: NodeProperties) throws -> ServerOptions {
        let given = context.options
        var options = ServerOptions()
        options.version = Version.ottla
        options.seed = seed(context)
        options.properties = properties.values
        // What an option replaces is not shown as in force.
        let replaced = [
            ("listen", "listeners"), ("advertise", "advertised.listeners"), ("data-dir", "log.dirs"), ("data-dir", "log.dir"), ("data-dir", "metadata.log.dir"),
        ]
        for (option, key) in replaced where given.has(option) { options.properties[key] = nil }
        let addresses = try given.all("listen").map { try address($0, option: "listen") }
        options.listeners = try named(context) { () throws(ToolError) in try properties.opened(at: addresses) }
        let advertised = try given.all("advertise").map { try address($0, option: "advertise") }
        if advertised.count > options.listeners.count { throw ToolError.usage("--advertise is given more often than there are listeners") }
        for (index, address) in advertised.enumerated() {
            if NodeProperties.wildcards.contains(address.host) { throw ToolError.usage("--advertise: clients cannot connect to the address of \(address)") }
            options.listeners[index].advertised = address
        }
        if given.has("data-dir") {
            options.dataDirectories = [try given.requiredString("data-dir")]
        } else {
            if case let directories = properties.dataDirectories, !directories.isEmpty { options.dataDirectories = directories }
            options.metadataDirectory = properties.metadataDirectory
        }
        options.isEphemeral = given.has("ephemeral")
        if options.isEphemeral && given.has("data-dir") { throw ToolError.usage("--ephemeral keeps nothing on disk, so --data-dir has no meaning with it") }
        switch try given.string("durability") ?? "fsync" {
        case "fsync": options.durability = .fsync
        case "os": options.durability = .os
        case let other: throw ToolError.usage("--durability is fsync or os, not '\(other)'")
        }
        options.topics = try given.all("topic").map(topic)
        options.quorum = properties.quorum
        if options.quorum != nil {
            for name in ["topic", "ephemeral"] where given.has(name) {
                throw ToolError.usage("--\(name) is for a node that is its own cluster, and process.roles=broker makes it one of several")
            }
        }
        options.readyFile = try given.string("ready-file")
        options.metrics = try given.string("metrics").map { try address($0, option: "metrics") }
        options.loops = try given.int("threads").map { Int($0) }
        options.warnings = properties.warnings
        let level = try given.string("log-level") ?? "info"
        guard let known = OperatorLog.Level.allCases.first(where: { $0.name.lowercased() == level }) else {
            throw ToolError.usage("--log-level is error, warn, info or debug, not '\(level)'")
        }
        options.logLevel = known
        return options
    }

    private static func address(_ text: String, option: String) throws -> HostPort {
        guard let address = ServerOptions.listening(text) else { throw ToolError.usage("--\(option) takes HOST:PORT, not '\(text)'") }
        return address
    }

    private static func topic(_ text: String) throws -> (name: String, partitions: Int32) {
        guard let colon = text.lastIndex(of: ":") else { return (text, -1) }
        guard let partitions = Int32(text[text.index(after: colon)...]), partitions > 0 else {
            throw ToolError.usage("--topic takes NAME or NAME:PARTITIONS, not '\(text)'")
        }
        return (String(text[..<colon]), partitions)
    }

    /// What a file and `--override` say, with the variables of the declared providers replaced.
    static func nodeProperties(_ context: ToolContext, file: String?) throws -> NodeProperties {
        var properties = try file.map { file throws(ToolError) in try context.readProperties(file) } ?? [:]
        for (key, value) in context.options.pairs("override") { properties[key] = value }
        return try named(context) { () throws(ToolError) in
            let (values, notes) = try resolved(properties, context)
            return try NodeProperties(values, warnings: notes)
        }
    }

    private static func resolved(_ properties: [String: String], _ context: ToolContext) throws(ToolError) -> (values: [String: String], notes: [String]) {
        do {
            var providers = try ConfigProviders(properties, variable: context.environment)
            return try providers.resolve(properties)
        } catch {
            throw ToolError(error.message)
        }
    }
}

/// Randomness of the operating system.
private enum Entropy {
    static func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
