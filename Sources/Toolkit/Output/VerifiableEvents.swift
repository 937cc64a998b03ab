import KafkaProtocol
import Vocabulary

/// The events of the verifiable clients: an object a line on standard output, as Kafka's system tests read them.
struct VerifiableEvents {
    private let context: ToolContext

    init(_ context: ToolContext) { self.context = context }

    /// Writes an event. What is written leaves when the client waits, or the buffer is full; see `flush`.
    func write(_ name: String, _ members: [JSONValue.Member] = []) {
        let head = [JSONValue.Member("timestamp", .int(context.wallClockMs)), JSONValue.Member("name", .string(name))]
        context.output.line(JSONValue.object(head + members).text)
    }

    /// Lets whoever reads see everything written so far.
    func flush() { context.output.flush() }

    /// `{"topic":"t","partition":0}` for each.
    static func list(_ partitions: [TopicPartition]) -> JSONValue { .array(partitions.map(\.json)) }
}

extension ToolContext {
    /// Properties of a client from `--command-config`, or its older name that still works and that Kafka's tool remarks on.
    func verifiableProperties(older: String) throws(ToolError) -> [String: String] {
        if options.spellings("command-config").count > 1 {
            throw .usage("Options --\(older) and --command-config are mutually exclusive.")
        }
        notice(
            "Option --\(older) has been deprecated and will be removed in a future version. Use --command-config instead.",
            if: options.spellings("command-config").contains(older))
        return try properties(file: "command-config")
    }
}
