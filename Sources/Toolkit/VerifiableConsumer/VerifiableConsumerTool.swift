import KafkaClient

/// `ottla verifiable-consumer`, Kafka's `kafka-verifiable-consumer`: reads a topic as a member of a group and says what it was given, read and committed.
enum VerifiableConsumerTool {
    static let tool = Tool(command) { context in
        try VerifiableConsumerRun(context, try VerifiableConsumerSettings(context)).run()
    }

    static let command = Command(
        name: "verifiable-consumer", kafkaName: "kafka-verifiable-consumer",
        purpose: "Read a topic as a member of a group and print rebalances, what was read and what was committed, as JSON lines.",
        dialect: .argparse,
        options: [
            Option("bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them", required: true),
            Option("topic", value: .required("name"), help: "The topic to read", required: true, completion: .topic),
            Option("group-id", value: .required("group"), help: "The consumer group", required: true, completion: .group),
            Option("group-instance-id", value: .required("id"), help: "The name of a static member"),
            Option(
                "group-protocol", value: .required("protocol"), help: "classic, or consumer (KIP-848)", default: "classic",
                completion: .words(["classic", "consumer"])),
            Option("group-remote-assignor", value: .required("name"), help: "The broker's assignor, with --group-protocol consumer"),
            Option(
                "assignment-strategy", value: .required("class"), help: "The members' assignor, with --group-protocol classic",
                default: "org.apache.kafka.clients.consumer.RangeAssignor"),
            Option("session-timeout", value: .required("ms"), help: "The time after which a silent member is taken for dead (classic)"),
            Option("max-messages", value: .required("count"), help: "Stop after so many records; -1: when a signal comes", default: "-1"),
            Option("verbose", help: "Print every record"),
            Option("enable-autocommit", help: "Commit now and then instead of after every read"),
            Option(
                "reset-policy", value: .required("policy"), help: "Where to start without a committed offset: earliest, latest or none", default: "earliest",
                completion: .words(["earliest", "latest", "none"])),
            Option("command-config", "consumer.config", value: .required("file"), help: "A file of consumer properties", completion: .file),
        ],
        notes: [
            "Events: startup_complete; partitions_assigned and partitions_revoked; record_data with --verbose; records_consumed with the numbers and offsets of "
                + "what was read; offsets_committed with success, and the error if there was one; shutdown_requested and shutdown_complete.",
            "A record counts as read, and is committed, only up to --max-messages.",
        ],
        examples: ["--bootstrap-server localhost:9092 --topic numbers --group-id check --max-messages 1000 --verbose"], helpSucceeds: .bare)
}

/// What a call asks for.
struct VerifiableConsumerSettings {
    let topic: String
    /// Nil: no end.
    let count: Int64?
    let isVerbose: Bool
    let commitsAutomatically: Bool
    let client: ClientConfig
    let consumer: ConsumerConfig

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        topic = try options.requiredString("topic")
        let count = try options.convert("max-messages", "Integer") { Int32(java: $0) } ?? -1
        self.count = count < 0 ? nil : Int64(count)
        isVerbose = options.has("verbose")
        commitsAutomatically = options.has("enable-autocommit")
        var properties = try context.verifiableProperties(older: "consumer.config")
        let groupProtocol = try options.requiredString("group-protocol")
        properties["group.protocol"] = groupProtocol
        if groupProtocol.lowercased() == "consumer" {
            if let assignor = try options.string("group-remote-assignor") { properties["group.remote.assignor"] = assignor }
        } else {
            properties["partition.assignment.strategy"] = try options.string("assignment-strategy")
        }
        if let timeout = try options.convert("session-timeout", "Integer", { Int32(java: $0) }) { properties["session.timeout.ms"] = "\(timeout)" }
        properties["group.id"] = try options.requiredString("group-id")
        if let instance = try options.string("group-instance-id") { properties["group.instance.id"] = instance }
        properties["enable.auto.commit"] = commitsAutomatically ? "true" : "false"
        properties["auto.offset.reset"] = try options.string("reset-policy")
        properties = try context.resolved(properties, of: .consumer)
        do throws(ClientError) {
            consumer = try ConsumerConfig(properties: properties)
            var client = try ClientConfig(
                bootstrap: try? options.string("bootstrap-server"), properties: properties,
                clientId: "consumer-\(consumer.groupId ?? "")-\(consumer.groupInstanceId ?? "1")")
            client.separatesCoordinatorConnections = true
            // Like Kafka's, it waits for a cluster that is not there yet.
            client.unreachableAfterMs = Int(Int32.max)
            self.client = client
        } catch {
            throw ToolError(error, message: error.message)
        }
    }
}
