/// `ottla consumer-perf-test`, Kafka's `kafka-consumer-perf-test`: how many records a second a consumer reads.
enum ConsumerPerfTool {
    static let tool = Tool(command) { context in
        let options = context.options
        try options.requirePresent("bootstrap-server")
        try options.requireExactlyOne(of: "topic", "include")
        if options.spellings("num-records").count != 1 {
            throw ToolError.usage("Exactly one of the following arguments is required: [messages], [num-records]")
        }
        if options.spellings("command-config").count > 1 {
            throw ToolError.usage("Option \"[consumer.config]\" can't be used with option \"[command-config]\"")
        }
        for (old, new) in [("messages", "num-records"), ("consumer.config", "command-config")] {
            context.notice("Warning: --\(old) is deprecated. Use --\(new) instead.", if: options.spellings(new).contains(old))
        }
        let isDetailed = options.has("show-detailed-stats")
        if !options.has("hide-header") { context.report.decorate(isDetailed ? ConsumptionRow.intervalHeading : ConsumptionRow.summaryHeading) }
        return try ConsumerPerfRun(context, try ConsumerPerfSettings(context)).run()
    }

    static let command = Command(
        name: "consumer-perf-test", kafkaName: "kafka-consumer-perf-test", purpose: "Read records as fast as they come, and print rates.",
        options: connection + running + printing,
        sections: [ConsumptionRow.summaries.section, ConsumptionRow.intervals.section, MetricRow.metrics.section],
        notes: [
            "Reading ends after --num-records and what came with the last of them (max.poll.records, 500), or when none came for --timeout: then a warning says "
                + "so, and what was in the way is a failure. A megabyte is 2^20 bytes of keys and values.",
            "rebalance.time.ms is the time until the group gave partitions; fetch.time.ms is the rest. With --show-detailed-stats there is a row an interval "
                + "and none for the whole run.",
            "--print-metrics shows those of Kafka's consumer metrics that follow from what was read.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic load --num-records 1000000",
            "--bootstrap-server localhost:9092 --include 'load.*' --num-records 1000000 --show-detailed-stats --reporting-interval 1000",
        ])

    private static let connection: [Option] = [
        .bootstrapServer,
        Option("topic", value: .required("name"), help: "The topic to read", completion: .topic),
        Option("include", value: .required("regex"), help: "Read every topic whose whole name matches this Java regular expression"),
        Option("group", value: .required("group"), help: "The consumer group to read in; a random one if none is given", completion: .group),
        Option("command-property", value: .required("key=value"), help: "A property of the consumer", repeatable: true),
        Option(
            "command-config", "consumer.config", value: .required("file"), help: "A file of consumer properties; --command-property wins over it",
            completion: .file),
    ]

    private static let running: [Option] = [
        Option("num-records", "messages", value: .required("count"), help: "How many records to read"),
        Option("timeout", value: .optional("ms"), help: "Stop when no record came for this long", default: "10000"),
        Option("from-latest", help: "Start with new records where the group has no committed offset, instead of the oldest"),
        Option("fetch-size", value: .required("bytes"), help: "The most that a fetch may bring of one partition", default: "1048576"),
        Option("socket-buffer-size", value: .required("bytes"), help: "The socket's receive buffer; the system sizes it if none is given"),
    ]

    private static let printing: [Option] = [
        Option("show-detailed-stats", help: "Print a row for every reporting interval"),
        Option("reporting-interval", value: .required("ms"), help: "The time between the rows of --show-detailed-stats", default: "5000"),
        Option(
            "date-format", value: .required("pattern"), help: "How times are printed, a pattern of Java's SimpleDateFormat", default: "yyyy-MM-dd HH:mm:ss:SSS"),
        Option("hide-header", help: "Leave out the heading"),
        Option("print-metrics", help: "Print metrics of the consumer at the end"),
    ]
}
