import Host
import LogStorage
import Server

/// `kafka-server-start`: the broker, as Kafka's script starts Kafka's. Unlike `ottla serve` it formats nothing.
enum ServerStartTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "server-start", kafkaName: "kafka-server-start", purpose: "Run a Kafka broker from a server.properties file.",
        options: [
            Option("override", value: .required("key=value"), help: "One of Kafka's keys; stronger than the file", repeatable: true),
            Option(
                "daemon", help: "Go on in the background once the broker answers; what it says stands in \(logName) in $LOG_DIR, or else in the data directory"),
        ],
        notes: [
            "FILE comes as the first word that is no option: kafka-server-start [-daemon] FILE [--override key=value ...].",
            "The directories of log.dirs must have been formatted by kafka-storage; ottla serve formats by itself. Without log.dirs it is /tmp/kafka-logs, as in Kafka.",
            "The broker stops cleanly on SIGTERM and SIGINT; kafka-server-stop sends the first. KAFKA_HEAP_OPTS and other variables for a JVM mean nothing here.",
        ],
        examples: ["server.properties", "-daemon server.properties --override log.dirs=/var/lib/kafka"],
        exitStatus: "0 after a clean stop, and with -daemon once the broker answers; 1 when it could not start or stop.")

    /// As Kafka's script calls it.
    static let logName = "kafkaServer.out"

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let words = context.options.words
        guard let file = words.first else { throw ToolError.usage("no server.properties file is named") }
        if words.count > 1 { throw ToolError.usage("Found non argument parameters: \(words.dropFirst().joined(separator: ","))") }
        let properties = try ServeTool.nodeProperties(context, file: file)
        let options = try serverOptions(context, properties)
        let directories = options.dataDirectories + (options.metadataDirectory.map { [$0] } ?? [])
        for directory in directories { try checkFormatted(directory, file, properties, FileDisk(readsOnly: true)) }
        if context.options.has("daemon") { return try detach(context, file, options) }
        return try ServeTool.serve(options, context) { DetachedProcess.tellReady() }
    }

    static func serverOptions(_ context: ToolContext, _ properties: NodeProperties) throws -> ServerOptions {
        var options = ServerOptions()
        options.version = Version.ottla
        options.seed = ServeTool.seed(context)
        options.properties = properties.values
        options.quorum = properties.quorum
        options.warnings = properties.warnings
        options.listeners = try ServeTool.named(context) { () throws(ToolError) in try properties.opened(at: []) }
        options.dataDirectories = properties.dataDirectories.isEmpty ? ["/tmp/kafka-logs"] : properties.dataDirectories
        options.metadataDirectory = properties.metadataDirectory
        return options
    }

    /// Refuses a directory that nobody has formatted, with the command that does.
    static func checkFormatted(_ directory: String, _ file: String, _ properties: NodeProperties, _ disk: any Disk) throws(ToolError) {
        if disk.exists("\(directory)/\(MetaProperties.fileName)") { return }
        let isStatic = properties.values["controller.quorum.voters"]?.isEmpty == false
        let kind = isStatic ? "" : properties.quorum == nil ? " --standalone" : " --no-initial-controllers"
        throw ToolError(
            "No readable meta.properties files found. \(directory) is not formatted; to format it: "
                + "kafka-storage.sh format --cluster-id $(kafka-storage.sh random-uuid)\(kind) --config \(file)")
    }

    // MARK: In the background

    private static func detach(_ context: ToolContext, _ file: String, _ options: ServerOptions) throws -> ExitCode {
        let directory = context.variable("LOG_DIR") ?? options.dataDirectories[0]
        let log = "\(directory)/\(logName)"
        var words = ["kafka-server-start", file]
        for setting in context.options.all("override") { words += ["--override", setting] }
        let process: DetachedProcess
        do {
            try FileDisk().createDirectory(directory)
            process = try DetachedProcess.start(words, output: log)
        } catch {
            throw ToolError("\(context.invocation.program): \(error)")
        }
        guard process.waitUntilReady() else { throw ToolError(lastLine(of: log) ?? "\(context.invocation.program): the broker ended; see \(log)") }
        if !context.invocation.isKafkaName { context.output.line("the broker runs as process \(process.id); what it says stands in \(log)") }
        return .done
    }

    /// Why it ended, in its own words.
    private static func lastLine(of log: String) -> String? {
        guard let bytes = try? Surroundings.readFile(log) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init)
    }
}
