import KafkaClient
import Pattern
import Vocabulary

/// One run: members out, offsets back, internal topics gone.
struct StreamsReset {
    let context: ToolContext
    let admin: Admin
    let request: StreamsResetRequest

    /// How often members are looked at again that had left before they could be removed.
    private static let removals = 3

    func perform() throws -> ExitCode {
        try removeMembers()
        let topics = try admin.listTopics(includesInternal: false).map(\.name)
        if request.isDry { context.report.say("----Dry run displays the actions which will be performed when running Streams Reset Tool----") }
        let missing = try resetOffsets(topics)
        try deleteInternalTopics(topics)
        return missing
    }

    // MARK: Members

    private func removeMembers() throws {
        var admin = admin
        admin.timeoutMs = 10_000
        for attempt in 0... {
            let members: [GroupDescription.Member]
            switch admin.describeConsumerGroups([request.group])[request.group] {
            case .success(let group)?: members = group.members
            case .failure(let error)? where error.code == .groupIdNotFound: return
            case .failure(let error)?: throw error
            case nil: return
            }
            if members.isEmpty { return }
            guard request.isForced else {
                throw ToolError(
                    "Consumer group '\(request.group)' is still active and has following members: \(members.map(\.memberId).sorted().joined(separator: ", ")). "
                        + "Make sure to stop all running application instances before running the reset tool. You can use option '--force' to remove active members "
                        + "from the group.")
            }
            context.report.say("Force deleting all active members in the group: \(request.group)")
            let failures = try admin.removeMembers(members, from: request.group, reason: "member was removed by an admin")
            guard let failure = failures.min(by: { $0.key < $1.key })?.value else { return }
            // It may have left on its own.
            if failure.code != .unknownMemberId || attempt >= Self.removals { throw failure }
        }
    }

    // MARK: Offsets

    /// A partition's new offset.
    struct NewOffset: Sendable {
        let partition: TopicPartition
        let offset: Int64
        let isIntermediate: Bool
    }

    static let offsets = Shape<NewOffset>(
        "offsets", "a partition and the offset that the application will read from",
        text: .lines { row in
            row.isIntermediate ? nil : "Topic: \(row.partition.topic) Partition: \(row.partition.partition) Offset: \(row.offset)"
        },
        [
            Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition },
            Column("offset", "new offset") { $0.offset },
            Column("isIntermediate", "whether it is the end of an intermediate topic") { $0.isIntermediate },
        ])

    /// - Returns: `.notFound` when a topic that was named is not there.
    private func resetOffsets(_ topics: [String]) throws -> ExitCode {
        if request.inputTopics.isEmpty && request.intermediateTopics.isEmpty {
            context.report.say("No input or intermediate topics specified. Skipping seek.")
            return .done
        }
        context.notice(
            "WARN: `--intermediate-topics` is deprecated and will be removed in a future release", if: context.options.has("intermediate-topics"))
        if !request.inputTopics.isEmpty { context.report.say("Reset-offsets for input topics \(Self.list(request.inputTopics))") }
        if !request.intermediateTopics.isEmpty { context.report.say("Seek-to-end for intermediate topics \(Self.list(request.intermediateTopics))") }
        let known = Set(topics)
        let missing =
            sayMissing(request.inputTopics.filter { !known.contains($0) }, "input", "Topic: ")
            + sayMissing(request.intermediateTopics.filter { !known.contains($0) }, "intermediate", "Topic:")
        let verdict = ExitCode.of(missing.map { _ in .notFound }, among: request.inputTopics.count + request.intermediateTopics.count)
        let input = Set(request.inputTopics).intersection(known)
        let intermediate = Set(request.intermediateTopics).intersection(known).subtracting(input)
        if input.isEmpty && intermediate.isEmpty { return verdict }

        let partitions = try partitions(of: input.union(intermediate))
        var offsets = try resetInput(partitions.filter { input.contains($0.topic) })
        offsets.merge(try skipIntermediate(partitions.filter { intermediate.contains($0.topic) })) { first, _ in first }
        if !request.isDry { try commit(offsets) }
        context.report.say("Done.")
        return verdict
    }

    private func sayMissing(_ names: [String], _ kind: String, _ prefix: String) -> [String] {
        if names.isEmpty { return [] }
        context.report.say("Following \(kind) topics are not found, skipping them")
        for name in names { context.report.say(prefix + name) }
        return names
    }

    private func partitions(of topics: Set<String>) throws -> [TopicPartition] {
        try admin.describeTopics(topics.sorted()).flatMap { name, result in
            try result.get().partitions.map { TopicPartition(name, $0.index) }
        }.sorted()
    }

    private func resetInput(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        if partitions.isEmpty { return [:] }
        context.report.say("Following input topics offsets will be reset to (for consumer group \(request.group))")
        let offsets = try StreamsOffsets(context: context, admin: admin, group: request.group).offsets(of: partitions, request.scenario)
        context.report.add(partitions.map { NewOffset(partition: $0, offset: offsets[$0] ?? 0, isIntermediate: false) }, as: Self.offsets)
        return offsets
    }

    private func skipIntermediate(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        if partitions.isEmpty { return [:] }
        context.report.say("Following intermediate topics offsets will be reset to end (for consumer group \(request.group))")
        let offsets = try StreamsOffsets(context: context, admin: admin, group: request.group).offsets(of: partitions, .latest)
        // As in Kafka's tool, a line for each partition, with the topic alone.
        for partition in partitions { context.report.say("Topic: \(partition.topic)") }
        context.report.add(partitions.map { NewOffset(partition: $0, offset: offsets[$0] ?? 0, isIntermediate: true) }, as: Self.offsets)
        return offsets
    }

    private func commit(_ offsets: [TopicPartition: Int64]) throws {
        let failures = try admin.commitOffsets(of: request.group, offsets.mapValues { CommittedOffset(offset: $0) })
        if let (partition, failure) = failures.min(by: { $0.key < $1.key }) {
            throw ToolError(failure, message: "Resetting offsets failed: \(partition): \(failure.description)")
        }
    }

    private static func list(_ names: [String]) -> String { "[\(names.joined(separator: ", "))]" }

    // MARK: Internal topics

    /// An internal topic.
    struct Deletion: Sendable {
        let topic: String
        let isDeleted: Bool
    }

    static let deletions = Shape<Deletion>(
        "internalTopics", "an internal topic of the application", text: .none,
        [
            Column("topic", "topic") { $0.topic },
            Column("isDeleted", "whether it is deleted now; false in a dry run") { $0.isDeleted },
        ])

    private func deleteInternalTopics(_ topics: [String]) throws {
        let inferred = topics.filter(isInferredInternal)
        var doomed = inferred
        if !request.internalTopics.isEmpty {
            guard Set(request.internalTopics).isSubset(of: inferred) else {
                throw ToolError.invalid(
                    "Invalid topic specified in the --internal-topics option. Ensure that the topics specified are all internal topics. Do a dry run without the "
                        + "--internal-topics option to see the list of all internal topics that can be deleted.")
            }
            doomed = request.internalTopics
        }
        context.report.say("Deleting \(request.internalTopics.isEmpty ? "inferred" : "specified") internal topics \(Self.list(doomed))")
        if !request.isDry, !doomed.isEmpty {
            let failures = try admin.deleteTopics(doomed).sorted { $0.key < $1.key }
            for (topic, failure) in failures { context.error.line("ERROR: deleting topic \(topic): \(failure.description)") }
            if let (_, first) = failures.first {
                var failure = ToolError(first, message: "Encountered an error deleting one or more topics")
                if failures.count < doomed.count { failure.exit = .partlyFailed }
                throw failure
            }
        }
        context.report.add(doomed.map { Deletion(topic: $0, isDeleted: !request.isDry) }, as: Self.deletions)
        context.report.say("Done.")
    }

    private func isInferredInternal(_ topic: String) -> Bool {
        !request.inputTopics.contains(topic) && !request.intermediateTopics.contains(topic) && topic.hasPrefix(request.group + "-")
            && Self.isInternalName(topic)
    }

    /// Whether Kafka Streams names its own topics so.
    static func isInternalName(_ topic: String) -> Bool {
        ["-changelog", "-repartition", "-subscription-registration-topic", "-subscription-response-topic"].contains { topic.hasSuffix($0) }
            || ["REGISTRATION", "RESPONSE"].contains { kind in
                guard topic.hasSuffix("-topic") else { return false }
                let rest = topic.dropLast("-topic".count)
                let digits = rest.reversed().prefix { $0.isASCII && $0.isNumber }
                let head = "-KTABLE-FK-JOIN-SUBSCRIPTION-\(kind)-"
                let name = rest.dropLast(digits.count)
                return !digits.isEmpty && name.hasSuffix(head) && name.utf8.count > head.utf8.count
            }
    }
}
