import ClientDriver
import KafkaClient
import Vocabulary

/// `ottla streams-application-reset`, Kafka's `kafka-streams-application-reset`: lets a Kafka Streams application read its input from the beginning again.
enum StreamsResetTool {
    static let tool = Tool(command) { context in
        let request = try StreamsResetRequest(context)
        let session = try context.openSession(try client(context))
        defer { session.close() }
        return try StreamsReset(context: context, admin: session.admin, request: request).perform()
    }

    private static func client(_ context: ToolContext) throws -> ClientConfig {
        let properties = try context.resolved(context.properties(file: "command-config"), of: .admin)
        let servers = try context.options.string("bootstrap-server") ?? "localhost:9092"
        return try ClientConfig(bootstrap: servers, properties: properties, clientId: "adminclient-1")
    }

    static let command = Command(
        name: "streams-application-reset", kafkaName: "kafka-streams-application-reset",
        purpose: "Set the offsets of a Kafka Streams application back and delete its internal topics.",
        options: [
            Option("bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; localhost:9092 if none is given"),
            Option("command-config", "config-file", value: .required("file"), help: "A file of client properties", completion: .file),
            Option("application-id", value: .required("id"), help: "The application (application.id)", required: true, completion: .group),
            Option("input-topics", value: .required("names"), help: "Topics that it reads, with commas between", repeatable: true, completion: .topic),
            Option(
                "intermediate-topics", value: .required("names"), help: "Topics that it writes and reads; they are skipped to the end", repeatable: true,
                completion: .topic),
            Option(
                "internal-topics", value: .required("names"), help: "The internal topics to delete, instead of all that are found", repeatable: true,
                completion: .topic),
            Option("to-earliest", help: "Read input topics from the beginning (this is what happens anyway)"),
            Option("to-latest", help: "Read input topics from their end"),
            Option("to-offset", value: .required("offset"), help: "Read input topics from this offset"),
            Option("to-datetime", value: .required("time"), help: "Read input topics from a time on: YYYY-MM-DDThh:mm:ss.sss"),
            Option("by-duration", value: .required("duration"), help: "Read input topics from so long ago on: PnDTnHnMnS"),
            Option("shift-by", value: .required("count"), help: "Read input topics from so many records after, or before, the committed offsets"),
            Option(
                "from-file", value: .required("file"), help: "Read input topics from the offsets in a file of lines topic,partition,offset", completion: .file),
            Option("force", help: "Remove members that are still in the application's group"),
            Option("dry-run", help: "Show what would be done"),
        ],
        sections: [StreamsReset.offsets.section, StreamsReset.deletions.section],
        notes: [
            "The application must be stopped. Its state on its own machines is not touched: call KafkaStreams#cleanUp() or delete its state directory as well, "
                + "or its results will be wrong. Topics that it writes for others stay as they are.",
            "Internal topics are those that begin with the application's id and a dash and end as Kafka Streams names them (-changelog, -repartition and others).",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --application-id wordcount --input-topics lines --dry-run",
            "--bootstrap-server localhost:9092 --application-id wordcount --input-topics lines --to-datetime 2026-01-31T00:00:00.000",
        ])
}

/// What a call asks for.
struct StreamsResetRequest {
    /// The new offset of an input topic's partition.
    enum Scenario: Equatable {
        case earliest
        case latest
        case offset(Int64)
        /// Milliseconds since 1970.
        case time(Int64)
        case shift(Int64)
        case file(String)
    }

    let group: String
    let inputTopics: [String]
    let intermediateTopics: [String]
    let internalTopics: [String]
    let scenario: Scenario
    let isForced: Bool
    let isDry: Bool

    private static let scenarios = ["to-offset", "to-datetime", "by-duration", "to-earliest", "to-latest", "from-file", "shift-by"]

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        for name in Self.scenarios { try options.forbid(name, with: Self.scenarios.filter { $0 != name }) }
        if options.spellings("command-config").count > 1 {
            throw .usage("Option \"[config-file]\" can't be used with option \"[command-config]\"")
        }
        group = try options.requiredString("application-id")
        func list(_ name: String) -> [String] { options.all(name).flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } }
        (inputTopics, intermediateTopics, internalTopics) = (list("input-topics"), list("intermediate-topics"), list("internal-topics"))
        isForced = options.has("force")
        isDry = options.has("dry-run")
        scenario = try Self.scenario(context)
        context.notice(
            "Option --config-file has been deprecated and will be removed in a future version. Use --command-config instead.",
            if: options.spellings("command-config").contains("config-file"))
    }

    private static func scenario(_ context: ToolContext) throws(ToolError) -> Scenario {
        let options = context.options
        if let offset = try options.long("to-offset") { return .offset(offset) }
        if options.has("to-latest") { return .latest }
        if let count = try options.long("shift-by") { return .shift(count) }
        if let text = try options.string("to-datetime") {
            do { return .time(try JavaTime.milliseconds(fromTimestamp: text)) } catch { throw .invalid("\(error)") }
        }
        if let text = try options.string("by-duration") {
            do throws(JavaTextError) { return .time(try JavaDuration(text).before(nowMs: context.wallClockMs)) } catch { throw .invalid(error.message) }
        }
        if let path = try options.string("from-file") { return .file(path) }
        return .earliest
    }
}
