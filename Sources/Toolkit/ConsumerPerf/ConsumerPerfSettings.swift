import KafkaClient
import Pattern

/// What a call asks for.
struct ConsumerPerfSettings {
    /// What to read.
    enum Source {
        case topic(String)
        case pattern(Pattern)
    }

    let source: Source
    let records: Int64
    let timeoutMs: Int64
    let reportingIntervalMs: Int64
    let isDetailed: Bool
    let printsMetrics: Bool
    let dateFormat: JavaDateFormat
    /// How many records a poll of Kafka's consumer returns at most, which says where reading may end.
    let maxPollRecords: Int
    let client: ClientConfig
    let consumer: ConsumerConfig

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        isDetailed = options.has("show-detailed-stats")
        printsMetrics = options.has("print-metrics")
        var properties = try Self.properties(context)
        // It says where reading ends; the client itself has no use for it.
        let pollLimit = properties.removeValue(forKey: "max.poll.records")
        properties = try context.resolved(properties, of: .consumer)
        do throws(ClientError) {
            var client = try ClientConfig(bootstrap: try? options.string("bootstrap-server"), properties: properties, clientId: "perf-consumer-client")
            client.separatesCoordinatorConnections = true
            self.client = client
            consumer = try ConsumerConfig(properties: properties)
            maxPollRecords = try ConfigReader(pollLimit.map { ["max.poll.records": $0] } ?? [:]).int("max.poll.records", default: 500, atLeast: 1)
        } catch {
            throw ToolError(error, message: error.message)
        }
        records = try options.long("num-records") ?? 0
        timeoutMs = try options.long("timeout") ?? 10_000
        reportingIntervalMs = try options.convert("reporting-interval") { Int64(java: $0).flatMap { $0 < 0 ? nil : $0 } } ?? 5_000
        dateFormat = try JavaDateFormat(try options.requiredString("date-format"))
        if let regex = try options.string("include") {
            do { source = .pattern(try Pattern(regex)) } catch {
                throw .invalid("--include: \(error.description.split(separator: "\n").joined(separator: " "))")
            }
        } else {
            source = .topic(try options.requiredString("topic"))
        }
    }

    /// Options win over `--command-property`, and that over the file.
    private static func properties(_ context: ToolContext) throws(ToolError) -> [String: String] {
        let options = context.options
        var properties = try context.properties(file: "command-config", pairs: "command-property")
        properties["group.id"] = try options.string("group") ?? "perf-consumer-\(Int.random(in: 0..<100_000))"
        properties["max.partition.fetch.bytes"] = try options.int("fetch-size").map { "\($0)" }
        properties["auto.offset.reset"] = options.has("from-latest") ? "latest" : "earliest"
        properties["check.crcs"] = "false"
        if let size = try options.int("socket-buffer-size") { properties["receive.buffer.bytes"] = "\(size)" }
        return properties
    }
}
