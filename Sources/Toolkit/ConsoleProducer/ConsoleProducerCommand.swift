// The option table of `kafka-console-producer`, newer and older names alike.
extension ConsoleProducerTool {
    static let defaultReader = "org.apache.kafka.tools.LineMessageReader"

    static let command = Command(
        name: "console-producer", kafkaName: "kafka-console-producer", purpose: "Send lines of standard input to a topic, one record a line.",
        options: connectionOptions + readerOptions + sendingOptions,
        notes: [
            "Reader properties and their defaults: parse.key=false, key.separator=TAB, parse.headers=false, headers.delimiter=TAB, headers.separator=, "
                + "(a Java regular expression), headers.key.separator=:, ignore.error=false, null.marker (unset): a field equal to it becomes null.",
            "A line is laid out as [headers headers.delimiter] [key key.separator] value. An empty line is a record with an empty value.",
            "With --input jsonl a line is an object: value (a string, null, or {\"base64\":TEXT}), and if wanted key, headers (a list of key and value), timestampMs "
                + "and, with --keep-partition, partition. Other members are left alone.",
            "Exit code 0 means that every line was written to the topic; 1 that some were not, with the reason on standard error.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic orders",
            "--bootstrap-server localhost:9092 --topic orders --reader-property parse.key=true --reader-property key.separator=:",
            "--bootstrap-server localhost:9092 --topic copy --input jsonl < records.jsonl",
        ])

    private static let connectionOptions: [Option] = [
        Option("bootstrap-server", "broker-list", value: .required("host:port"), help: "Servers to connect to, separated by commas"),
        Option("topic", value: .required("name"), help: "The topic to send records to", completion: .topic),
        Option("command-config", "producer.config", value: .required("file"), help: "A file of producer properties", completion: .file),
        Option(
            "command-property", "producer-property", value: .required("key=value"), help: "A producer property", repeatable: true,
            completion: .setting(.producer)),
    ]

    private static let readerOptions: [Option] = [
        Option(
            "input", value: .required("format"), help: "What lines are: text for the line reader, or records as console-consumer --output jsonl prints them",
            default: "text", completion: .words(["text", "jsonl"])),
        Option("keep-partition", help: "With --input jsonl: send records to the partitions that they name", availableIf: ["input"]),
        Option("line-reader", value: .required("class"), help: "The class that reads lines; only Kafka's own is known", default: defaultReader),
        Option(
            "reader-property", "property", value: .required("key=value"), help: "A property of the line reader", repeatable: true,
            completion: .setting(.lineReader)),
        Option("reader-config", value: .required("file"), help: "A file of line reader properties", completion: .file),
    ]

    private static let sendingOptions: [Option] = [
        Option("sync", help: "Wait for each record to be written before the next line is read"),
        Option(
            "compression-codec", value: .optional("codec"), help: "none, gzip, snappy, lz4 or zstd; gzip when no value follows",
            completion: .words(["none", "gzip", "snappy", "lz4", "zstd"])),
        Option("timeout", value: .required("ms"), help: "How long a record may wait for others to share its batch (linger.ms)", default: "1000"),
        Option(
            "request-required-acks", value: .required("acks"), help: "Replicas that must have a record: 0, 1, -1 or all (acks)", default: "-1",
            completion: .words(["0", "1", "-1", "all"])),
        Option("request-timeout-ms", value: .required("ms"), help: "How long an answer may take (request.timeout.ms)", default: "1500"),
        Option("message-send-max-retries", value: .required("count"), help: "How often a batch is tried again (retries)", default: "3"),
        Option("retry-backoff-ms", value: .required("ms"), help: "The pause before the first retry (retry.backoff.ms)", default: "100"),
        Option("socket-buffer-size", value: .required("bytes"), help: "The socket's send buffer (send.buffer.bytes)", default: "102400"),
        Option("max-memory-bytes", value: .required("bytes"), help: "Memory for records that wait (buffer.memory)", default: "33554432"),
        Option("batch-size", value: .required("bytes"), help: "The size of a batch (batch.size)", default: "16384"),
        Option("max-partition-memory-bytes", value: .required("bytes"), help: "The older name of --batch-size", default: "16384"),
        Option("metadata-expiry-ms", value: .required("ms"), help: "The age at which metadata is refreshed (metadata.max.age.ms)", default: "300000"),
        Option(
            "max-block-ms", value: .required("ms"), help: "How long a record may wait for the topic or for memory (max.block.ms)", default: "60000"),
    ]
}
