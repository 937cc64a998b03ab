import KafkaClient
import KafkaProtocol
import Pattern
import Vocabulary

/// What one call of the console consumer is to do, read from its options in the order in which Kafka checks them.
struct ConsoleConsumerSettings {
    /// What to read.
    enum Source {
        case topic(String)
        case pattern(Pattern)
        case partition(TopicPartition, start: Start)
    }

    /// Where to start in a partition.
    enum Start: Equatable {
        case beginning
        case end
        case offset(Int64)
    }

    let source: Source
    /// Nil: no limit.
    let maxMessages: Int?
    /// Nil: no limit.
    let timeoutMs: Int64?
    let skipsErrors: Bool
    let printsSystemTestEvents: Bool
    /// Nil where records are printed as JSON.
    let formatter: (any MessageFormatter)?
    let client: ClientConfig
    let consumer: ConsumerConfig

    init(_ context: ToolContext) throws {
        let options = context.options
        try options.forbidMixedSpellings("consumer-property", "command-property")
        try options.forbidMixedSpellings("consumer.config", "command-config")
        try options.forbidMixedSpellings("property", "formatter-property")
        if options.has("partition") && !options.has("topic") { throw ToolError.usage("The topic is required when partition is specified.") }
        try options.requireExactlyOne(of: "topic", "include")
        if options.has("offset") && !options.has("partition") { throw ToolError.usage("The partition is required when offset is specified.") }
        if options.has("offset") && options.has("from-beginning") {
            throw ToolError.usage("Options from-beginning and offset cannot be specified together.")
        }
        try options.requirePresent("bootstrap-server")
        let properties = try Self.properties(options, context)
        let start = try Self.start(options)
        timeoutMs = try options.long("timeout-ms").flatMap { $0 < 0 ? nil : $0 }
        let partition = try options.int("partition")
        formatter = try context.report.isText ? Self.formatter(options, context) : Self.noFormatter(options)
        skipsErrors = options.has("skip-message-on-error")
        printsSystemTestEvents = options.has("enable-systest-events")
        do {
            client = try Self.client(options, properties, timeoutMs: timeoutMs)
            consumer = try ConsumerConfig(properties: properties)
        } catch {
            throw ToolError(error, message: error.javaDescription)
        }
        source = try Self.source(options, partition, start)
        maxMessages = try options.int("max-messages").flatMap { $0 == -1 ? nil : max(0, Int($0)) }
    }

    private static func client(_ options: ParsedOptions, _ properties: [String: String], timeoutMs: Int64?) throws(ClientError) -> ClientConfig {
        let servers: String
        do { servers = try options.requiredString("bootstrap-server") } catch { throw .configuration(error.message) }
        var config = try ClientConfig(bootstrap: servers, properties: properties, clientId: "console-consumer")
        config.separatesCoordinatorConnections = true
        if let timeoutMs { config.unreachableAfterMs = Int(clamping: timeoutMs) }
        return config
    }

    private static func source(_ options: ParsedOptions, _ partition: Int32?, _ start: Start) throws -> Source {
        if let regex = try options.string("include") {
            do { return .pattern(try Pattern(regex)) } catch {
                throw ToolError.invalid("java.util.regex.PatternSyntaxException: \(error.description.split(separator: "\n").joined(separator: " "))")
            }
        }
        let topic = try options.requiredString("topic")
        return partition.map { .partition(TopicPartition(topic, $0), start: start) } ?? .topic(topic)
    }

    private static func start(_ options: ParsedOptions) throws(ToolError) -> Start {
        if !options.has("offset") { return options.has("from-beginning") ? .beginning : .end }
        let text = try options.requiredString("offset")
        switch text.lowercased() {
        case "earliest": return .beginning
        case "latest": return .end
        default:
            guard let offset = Int64(java: text), offset >= 0 else {
                throw .usage("The provided offset value '\(text)' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.")
            }
            return .offset(offset)
        }
    }

    // MARK: Consumer properties

    private static func properties(_ options: ParsedOptions, _ context: ToolContext) throws -> [String: String] {
        note("consumer-property", insteadOf: "command-property", context)
        note("consumer.config", insteadOf: "command-config", context)
        var properties = try context.properties(file: "command-config")
        let fromFile = properties["group.id"]
        let given = options.pairs("command-property")
        for pair in given { properties[pair.key] = pair.value }
        let group = try groupId([fromFile, given.last { $0.key == "group.id" }?.value, options.string("group")])
        if group != nil && options.has("partition") { throw ToolError.usage("Options group and partition cannot be specified together.") }
        properties["group.id"] = group ?? "console-consumer-\(Int.random(in: 0..<100_000))"
        if group == nil && properties["enable.auto.commit"] == nil { properties["enable.auto.commit"] = "false" }
        let fromBeginning = options.has("from-beginning")
        if let reset = properties["auto.offset.reset"], fromBeginning, reset != "earliest" {
            throw ToolError.invalid("Can't simultaneously specify --from-beginning and 'auto.offset.reset=\(reset)', please remove one option")
        }
        if properties["auto.offset.reset"] == nil { properties["auto.offset.reset"] = fromBeginning ? "earliest" : "latest" }
        if options.has("isolation-level") || properties["isolation.level"] == nil {
            properties["isolation.level"] = try options.string("isolation-level")
        }
        return try context.resolved(properties, of: .consumer)
    }

    /// One id from all the places that may give one.
    private static func groupId(_ given: [String?]) throws(ToolError) -> String? {
        let distinct = Set(given.compactMap { $0 }).sorted()
        if distinct.count > 1 {
            throw .usage(
                "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. "
                    + "Detected group ids: \(distinct.map { "'\($0)'" }.joined(separator: ", "))")
        }
        return distinct.first
    }

    // MARK: Formatter

    private static func formatter(_ options: ParsedOptions, _ context: ToolContext) throws -> any MessageFormatter {
        let name = try options.string("formatter") ?? MessageFormatters.defaultName
        let given = options.pairs("formatter-property")
        var properties: [String: String]
        do {
            properties = try context.properties(file: "formatter-config", pairs: "formatter-property")
        } catch {
            throw ToolError.usage(error.message)
        }
        for key in ["key", "value"] where !given.contains(where: { $0.key == "\(key).deserializer" }) {
            if let deserializer = try options.string("\(key)-deserializer") { properties["\(key).deserializer"] = deserializer }
        }
        if MessageFormatters.names.contains(name) { note("property", insteadOf: "formatter-property", context) }
        return try MessageFormatters.make(name, properties) { context.error.line($0) }
    }

    /// JSON holds the bytes themselves, so what chooses their text has no meaning there.
    private static func noFormatter(_ options: ParsedOptions) throws(ToolError) -> (any MessageFormatter)? {
        let formatting = ["formatter", "formatter-property", "formatter-config", "key-deserializer", "value-deserializer"]
        for option in formatting where options.has(option) { throw .usage("--\(option) has no meaning with --output json or jsonl") }
        return nil
    }

    private static func note(_ old: String, insteadOf new: String, _ context: ToolContext) {
        context.notice(
            "Option --\(old) is deprecated and will be removed in a future version. Use --\(new) instead.",
            if: context.options.spellings(new).contains(old))
    }
}
