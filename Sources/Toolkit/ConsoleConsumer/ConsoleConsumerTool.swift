/// `console-consumer`: options and dispatch.
public enum ConsoleConsumerTool {
    /// The tool.
    public static let tool = Tool(command) { context in
        let settings = try ConsoleConsumerSettings(context)
        return try ConsoleConsumerRun(settings, context).run()
    }

    static let command = Command(
        name: "console-consumer", kafkaName: "kafka-console-consumer",
        purpose: "Print the records of topics on standard output.",
        options: [
            Option("bootstrap-server", value: .required("host:port,..."), help: "The brokers to connect to first; required"),
            Option("topic", value: .required("name"), help: "The topic to read", completion: .topic),
            Option("include", "whitelist", value: .required("regex"), help: "Read every topic whose whole name matches this Java regular expression"),
            Option("partition", value: .required("number"), help: "Read only this partition, from its end unless --offset or --from-beginning says otherwise"),
            Option(
                "offset", value: .required("offset"), help: "Where to start in the partition: an offset, 'earliest' or 'latest'", default: "latest",
                completion: .words(["earliest", "latest"])),
            Option("from-beginning", help: "Start with the oldest record where the group has no committed offset, instead of with new records"),
            Option("group", value: .required("group"), help: "Read as a member of this consumer group, and commit", completion: .group),
            Option("max-messages", value: .required("count"), help: "Stop after this many records"),
            Option("timeout-ms", value: .required("ms"), help: "Stop when no record came for this long"),
            Option(
                "formatter", value: .required("class"), help: "How records are printed", default: MessageFormatters.defaultName,
                completion: .words(MessageFormatters.names)),
            Option(
                "formatter-property", "property", value: .required("key=value"),
                help: "A property of the formatter: print.timestamp, print.partition, print.offset, print.delivery, print.epoch, print.headers, print.key, "
                    + "print.value (true or false), key.separator, line.separator, headers.separator, null.literal, key.deserializer, value.deserializer, "
                    + "headers.deserializer",
                repeatable: true, completion: .setting(.formatter)),
            Option(
                "formatter-config", value: .required("file"), help: "A file of formatter properties; --formatter-property wins over it", completion: .file),
            Option(
                "command-property", "consumer-property", value: .required("key=value"), help: "A property of the consumer", repeatable: true,
                completion: .setting(.consumer)),
            Option(
                "command-config", "consumer.config", value: .required("file"), help: "A file of consumer properties; --command-property wins over it",
                completion: .file),
            Option("key-deserializer", value: .required("class"), help: "The Java class that turns keys into text", completion: .words(Deserializers.names)),
            Option(
                "value-deserializer", value: .required("class"), help: "The Java class that turns values into text", completion: .words(Deserializers.names)),
            Option(
                "isolation-level", value: .required("level"), help: "read_committed leaves out records of transactions that were not committed",
                default: "read_uncommitted", completion: .words(["read_committed", "read_uncommitted"])),
            Option("skip-message-on-error", help: "Go on with the next record when one cannot be printed"),
            Option("enable-systest-events", help: "Print 'shutdown_complete' at the end, for Kafka's system tests"),
        ],
        sections: [RecordRow.records.section],
        notes: [
            "With --output jsonl each record is an object with everything that it has, which console-producer --input jsonl reads: null stays null, and bytes "
                + "that are not UTF-8 are written in base64.",
            "Without --group the records are read in a group of a random name, and nothing is committed. With it, the offset committed at the end is one past "
                + "the last record printed.",
            "What keeps records from coming (an address that does not answer, a topic, partition or coordinator that is not there) is told on standard "
                + "error once it has lasted two seconds, and when --timeout-ms is over.",
            "Exit code 0 after --max-messages, after --timeout-ms and when the reader of the output has gone away; 130 and 143 after Ctrl-C and SIGTERM; "
                + "1 for every failure, also when --timeout-ms is over and nothing could be read from.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic orders --from-beginning",
            "--bootstrap-server localhost:9092 --topic orders --group billing --formatter-property print.key=true --max-messages 10",
            "--bootstrap-server localhost:9092 --topic orders --partition 0 --offset 42 --timeout-ms 1000",
        ])
}
