import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--delete-offsets`: removes a group's committed offsets of some topics or partitions.
struct DeleteOffsets {
    let run: GroupRun

    func perform() throws -> ExitCode {
        let options = run.context.options
        guard let group = try options.string("group") else { throw ToolError.usage("Missing required argument \"[group]\"") }
        let selection = try TopicSelection(options.all("topic"))
        var failures: [TopicPartition: ClientError] = [:]
        var partitions = selection.partitions
        let topics = try run.wrappingExecution { () throws(ClientError) in try run.admin.describeTopics(selection.wholeTopics) }
        for topic in selection.wholeTopics {
            switch topics[topic] ?? .failure(ClientError(code: .unknownTopicOrPartition)) {
            case .success(let found): partitions += found.partitions.map { TopicPartition(topic, $0.index) }
            // -1 stands for the topic as a whole.
            case .failure(let error): failures[TopicPartition(topic, -1)] = error
            }
        }
        partitions = Set(partitions).sorted()
        var first: ClientError?
        do throws(ClientError) {
            let refused = try run.admin.deleteOffsets(of: group, partitions)
            failures.merge(refused) { old, _ in old }
            first = partitions.lazy.compactMap { refused[$0] }.first
        } catch {
            if error.kind != .broker { throw GroupFailure.of(error, text: error.message) }
            first = error
            for partition in partitions { failures[partition] = error }
        }
        printVerdict(group, first)
        printTable(Array(Set(partitions).union(failures.keys.filter { $0.partition < 0 })), failures)
        return .of(failures.values.map(\.exit), among: Set(partitions).count)
    }

    private func printVerdict(_ group: String, _ failure: ClientError?) {
        switch failure?.code {
        case nil: run.context.report.say("Request succeeded for deleting offsets from group \(group).")
        case .groupSubscribedToTopic?, .topicAuthorizationFailed?, .unknownTopicOrPartition?:
            run.printError("Encountered some partition-level error, see the follow-up details.")
        case .some(let code) where [.invalidGroupId, .groupIdNotFound, .groupAuthorizationFailed, .nonEmptyGroup].contains(code): run.printError(code.message)
        case .some(let code): run.printError("Encountered some unknown error: \(code.name)")
        }
    }

    /// What became of an offset, or of a topic that is not there.
    struct Row {
        let partition: TopicPartition
        let failure: ClientError?
    }

    static let offsets = Shape<Row>(
        "deletedOffsets", "a partition whose offset was to be deleted", text: .table(.afterEmptyLine),
        [
            Column("topic", "topic", heading: "TOPIC", width: .least(15)) { $0.partition.topic },
            Column("partition", "number of the partition; null for a topic that cannot be described", heading: "PARTITION", width: .fixed(10)) {
                $0.partition.partition < 0 ? nil : $0.partition.partition
            },
            Column(
                "error", "why the offset is not gone", heading: "STATUS", width: .fixed(15),
                cell: { $0.failure.map { "Error: \($0.javaDescription)" } ?? "Successful" }
            ) { $0.failure?.javaDescription },
        ])

    private func printTable(_ partitions: [TopicPartition], _ failures: [TopicPartition: ClientError]) {
        // Kafka sorts by the text of topic and number.
        let sorted = partitions.sorted { ($0.topic + String($0.partition)) < ($1.topic + String($1.partition)) }
        run.context.report.add(sorted.map { Row(partition: $0, failure: failures[$0]) }, as: Self.offsets)
    }
}
