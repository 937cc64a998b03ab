import Host
import KafkaProtocol
import LogStorage

/// `kafka-dump-log`: what the files of a data directory hold. It reads the files alone, whoever wrote them and whether or not a broker runs on them.
enum DumpLogTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "dump-log", kafkaName: "kafka-dump-log", purpose: "Show what the files of a data directory hold: batches, records, indexes, snapshots.",
        options: [
            Option(
                "files", value: .required("file,..."),
                help: "Files to show: .log, .index, .timeindex, .txnindex, .snapshot (producers) and .checkpoint (metadata)", completion: .file),
            Option("print-data-log", help: "Show keys and values of records; any decoder option does the same"),
            Option("deep-iteration", help: "Show each record of a batch; --print-data-log does the same"),
            Option("skip-record-metadata", help: "Show keys and values without offsets, timestamps and sizes, and nothing of control records"),
            Option("max-bytes", value: .required("bytes"), help: "Read no more than this much of a .log file", default: "\(Int32.max)"),
            Option(
                "max-message-size", value: .required("bytes"), help: "The largest batch to look for where an index points to", default: "\(5 << 20)"),
            Option("verify-index-only", help: "Compare indexes with their log without showing the entries"),
            Option("index-sanity-check", help: "Only ask whether an index would be rebuilt when a broker starts on it"),
            decoder("key"), decoder("value"), Option("offsets-decoder", help: "Read records as those of __consumer_offsets"),
            Option("transaction-log-decoder", help: "Read records as those of __transaction_state"),
            Option("share-group-state-decoder", help: "Read records as those of __share_group_state"),
            Option("cluster-metadata-decoder", help: "Read records as those of __cluster_metadata, in a .log or a .checkpoint file"),
            Option("remote-log-metadata-decoder", help: "Read records as those of __remote_log_metadata"),
        ],
        sections: [
            DumpedFile.files.section, BatchRow.batches.section, DumpedRecord.records.section, OffsetIndexDump.entries.section,
            TimeIndexDump.entries.section, ProducerSnapshotDump.producers.section, TransactionIndexDump.transactions.section, Mismatch.mismatches.section,
        ],
        notes: [
            "isvalid says whether a batch has the checksum that it claims. Offsets that do not follow each other are told on standard error; a compacted log has "
                + "such gaps, and they are no failure.",
            "An index of the segment that a broker appends to may have no entries yet. Kafka's brokers fill it with zeros ahead of use, which are shown as one "
                + "entry of offset and position 0 (or timestamp 0); Ottla's write it when the segment is full or the broker stops.",
            "The exit code is not 0 when a file cannot be read, is of no known kind, is damaged, or when an index does not agree with its log; Kafka's own tool "
                + "exits with 0 for most of that.",
            "--key-decoder-class and --value-decoder-class take the decoders of Kafka's tools (String, Integer, Long, Default) and the deserializers of its "
                + "clients library (org.apache.kafka.common.serialization.UUIDDeserializer and others).",
            "--output json builds one document of everything; take jsonl for large files.",
        ],
        examples: [
            "--files /var/lib/kafka/orders-0/00000000000000000000.log --print-data-log",
            "--files /var/lib/kafka/__consumer_offsets-12/00000000000000000000.log --offsets-decoder",
            "--files /var/lib/kafka/__cluster_metadata-0/00000000000000000000.log --cluster-metadata-decoder --skip-record-metadata",
            "--files /var/lib/kafka/orders-0/00000000000000000000.index --verify-index-only",
        ])

    private static func decoder(_ part: String) -> Option {
        Option(
            "\(part)-decoder-class", value: .optional("class"), help: "Java class whose way of reading a \(part) is meant",
            default: "org.apache.kafka.tools.api.StringDecoder", completion: .words(ClassDecoder.names))
    }

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        try options.requirePresent("files")
        return try DumpLog(context: context, disk: FileDisk(readsOnly: true), limits: DumpLimits(options)).perform(list(options.requiredString("files")))
    }

    /// As Java splits: empty words at the end do not count, but a text without any comma is one word.
    private static func list(_ text: String) -> [String] {
        var words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if words.count > 1 { while words.last == "" { words.removeLast() } }
        return words
    }
}

/// How much of files is read.
struct DumpLimits {
    /// Of a data file, in bytes.
    let maxBytes: Int
    /// Whether that is what was asked for, so that bytes behind the last batch mean nothing.
    let isPartial: Bool
    /// The largest batch that an index entry may point to, in bytes.
    let maxMessageSize: Int

    init(_ options: ParsedOptions) throws(ToolError) {
        let bytes = try options.int("max-bytes") ?? .max
        guard bytes >= 0 else { throw ToolError.invalid("--max-bytes is \(bytes); it must not be negative") }
        let size = try options.int("max-message-size") ?? .max
        guard size >= 0 else { throw ToolError.invalid("--max-message-size is \(size); it must not be negative") }
        (maxBytes, isPartial, maxMessageSize) = (Int(bytes), bytes < .max, Int(size))
    }
}
