import KafkaClient
import Vocabulary

/// One call of the tool: where its actions find the options, the cluster and the output.
struct Reassignments {
    let context: ToolContext
    let admin: Admin

    var options: ParsedOptions { context.options }
    var report: Report { context.report }

    /// The plan in `--reassignment-json-file`.
    func plan() throws -> ReassignmentPlan {
        let path = try options.requiredString("reassignment-json-file")
        return try ReassignmentPlan(Self.read(path, context))
    }

    static func read(_ path: String, _ context: ToolContext) throws(ToolError) -> JSONValue {
        do throws(ToolError) {
            return try context.readJSON(path)
        } catch {
            throw error.message.hasPrefix("java.io") ? .invalid("Unable to read file \(path)") : error
        }
    }

    /// A failure that Kafka prints without "Error:" before it.
    static func terse(_ text: String, exit: ExitCode = .failed) -> ToolError { ToolError(text, exit: exit).onOutput(text) }

    // MARK: Rows

    /// A partition where it is, or where it is proposed to be.
    struct Assignment {
        let state: String
        let partition: TopicPartition
        let replicas: [Int32]
        let directories: [String]
    }

    static let assignments = Shape<Assignment>(
        "assignments", "a partition and its replicas", text: .none,
        [
            Column("state", "current or proposed") { $0.state }, Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition }, Column("replicas", "ids of their brokers") { $0.replicas },
            Column("logDirs", "their directories, 'any' where none is known or wanted") { $0.directories },
        ])

    func show(_ assignment: [TopicPartition: [Int32]], _ directories: [PartitionReplica: String], state: String) {
        let rows = assignment.sorted { $0.key < $1.key }.map { partition, replicas in
            Assignment(
                state: state, partition: partition, replicas: replicas,
                directories: replicas.map { directories[PartitionReplica(partition, broker: $0)] ?? ReassignmentPlan.anyDirectory })
        }
        report.add(rows, as: Self.assignments)
    }

    // MARK: What the cluster has

    /// The replicas of topics; a topic that is not there is an error.
    func replicas(of topics: [String]) throws -> [TopicPartition: [Int32]] {
        var replicas: [TopicPartition: [Int32]] = [:]
        for (name, result) in try admin.describeTopics(topics).sorted(by: { $0.key < $1.key }) {
            do throws(ClientError) {
                for partition in try result.get().partitions { replicas[TopicPartition(name, partition.index)] = partition.replicas }
            } catch {
                if error.code == .unknownTopicOrPartition { throw ClientError(code: .unknownTopicOrPartition, message: "Topic \(name) not found.") }
                throw error
            }
        }
        return replicas
    }

    /// The directories of replicas, now and after a move that is under way.
    func directories(of replicas: Set<PartitionReplica>) throws -> [PartitionReplica: (current: String?, future: String?)] {
        var found: [PartitionReplica: (current: String?, future: String?)] = [:]
        for (broker, answer) in admin.describeLogDirs(of: Set(replicas.map(\.broker)).sorted()).sorted(by: { $0.key < $1.key }) {
            for directory in try answer.get() where directory.errorCode == .none {
                for topic in directory.topics {
                    for state in topic.partitions {
                        let replica = PartitionReplica(TopicPartition(topic.name, state.partitionIndex), broker: broker)
                        if !replicas.contains(replica) { continue }
                        if state.isFutureKey { found[replica, default: (nil, nil)].future = directory.logDir }
                        if !state.isFutureKey { found[replica, default: (nil, nil)].current = directory.logDir }
                    }
                }
            }
        }
        return found
    }

    /// Where the replicas of an assignment lie.
    func currentDirectories(_ assignment: [TopicPartition: [Int32]]) throws -> [PartitionReplica: String] {
        let replicas = Set(assignment.flatMap { partition, brokers in brokers.map { PartitionReplica(partition, broker: $0) } })
        return try directories(of: replicas).compactMapValues(\.current)
    }
}
