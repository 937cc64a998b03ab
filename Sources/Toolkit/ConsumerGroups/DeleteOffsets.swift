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
        return failures.isEmpty && first == nil ? .done : .failed
    }

    private func printVerdict(_ group: String, _ failure: ClientError?) {
        switch failure?.code {
        case nil: run.context.output.line("Request succeeded for deleting offsets from group \(group).")
        case .groupSubscribedToTopic?, .topicAuthorizationFailed?, .unknownTopicOrPartition?:
            run.printError("Encountered some partition-level error, see the follow-up details.")
        case .invalidGroupId?, .groupIdNotFound?, .groupAuthorizationFailed?, .nonEmptyGroup?: run.printError(failure?.message ?? "")
        case .some(let code): run.printError("Encountered some unknown error: \(code.name)")
        }
    }

    private func printTable(_ partitions: [TopicPartition], _ failures: [TopicPartition: ClientError]) {
        let width = max(15, partitions.map(\.topic.utf16.count).max() ?? 0)
        var text = "\n" + Table.row(["TOPIC", "PARTITION", "STATUS"], widths: [width, 10, 15], trailing: false)
        // Kafka sorts by the text of topic and number.
        let sorted = partitions.sorted { ($0.topic + String($0.partition)) < ($1.topic + String($1.partition)) }
        for partition in sorted {
            let status = failures[partition].map { "Error: \($0.javaDescription)" } ?? "Successful"
            let number = partition.partition < 0 ? "-" : String(partition.partition)
            text += "\n" + Table.row([partition.topic, number, status], widths: [width, 10, 15], trailing: false)
        }
        run.context.output.line(text)
    }
}
