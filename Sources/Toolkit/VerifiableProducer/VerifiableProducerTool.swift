import KafkaClient

/// `ottla verifiable-producer`, Kafka's `kafka-verifiable-producer`: sends 0, 1, 2 and so on, and says of each whether it is written.
enum VerifiableProducerTool {
    static let tool = Tool(command) { context in
        try VerifiableProducerRun(context, try VerifiableProducerSettings(context)).run()
    }

    static let command = Command(
        name: "verifiable-producer", kafkaName: "kafka-verifiable-producer",
        purpose: "Send increasing numbers to a topic and print what became of each, as JSON lines.",
        dialect: .argparse,
        options: [
            .bootstrapServer,
            Option("topic", value: .required("name"), help: "The topic to send to", required: true, completion: .topic),
            Option("max-messages", value: .required("count"), help: "How many records to send; -1: until a signal comes", default: "-1"),
            Option("throughput", value: .required("rate"), help: "Records a second, about; negative for as many as possible", default: "-1"),
            Option(
                "acks", value: .required("acks"), help: "Replicas that must have a record: 0, 1 or -1 for all in sync", default: "-1",
                completion: .words(["0", "1", "-1"])),
            Option("command-config", "producer.config", value: .required("file"), help: "A file of producer properties", completion: .file),
            Option("message-create-time", value: .required("ms"), help: "The first record's timestamp, in milliseconds since 1970", default: "-1"),
            Option("value-prefix", value: .required("number"), help: "Put this number and a dot before each value"),
            Option("repeating-keys", value: .required("count"), help: "Give records the keys 0, 1, 2 and so on, and 0 again after so many"),
        ],
        notes: [
            "Events: startup_complete; producer_send_success with key, value, offset, topic and partition; producer_send_error with exception and message; "
                + "shutdown_complete; tool_data with the numbers of records sent and acknowledged.",
            "A record is not tried again (retries=0) unless the file says otherwise. A signal ends the sending; what was sent before it is waited for.",
        ],
        examples: ["--bootstrap-server localhost:9092 --topic numbers --max-messages 1000 --throughput 100"], helpSucceeds: .bare)
}

/// What a call asks for.
struct VerifiableProducerSettings {
    let topic: String
    /// Nil: no end.
    let count: Int64?
    let throughput: Int32
    let createTimeMs: Int64?
    let valuePrefix: Int32?
    let repeatingKeys: Int32?
    let client: ClientConfig
    let producer: ProducerConfig

    init(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        try options.requireOne(ofGroup: "bootstrap-server")
        topic = try options.requiredString("topic")
        let count = try options.convert("max-messages", "Integer") { Int32(java: $0) } ?? -1
        self.count = count < 0 ? nil : Int64(count)
        throughput = try options.convert("throughput", "Integer") { Int32(java: $0) } ?? -1
        let acks = try options.convert("acks", "Integer") { Int32(java: $0) } ?? -1
        guard (-1...1).contains(acks) else { throw .usage("argument --acks: invalid choice: '\(acks)' (choose from '0', '1', '-1')") }
        createTimeMs = try options.convert("message-create-time", "Long") { Int64(java: $0) }.flatMap { $0 == -1 ? nil : $0 }
        valuePrefix = try options.convert("value-prefix", "Integer") { Int32(java: $0) }
        repeatingKeys = try options.convert("repeating-keys", "Integer") { Int32(java: $0) }
        // What the file says wins over the tool's own settings.
        var properties = try context.verifiableProperties(older: "producer.config")
        properties.merge(["acks": "\(acks)", "retries": "0"]) { given, _ in given }
        properties = try context.resolved(properties, of: .producer)
        do throws(ClientError) {
            producer = try ProducerConfig(properties: properties)
            var client = try ClientConfig(bootstrap: try? options.string("bootstrap-server"), properties: properties, clientId: "producer-1")
            // A broker that is down comes back: records wait for it as long as they may.
            client.unreachableAfterMs = producer.maxBlockMs
            self.client = client
        } catch {
            throw ToolError(error, message: error.message)
        }
    }
}
