import KafkaClient
import Vocabulary

/// `ottla delete-records`, Kafka's `kafka-delete-records`: deletes the records of partitions in front of an offset.
enum DeleteRecordsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "delete-records", kafkaName: "kafka-delete-records", purpose: "Delete the records of partitions in front of an offset.",
        options: [
            .bootstrapServer, .commandConfig,
            Option("offset-json-file", value: .required("file"), help: "JSON file with the first offset to keep of each partition", completion: .file),
        ],
        sections: [partitions.section],
        notes: [
            "The file looks like {\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"offset\":3}],\"version\":1}. Offset -1 deletes all records.",
            "The low watermark is the first offset that is left. Space is given back in whole segments, later.",
            "The exit code is 1 when records of some partition could not be deleted; Kafka's own tool exits with 0.",
        ],
        examples: ["--bootstrap-server localhost:9092 --offset-json-file offsets.json"])

    /// What became of a partition.
    struct Row {
        let partition: TopicPartition
        let result: Result<Int64, ClientError>
    }

    static let partitions = Shape<Row>(
        "partitions", "a partition whose records were to be deleted",
        text: .lines { row in (try? row.result.get()).map { "partition: \(row.partition)\tlow_watermark: \($0)" } },
        [
            Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition },
            Column("lowWatermark", "first offset that is left; null when nothing was deleted") { try? $0.result.get() },
            Column("error", "why nothing was deleted") { $0.result.failure?.javaDescription },
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        try options.requirePresent("bootstrap-server", "offset-json-file")
        let config = try context.clientConfig(clientId: "adminclient-1")
        let offsets = try OffsetFile.parse(context.readText(options.requiredString("offset-json-file")))
        let session = try context.openSession(config)
        defer { session.close() }
        context.report.say("Executing records delete operation")
        let results = try delete(offsets, session.admin)
        context.report.say("Records delete operation completed:")
        let rows = offsets.keys.sorted().map { Row(partition: $0, result: results[$0] ?? .failure(ClientError(code: .unknownTopicOrPartition))) }
        for row in rows {
            context.report.add(row, as: partitions)
            if let error = row.result.failure { complain(error, of: row.partition, context) }
        }
        let failures = rows.compactMap(\.result.failure)
        if let reason = failures.lazy.compactMap(\.reason).first { context.error.line("\(context.invocation.program): cannot reach the cluster: \(reason)") }
        return .of(failures.map(\.exit), among: rows.count)
    }

    /// Kafka tells a failure on standard output alone.
    private static func complain(_ error: ClientError, of partition: TopicPartition, _ context: ToolContext) {
        let isTold = context.invocation.isKafkaName && context.report.isText
        let text = "\(context.invocation.program): partition \(partition): \(error.message)"
        context.complain(ToolError(error, message: isTold ? "" : text).onOutput("partition: \(partition)\terror: \(error.javaDescription)"))
    }

    /// A failure of the whole call is one of each partition, as Kafka tells it.
    private static func delete(_ offsets: [TopicPartition: Int64], _ admin: Admin) throws(ClientError) -> [TopicPartition: Result<Int64, ClientError>] {
        do throws(ClientError) {
            return try admin.deleteRecords(before: offsets)
        } catch {
            if error.kind == .interrupted || error.kind == .configuration { throw error }
            return offsets.mapValues { _ in .failure(error) }
        }
    }
}

extension ToolContext {
    /// The text of a file that an option names.
    func readText(_ path: String) throws(ToolError) -> String {
        do {
            return String(decoding: try readFile(path), as: UTF8.self)
        } catch {
            throw ToolError.invalid("Unable to read file \(path): \(error.reason)")
        }
    }
}
