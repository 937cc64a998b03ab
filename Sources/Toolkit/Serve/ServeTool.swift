import Host
import KafkaProtocol
import Server

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
            Option("override", value: .required("key=value"), help: "One of Kafka's keys; stronger than the file", repeatable: true),
            Option("topic", value: .required("name:partitions"), help: "Create a topic at start unless it exists", repeatable: true),
            Option("ready-file", value: .required("file"), help: "Gets HOST:PORT and a newline once the broker answers", completion: .file),
            Option("threads", value: .required("count"), help: "Event loops; one per core unless given"),
        ],
        notes: [
            "The broker listens on the loopback interface unless told otherwise, and stops cleanly on SIGTERM and SIGINT.",
            "Exit codes: 0 after a clean stop, 1 when it could not start or stop.",
        ],
        examples: ["", "--listen 127.0.0.1:0 --ephemeral --topic orders:3 --ready-file ready"], needsArguments: false)

    private static func run(_ context: ToolContext) throws -> Int32 {
        let options = try serverOptions(context)
        let output = context.output
        let report: @Sendable (String) -> Void = { line in
            // One write of a whole line, so that lines of different threads do not mix.
            _ = Array("ottla serve: \(line)\n".utf8).withUnsafeBytes { StandardStream.error.write($0) }
        }
        do {
            try Server(options: options, report: report).run { banner in
                output.line(banner)
                output.flush()
            }
        } catch let error as ServerError {
            throw ToolError("ottla serve: \(error)")
        }
        return 0
    }

    private static func serverOptions(_ context: ToolContext) throws -> ServerOptions {
        let given = context.options
        var options = ServerOptions()
        options.version = Version.ottla
        options.seed = UInt64(bitPattern: Int64(context.monotonicMs)) << 20 ^ UInt64(bitPattern: context.wallClockMs) ^ Entropy.next()
        options.properties = try properties(context)
        let listen = try given.all("listen").map { try address($0, option: "listen") }
        options.listen = !listen.isEmpty ? listen : try configuredListeners(options.properties) ?? options.listen
        options.advertise = try given.all("advertise").map { try address($0, option: "advertise") }
        if options.advertise.count > options.listen.count { throw ToolError.usage("--advertise is given more often than there are listeners") }
        options.dataDirectory = given.has("data-dir") ? try given.requiredString("data-dir") : configuredDirectory(options.properties) ?? "ottla-data"
        options.isEphemeral = given.has("ephemeral")
        if options.isEphemeral && given.has("data-dir") { throw ToolError.usage("--ephemeral keeps nothing on disk, so --data-dir has no meaning with it") }
        switch try given.string("durability") ?? "fsync" {
        case "fsync": options.durability = .fsync
        case "os": options.durability = .os
        case let other: throw ToolError.usage("--durability is fsync or os, not '\(other)'")
        }
        options.topics = try given.all("topic").map(topic)
        options.readyFile = try given.string("ready-file")
        options.loops = try given.int("threads").map { Int($0) }
        return options
    }

    private static func address(_ text: String, option: String) throws -> ServerOptions.Address {
        guard let address = ServerOptions.Address(text) else { throw ToolError.usage("--\(option) takes HOST:PORT, not '\(text)'") }
        return address
    }

    private static func topic(_ text: String) throws -> (name: String, partitions: Int32) {
        guard let colon = text.lastIndex(of: ":") else { return (text, -1) }
        guard let partitions = Int32(text[text.index(after: colon)...]), partitions > 0 else {
            throw ToolError.usage("--topic takes NAME or NAME:PARTITIONS, not '\(text)'")
        }
        return (String(text[..<colon]), partitions)
    }

    private static func properties(_ context: ToolContext) throws -> [String: String] {
        var properties: [String: String] = [:]
        if let file = try context.options.string("config") {
            for (key, value) in try context.readProperties(file) { properties[key] = value }
        }
        for (key, value) in context.options.pairs("override") { properties[key] = value }
        return properties
    }

    /// `listeners=PLAINTEXT://host:port,…`: the plaintext ones; those of a controller quorum have no meaning for a node that is its own.
    private static func configuredListeners(_ properties: [String: String]) throws -> [ServerOptions.Address]? {
        guard let text = properties["listeners"] else { return nil }
        let controllers = Set((properties["controller.listener.names"] ?? "CONTROLLER").split(separator: ",").map(String.init))
        let addresses = try text.split(separator: ",").compactMap { entry -> ServerOptions.Address? in
            let parts = entry.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[1].hasPrefix("//") else { throw ToolError("ottla serve: invalid listener '\(entry)' in listeners") }
            if controllers.contains(String(parts[0])) { return nil }
            guard let address = ServerOptions.Address(String(parts[1].dropFirst(2))) else {
                throw ToolError("ottla serve: invalid listener '\(entry)' in listeners")
            }
            return address
        }
        return addresses.isEmpty ? nil : addresses
    }

    private static func configuredDirectory(_ properties: [String: String]) -> String? {
        let directories = (properties["log.dirs"] ?? properties["log.dir"])?.split(separator: ",") ?? []
        return directories.first.map(String.init)
    }
}

/// Randomness of the operating system.
private enum Entropy {
    static func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
