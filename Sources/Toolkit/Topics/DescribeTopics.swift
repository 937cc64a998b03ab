import ClientDriver
import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--describe`: a line a topic and a line a partition, or one of the reports about partitions that need attention.
extension Topics {
    /// A topic with its settings.
    struct DescribedTopic {
        let topic: TopicDescription
        let settings: TopicSettings
        let replicationFactor: Int

        var configs: [String: String] { Dictionary(settings.values, uniquingKeysWith: { $1 }) }
    }

    /// A partition, and how its replicas are being moved.
    struct DescribedPartition {
        let topic: String
        let partition: TopicDescription.Partition
        let reassignment: TopicReassignments.Entry?
    }

    static let descriptions = Shape<DescribedTopic>(
        "descriptions", "a topic", text: .lines(topicLine),
        [
            Column("topic", "name") { $0.topic.name },
            Column("topicId", "topic id") { $0.topic.id == .zero ? nil : "\($0.topic.id)" },
            Column("partitionCount", "number of partitions") { $0.topic.partitions.count },
            Column("replicationFactor", "replicas that the first partition is meant to have") { $0.replicationFactor },
            Column("configs", "settings that are not Kafka's built-in defaults") { $0.configs },
        ])

    static let partitions = Shape<DescribedPartition>(
        "partitions", "a partition", text: .lines(partitionLine),
        [
            Column("topic", "topic") { $0.topic },
            Column("partition", "number") { $0.partition.index },
            Column("leader", "id of the leader's broker") { $0.partition.leader < 0 ? nil : $0.partition.leader },
            Column("leaderEpoch", "leader epoch") { $0.partition.leaderEpoch < 0 ? nil : $0.partition.leaderEpoch },
            Column("replicas", "ids of the replicas' brokers, the preferred leader first") { $0.partition.replicas },
            Column("isr", "ids of the brokers whose replicas are in sync") { $0.partition.isr },
            Column("addingReplicas", "replicas that a running reassignment adds") { $0.reassignment?.addingReplicas },
            Column("removingReplicas", "replicas that a running reassignment removes") { $0.reassignment?.removingReplicas },
            Column("eligibleLeaderReplicas", "replicas that may become leader without loss although not in sync") { $0.partition.eligibleLeaderReplicas },
            Column("lastKnownEligibleLeaderReplicas", "the last of them before all were lost") { $0.partition.lastKnownElr },
        ])

    func describe() throws {
        let topics = try descriptions(pageSize: options.int("partition-size-limit-per-response") ?? 2000)
        // Lists without rows are there all the same.
        context.report.open(Self.descriptions)
        context.report.open(Self.partitions)
        if topics.isEmpty { return }
        let settings = try TopicSettings.ask(admin, topics: topics.map(\.name))
        let reassignments = try TopicReassignments.ask(admin, topics: topics)
        let report = try PartitionReport(options, session)
        for topic in topics {
            let config = settings[topic.name] ?? TopicSettings(values: [])
            if report.showsTopics, !options.has("topics-with-overrides") || !config.values.isEmpty {
                context.report.add(DescribedTopic(topic: topic, settings: config, replicationFactor: Self.factor(topic, reassignments)), as: Self.descriptions)
            }
            if options.has("topics-with-overrides") { continue }
            for partition in topic.partitions {
                let reassignment = reassignments[topic.name, partition.index]
                if report.includes(partition, reassignment, minInsyncReplicas: config.minInsyncReplicas) {
                    context.report.add(DescribedPartition(topic: topic.name, partition: partition, reassignment: reassignment), as: Self.partitions)
                }
            }
        }
    }

    /// The topics to describe, sorted by name: by id if one is given (the zero id counts as none), otherwise by filter.
    private func descriptions(pageSize: Int32) throws -> [TopicDescription] {
        if let text = try options.string("topic-id") {
            let id = try JavaUuid.parse(text)
            if id != .zero { return try description(id, text) }
        }
        let names = try selectedOrMissing().map(\.name)
        let found = try admin.describeTopics(names, pageSize: pageSize)
        return try names.compactMap { try found[$0]?.get() }
    }

    private func description(_ id: Uuid, _ text: String) throws -> [TopicDescription] {
        let excludesInternal = options.has("exclude-internal")
        let isThere = try admin.listTopics(includesInternal: !excludesInternal).contains { $0.id == id }
        if !isThere {
            if options.has("if-exists") { return [] }
            throw ToolError.notFound("TopicId '\(text)' does not exist as expected")
        }
        return try admin.describeTopics(ids: [id])[id].map { [try $0.get()] } ?? []
    }

    private static func factor(_ topic: TopicDescription, _ reassignments: TopicReassignments) -> Int {
        topic.partitions.first.map { TopicReassignments.replicationFactor($0, reassignments[topic.name, $0.index]) } ?? 0
    }

    @Sendable private static func topicLine(_ row: DescribedTopic) -> String {
        var line = "Topic: \(row.topic.name)"
        if row.topic.id != .zero { line += "\tTopicId: \(row.topic.id)" }
        line += "\tPartitionCount: \(row.topic.partitions.count)\tReplicationFactor: \(row.replicationFactor)"
        return line + "\tConfigs: " + row.settings.values.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }

    @Sendable private static func partitionLine(_ row: DescribedPartition) -> String {
        func list(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }
        let partition = row.partition
        var line = "\tTopic: \(row.topic)\tPartition: \(partition.index)"
        line += "\tLeader: \(partition.leader < 0 ? "none" : String(partition.leader))"
        line += "\tReplicas: \(list(partition.replicas))\tIsr: \(list(partition.isr))"
        if let moved = row.reassignment { line += "\tAdding Replicas: \(list(moved.addingReplicas))\tRemoving Replicas: \(list(moved.removingReplicas))" }
        line += "\tElr: \(partition.eligibleLeaderReplicas.map(list) ?? "N/A")"
        return line + "\tLastKnownElr: \(partition.lastKnownElr.map(list) ?? "N/A")"
    }
}

/// The settings of a topic that are not Kafka's built-in defaults.
struct TopicSettings {
    /// In the order in which Kafka's tool prints them: that of a hash table with all settings of the topic.
    let values: [(name: String, value: String)]
    var minInsyncReplicas = 1

    /// Asks for the settings of all topics at once.
    static func ask(_ admin: Admin, topics: [String]) throws -> [String: TopicSettings] {
        var settings: [String: TopicSettings] = [:]
        for (resource, result) in try admin.describeConfigs(topics.map { ConfigResource(.topic, $0) }) {
            let entries = try result.get()
            let changed = JavaHash.ordered(entries, hash: { JavaHash.of($0.name) }).filter { $0.configSource != ConfigSource.builtInDefault.rawValue }
            var topic = TopicSettings(values: changed.map { ($0.name, $0.value ?? "null") })
            if let text = entries.first(where: { $0.name == "min.insync.replicas" })?.value { topic.minInsyncReplicas = Int(text) ?? 1 }
            settings[resource.name] = topic
        }
        return settings
    }
}

/// Partitions whose replicas are being moved.
struct TopicReassignments {
    typealias Entry = ListPartitionReassignmentsResponse.OngoingTopicReassignment.OngoingPartitionReassignment

    private var entries: [TopicPartition: Entry] = [:]

    subscript(topic: String, partition: Int32) -> Entry? { entries[TopicPartition(topic, partition)] }

    /// Asks the controller. Brokers before 2.4 cannot say and some users may not ask: then there are none, as in Kafka's tool.
    static func ask(_ admin: Admin, topics: [TopicDescription]) throws -> TopicReassignments {
        let partitions = topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0.index) } }
        do throws(ClientError) {
            return TopicReassignments(entries: try admin.listPartitionReassignments(partitions))
        } catch {
            let isUnknown = error.kind == .unsupportedVersion || error.code == .unsupportedVersion || error.code == .clusterAuthorizationFailed
            if !isUnknown { throw error }
            return TopicReassignments(entries: [:])
        }
    }

    /// The number of replicas that the partition is meant to have, additions of a running move left out.
    static func replicationFactor(_ partition: TopicDescription.Partition, _ entry: Entry?) -> Int {
        guard let entry, !(entry.addingReplicas.isEmpty && entry.removingReplicas.isEmpty) else { return partition.replicas.count }
        return entry.replicas.count - entry.addingReplicas.count
    }
}

/// Which partitions `--describe` shows: all, or those that any of the report options asks for.
struct PartitionReport {
    private let underReplicated: Bool
    private let unavailable: Bool
    private let underMinIsr: Bool
    private let atMinIsr: Bool
    private var liveBrokers: Set<Int32> = []

    init(_ options: ParsedOptions, _ session: ClientSession) throws {
        underReplicated = options.has("under-replicated-partitions")
        unavailable = options.has("unavailable-partitions")
        underMinIsr = options.has("under-min-isr-partitions")
        atMinIsr = options.has("at-min-isr-partitions")
        if unavailable {
            var request = MetadataRequest()
            request.topics = []
            liveBrokers = Set(try session.send(request, to: .any, call: "describeCluster").brokers.map(\.nodeId))
        }
    }

    /// Topic lines belong to the full description only.
    var showsTopics: Bool { !(underReplicated || unavailable || underMinIsr || atMinIsr) }

    func includes(_ partition: TopicDescription.Partition, _ reassignment: TopicReassignments.Entry?, minInsyncReplicas: Int) -> Bool {
        if showsTopics { return true }
        let isr = partition.isr.count
        return (underReplicated && TopicReassignments.replicationFactor(partition, reassignment) > isr)
            || (unavailable && (partition.leader < 0 || !liveBrokers.contains(partition.leader)))
            || (underMinIsr && (partition.leader < 0 || isr < minInsyncReplicas))
            || (atMinIsr && isr == minInsyncReplicas)
    }
}
