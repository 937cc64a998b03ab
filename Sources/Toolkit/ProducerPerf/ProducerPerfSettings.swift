import KafkaClient
import KafkaProtocol

/// What a call asks for, checked in the order in which Kafka's tool does.
struct ProducerPerfSettings {
    let topic: String
    let records: Int64
    let warmupRecords: Int64
    /// Records a second; negative: no limit.
    let throughput: Double
    let reportingIntervalMs: Int64
    let printsMetrics: Bool
    let payloads: Payloads.Source
    /// After which time a transaction is committed; nil without transactions.
    let transactionDurationMs: Int64?
    let client: ClientConfig
    let producer: ProducerConfig

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        try options.requireOne(ofGroup: "record-size", "payload-file", "payload-monotonic")
        topic = try options.requiredString("topic")
        records = try options.long("num-records") ?? 0
        warmupRecords = max(0, try options.long("warmup-records") ?? 0)
        let size = try options.int("record-size")
        throughput = try options.convert("throughput", "Double") { Double($0) } ?? -1
        reportingIntervalMs = try options.long("reporting-interval") ?? 5_000
        let duration = try options.long("transaction-duration-ms")
        printsMetrics = options.has("print-metrics")
        try Self.check(records > 0, "--num-records should be greater than zero.")
        try Self.check(
            warmupRecords < records, "The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.")
        try Self.check(size ?? 1 > 0, "--record-size should be greater than zero.")
        try Self.check(
            options.has("bootstrap-server") || options.has("command-property") || options.has("command-config"),
            "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.")
        try options.forbidBoth("command-property", "producer-props")
        try options.forbidBoth("command-config", "producer.config")
        try Self.check(duration ?? 1 > 0, "--transaction-duration-ms should be greater than zero.")
        try Self.check(reportingIntervalMs > 0, "--reporting-interval should be greater than zero.")
        payloads = try Self.source(context, size: size)
        var properties = try Self.properties(context)
        if let id = try options.string("transactional-id") { properties["transactional.id"] = id }
        if duration != nil, properties["transactional.id"] == nil {
            properties["transactional.id"] = "performance-producer-\(Uuid(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)))"
        }
        properties = try context.resolved(properties, of: .producer)
        transactionDurationMs = properties["transactional.id"] == nil ? nil : duration ?? 3_000
        do throws(ClientError) {
            client = try ClientConfig(bootstrap: try? options.string("bootstrap-server"), properties: properties, clientId: "perf-producer-client")
            producer = try ProducerConfig(properties: properties)
        } catch {
            throw ToolError(error, message: error.message)
        }
    }

    private static func check(_ isRight: Bool, _ text: String) throws(ToolError) { if !isRight { throw .usage(text) } }

    private static func source(_ context: ToolContext, size: Int32?) throws(ToolError) -> Payloads.Source {
        if let size { return .random(size: Int(size)) }
        guard let path = try context.options.string("payload-file") else { return .counted }
        context.report.say("Reading payloads from: \(context.absolutePath(path))")
        let content: [UInt8]
        do { content = try context.readFile(path) } catch { throw .invalid("cannot read the payload file \(path): \(error.reason)") }
        let values = try PayloadFile.values(content, delimiter: try context.options.requiredString("payload-delimiter"))
        if content.isEmpty { throw .invalid("the payload file \(path) is empty") }
        context.report.say("Number of records read: \(values.count)")
        if values.isEmpty { throw .invalid("the payload file \(path) has nothing but delimiters") }
        return .given(values)
    }

    private static func properties(_ context: ToolContext) throws(ToolError) -> [String: String] {
        let options = context.options
        for (old, new) in [("producer-props", "command-property"), ("producer.config", "command-config")] {
            context.notice(
                "Option --\(old) has been deprecated and will be removed in a future version. Use --\(new) instead.", if: options.spellings(new).contains(old))
        }
        var properties = try context.properties(file: "command-config")
        for word in options.all("command-property") {
            let (key, value) = KeyValue.split(word)
            if key.isEmpty || value.isEmpty { throw .invalid("Invalid property: \(word)") }
            properties[key] = value
        }
        return properties
    }
}
