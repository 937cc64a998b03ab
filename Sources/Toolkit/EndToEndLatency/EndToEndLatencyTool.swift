import KafkaClient

/// `ottla e2e-latency`, Kafka's `kafka-e2e-latency`: how long a record takes from being sent until it is read.
enum EndToEndLatencyTool {
    static let tool = Tool(command) { context in
        try EndToEndLatencyRun(context, try EndToEndLatencySettings(context)).run()
    }

    static let command = Command(
        name: "e2e-latency", kafkaName: "kafka-e2e-latency",
        purpose: "Send records one by one, read each again, and print how long that takes.",
        options: [
            .bootstrapServer,
            Option("topic", value: .required("name"), help: "The topic; it is created if it is not there", completion: .topic),
            Option("num-records", value: .required("count"), help: "How many records to send"),
            Option("producer-acks", value: .required("acks"), help: "Replicas that must have a record: 1 or all", completion: .words(["1", "all"])),
            Option("record-size", value: .required("bytes"), help: "The size of a record's value"),
            Option("record-key-size", value: .optional("bytes"), help: "The size of a record's key", default: "0"),
            Option("num-headers", value: .optional("count"), help: "How many headers a record has", default: "0"),
            Option("record-header-key-size", value: .optional("bytes"), help: "The size of a header's key", default: "0"),
            Option("record-header-size", value: .optional("bytes"), help: "The size of a header's value; -1 for null", default: "0"),
            Option(
                "command-config", value: .optional("file"), help: "A file of properties for the producer, the consumer and the creation of the topic",
                completion: .file),
        ],
        sections: [LatencyRow.records.section, LatencySummary.summaries.section],
        notes: [
            "Older releases took the arguments by position: servers, topic, number of records, acks, size and, if wanted, a file of properties. That still works.",
            "Every thousandth record has a line of its own. Nobody else may write to the topic meanwhile.",
        ],
        examples: ["--bootstrap-server localhost:9092 --topic latency --num-records 10000 --producer-acks all --record-size 100"])
}

/// What a call asks for.
struct EndToEndLatencySettings {
    let topic: String
    let count: Int
    let valueSize: Int
    let keySize: Int
    let headerCount: Int
    let headerKeySize: Int
    /// Nil: headers have null for a value.
    let headerValueSize: Int?
    let producerClient: ClientConfig
    let producer: ProducerConfig
    let consumerClient: ClientConfig
    let consumer: ConsumerConfig

    private static let required = ["bootstrap-server", "topic", "num-records", "producer-acks", "record-size"]

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        var given: [String: String] = [:]
        if !Self.required.contains(where: { options.has($0) }) {
            given = try Self.positional(context)
        } else {
            for name in Self.required {
                try options.requirePresent(name)
                given[name] = try options.string(name)
            }
            given["command-config"] = try options.string("command-config")
        }
        let acks = given["producer-acks"] ?? ""
        guard acks == "1" || acks == "all" else {
            throw .usage("Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.")
        }
        topic = given["topic"] ?? ""
        count = try Self.number("num-records", given, least: 1, "Value for --num-records must be a positive integer.")
        valueSize = try Self.number("record-size", given, least: 0, "Value for --record-size must be a non-negative integer.")
        keySize = try Self.number("record-key-size", options)
        let size = try options.int("record-header-size") ?? 0
        if size < -1 { throw .usage("Value for --record-header-size must be a non-negative integer or -1 for null header value.") }
        headerValueSize = size < 0 ? nil : Int(size)
        headerCount = try Self.number("num-headers", options)
        headerKeySize = max(0, Int(try options.int("record-header-key-size") ?? 0))
        var properties = try given["command-config"].map { path throws(ToolError) in try context.readProperties(path) } ?? [:]
        properties["bootstrap.servers"] = given["bootstrap-server"]
        let producing = properties.merging(["linger.ms": "0", "max.block.ms": "\(Int64.max)", "acks": acks]) { $1 }
        let consuming = properties.merging([
            "group.id": "test-group-\(context.wallClockMs)", "enable.auto.commit": "false", "auto.offset.reset": "latest", "fetch.max.wait.ms": "0",
        ]) { $1 }
        let forProducer = try context.resolved(producing, of: .producer)
        let forConsumer = try context.resolved(consuming, of: .consumer)
        do throws(ClientError) {
            producerClient = try ClientConfig(properties: forProducer, clientId: "producer-1")
            producer = try ProducerConfig(properties: forProducer)
            consumerClient = try ClientConfig(properties: forConsumer, clientId: "consumer-1")
            consumer = try ConsumerConfig(properties: forConsumer)
        } catch {
            throw ToolError(error, message: error.message)
        }
    }

    /// The arguments as older releases took them.
    private static func positional(_ context: ToolContext) throws(ToolError) -> [String: String] {
        let words = context.options.words
        guard words.count == 5 || words.count == 6 else {
            throw .invalid(
                "Invalid number of arguments. Expected 5 or 6 positional arguments, but got \(words.count). Usage: bootstrap-server topic num-records "
                    + "producer-acks record-size [optional] command-config")
        }
        context.notice(
            "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: "
                + "--bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config")
        return Dictionary(uniqueKeysWithValues: zip(required + ["command-config"], words))
    }

    private static func number(_ name: String, _ given: [String: String], least: Int32, _ refusal: String) throws(ToolError) -> Int {
        let text = given[name] ?? ""
        guard let value = Int32(java: text) else { throw ParsedOptions.unreadable(text, option: name) }
        if value < least { throw .usage(refusal) }
        return Int(value)
    }

    private static func number(_ name: String, _ options: ParsedOptions) throws(ToolError) -> Int {
        let value = try options.int(name) ?? 0
        if value < 0 { throw .usage("Value for --\(name) must be a non-negative integer.") }
        return Int(value)
    }
}
