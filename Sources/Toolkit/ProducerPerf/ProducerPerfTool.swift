/// `ottla producer-perf-test`, Kafka's `kafka-producer-perf-test`: how many records a second a producer gets written, and how long each takes.
enum ProducerPerfTool {
    static let tool = Tool(command) { context in
        let settings = try ProducerPerfSettings(context)
        return try ProducerPerfRun(context, settings).run()
    }

    static let command = Command(
        name: "producer-perf-test", kafkaName: "kafka-producer-perf-test",
        purpose: "Send records as fast as they are taken, or at a given rate, and print rates and latencies.",
        dialect: .argparse, options: connection + records + running,
        sections: [SendRates.intervals.section, SendSummary.summaries.section, MetricRow.metrics.section],
        notes: [
            "Random values are the letters A to Z and the same in every run, byte for byte those of Kafka's tool for the first 4 MiB; then they come again.",
            "A latency is the time from handing a record to the producer until its acknowledgement is read, in whole milliseconds. The percentiles are of all "
                + "records. A megabyte is 2^20 bytes of values.",
            "With --transactional-id or --transaction-duration-ms (or transactional.id as a property) the records go in transactions of that duration, 3 seconds "
                + "if nothing else is said. A signal ends the run: what was sent is counted, and an open transaction is aborted.",
            "--print-metrics shows those of Kafka's producer metrics that follow from the batches of the run.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic load --num-records 1000000 --record-size 100 --throughput -1",
            "--bootstrap-server localhost:9092 --topic load --num-records 60000 --record-size 1024 --throughput 1000 --command-property acks=1 linger.ms=20",
            "--bootstrap-server localhost:9092 --topic load --num-records 500 --payload-file lines.txt --throughput 50 --transaction-duration-ms 1000",
        ], helpSucceeds: .bare)

    private static let connection: [Option] = [
        .bootstrapServer,
        Option("topic", value: .required("name"), help: "The topic to send to", required: true, completion: .topic),
        Option("command-config", "producer.config", value: .required("file"), help: "A file of producer properties", completion: .file),
        Option(
            "command-property", "producer-props", value: .required("key=value"), help: "Producer properties; they win over those of the file",
            repeatable: true, several: true),
    ]

    private static let records: [Option] = [
        Option("num-records", value: .required("count"), help: "How many records to send", required: true),
        Option("record-size", value: .required("bytes"), help: "The size of a record's value; this, --payload-file or --payload-monotonic is needed"),
        Option("payload-file", value: .required("file"), help: "Choose values by chance from those in this file", completion: .file),
        Option("payload-monotonic", help: "The values are 0, 1, 2 and so on"),
        Option(
            "payload-delimiter", value: .required("regex"), help: "What stands between the values in --payload-file, a Java regular expression",
            default: "\\n"),
    ]

    private static let running: [Option] = [
        Option("throughput", value: .required("rate"), help: "Records a second, about; -1 for as many as possible", required: true),
        Option("warmup-records", value: .required("count"), help: "Leave so many first records out of a second summary", default: "0"),
        Option("reporting-interval", value: .required("ms"), help: "The time between lines of progress", default: "5000"),
        Option("transactional-id", value: .required("id"), help: "Send in transactions, under this id", completion: .transactionalId),
        Option("transaction-duration-ms", value: .required("ms"), help: "Send in transactions, and commit when one is this old"),
        Option("print-metrics", help: "Print metrics of the producer at the end"),
    ]
}
