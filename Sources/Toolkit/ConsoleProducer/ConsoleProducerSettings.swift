import KafkaClient

/// What a call asks for: checked options, and the producer's and reader's properties merged from options and files.
struct ConsoleProducerSettings {
    let topic: String
    let isSync: Bool
    let client: ClientConfig
    let producer: ProducerConfig
    let format: LineFormat
    /// Whether lines are records in JSON.
    let readsRecords: Bool
    let keepsPartitions: Bool

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        try options.requirePresent("topic")
        let servers = try options.checkedBootstrapServers()
        try options.forbidMixedSpellings("command-property", "producer-property")
        try options.forbidMixedSpellings("command-config", "producer.config")
        try options.forbidMixedSpellings("reader-property", "property")
        for (old, new) in [("producer-property", "command-property"), ("producer.config", "command-config"), ("property", "reader-property")] {
            context.notice(
                "Warning: --\(old) is deprecated and will be removed in a future version. Use --\(new) instead.", if: options.spellings(new).contains(old))
        }
        context.notice(
            "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.",
            if: options.has("max-partition-memory-bytes"))
        topic = try options.requiredString("topic")
        isSync = options.has("sync")
        format = try Self.lineFormat(context)
        readsRecords = try Self.readsRecords(options)
        keepsPartitions = options.has("keep-partition")
        let properties = try Self.producerProperties(context)
        do throws(ClientError) {
            var client = try ClientConfig(bootstrap: servers, properties: properties, clientId: "console-producer")
            producer = try ProducerConfig(properties: properties)
            // Someone who says how long a record may wait also means the wait for a broker.
            if options.has("max-block-ms") { client.unreachableAfterMs = producer.maxBlockMs }
            self.client = client
        } catch {
            throw ToolError(error, message: error.message)
        }
    }

    private static func readsRecords(_ options: ParsedOptions) throws(ToolError) -> Bool {
        switch try options.requiredString("input") {
        case "text":
            if options.has("keep-partition") { throw .usage("--keep-partition needs --input jsonl") }
            return false
        case "jsonl":
            for option in ["line-reader", "reader-property", "reader-config"] where options.has(option) {
                throw .usage("--\(option) has no meaning with --input jsonl")
            }
            return true
        case let other: throw .usage("--input takes text or jsonl, not '\(other)'")
        }
    }

    private static func lineFormat(_ context: ToolContext) throws(ToolError) -> LineFormat {
        let options = context.options
        let reader = try options.requiredString("line-reader")
        guard reader == ConsoleProducerTool.defaultReader else {
            throw ToolError.invalid("cannot use the line reader \(reader): there is only \(ConsoleProducerTool.defaultReader)")
        }
        return try LineFormat(context.properties(file: "reader-config", pairs: "reader-property"))
    }

    /// A dedicated option that was given wins over `--command-property`, that over `--command-config`, and that over the option's default.
    private static func producerProperties(_ context: ToolContext) throws(ToolError) -> [String: String] {
        let options = context.options
        var properties = try context.properties(file: "command-config", pairs: "command-property")
        func merge(_ option: String, _ key: String, _ value: String?) {
            if options.has(option) || properties[key] == nil { properties[key] = value }
        }
        merge("timeout", "linger.ms", try options.long("timeout").map { "\($0)" })
        merge("request-required-acks", "acks", try options.string("request-required-acks"))
        merge("request-timeout-ms", "request.timeout.ms", try options.int("request-timeout-ms").map { "\($0)" })
        merge("message-send-max-retries", "retries", try options.int("message-send-max-retries").map { "\($0)" })
        merge("retry-backoff-ms", "retry.backoff.ms", try options.long("retry-backoff-ms").map { "\($0)" })
        if options.has("socket-buffer-size") { properties["send.buffer.bytes"] = try options.int("socket-buffer-size").map { "\($0)" } }
        merge("max-memory-bytes", "buffer.memory", try options.long("max-memory-bytes").map { "\($0)" })
        // Their default is the producer's own, which lets batches grow under load unless a size was asked for.
        for option in ["batch-size", "max-partition-memory-bytes"] where options.has(option) {
            properties["batch.size"] = try options.int(option).map { "\($0)" }
        }
        merge("metadata-expiry-ms", "metadata.max.age.ms", try options.long("metadata-expiry-ms").map { "\($0)" })
        merge("max-block-ms", "max.block.ms", try options.long("max-block-ms").map { "\($0)" })
        // Always from the option, so that a value in a file counts for nothing.
        properties["compression.type"] = options.has("compression-codec") ? try options.string("compression-codec") ?? "gzip" : "none"
        return try context.resolved(properties, of: .producer)
    }
}
