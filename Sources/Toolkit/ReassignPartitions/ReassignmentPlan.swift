import KafkaClient
import Vocabulary

/// Which brokers are to hold which partitions, and if wanted in which directories: the JSON of `--reassignment-json-file`.
struct ReassignmentPlan: Equatable {
    /// A partition and its brokers, the preferred leader first.
    struct Entry: Equatable {
        let partition: TopicPartition
        let replicas: [Int32]
    }

    static let anyDirectory = "any"

    /// In the order of the file, where a partition may stand twice.
    private(set) var entries: [Entry] = []
    /// Replicas whose directory is named.
    private(set) var directories: [PartitionReplica: String] = [:]

    var partitions: [TopicPartition] { Array(Set(entries.map(\.partition))).sorted() }
    var targets: [TopicPartition: [Int32]] { Dictionary(entries.map { ($0.partition, $0.replicas) }) { $1 } }

    /// Reads `{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1],"log_dirs":["any"]}]}`.
    init(_ json: JSONValue) throws(ToolError) {
        try Self.checkVersion(json)
        for item in json["partitions"]?.elements ?? [] {
            guard let topic = item["topic"]?.stringValue, let number = item["partition"]?.intValue, let partition = Int32(exactly: number) else {
                throw .invalid("each of the partitions needs a \"topic\" and a \"partition\"")
            }
            let ids = item["replicas"]?.elements.map { $0.compactMap { $0.intValue.flatMap { Int32(exactly: $0) } } }
            guard let ids, ids.count == item["replicas"]?.elements?.count else {
                throw .invalid("\(topic)-\(partition) needs \"replicas\", a list of broker ids")
            }
            let entry = Entry(partition: TopicPartition(topic, partition), replicas: ids)
            let paths = item["log_dirs"]?.elements.map { $0.compactMap(\.stringValue) } ?? ids.map { _ in Self.anyDirectory }
            if paths.count != ids.count {
                throw .invalid(
                    "Size of replicas list \(ids) is different from size of log dirs list [\(paths.joined(separator: ", "))] for partition \(entry.partition)")
            }
            entries.append(entry)
            for (broker, path) in zip(ids, paths) where path != Self.anyDirectory { directories[PartitionReplica(entry.partition, broker: broker)] = path }
        }
    }

    /// What `--execute` refuses before it asks the cluster.
    func check() throws(ToolError) {
        if entries.isEmpty { throw .invalid("Partition reassignment list cannot be empty") }
        if entries.contains(where: \.replicas.isEmpty) { throw .invalid("Partition replica list cannot be empty") }
        let twice = Self.duplicates(entries.map(\.partition))
        if !twice.isEmpty {
            throw .invalid("Partition reassignment contains duplicate topic partitions: \(twice.map(\.description).joined(separator: ","))")
        }
        let repeated = entries.map { ($0.partition, Self.duplicates($0.replicas)) }.filter { !$0.1.isEmpty }
        if !repeated.isEmpty {
            let text = repeated.map { "\($0) contains multiple entries for \($1.map(String.init).joined(separator: ","))" }.joined(separator: ". ")
            throw .invalid("Partition replica lists may not contain duplicate entries: \(text)")
        }
    }

    /// The topics of `--topics-to-move-json-file`.
    static func topics(_ json: JSONValue) throws(ToolError) -> [String] {
        try checkVersion(json)
        var topics: [String] = []
        for item in json["topics"]?.elements ?? [] {
            guard let topic = item["topic"]?.stringValue else { throw .invalid("each of the topics needs a \"topic\"") }
            topics.append(topic)
        }
        let twice = duplicates(topics)
        if !twice.isEmpty { throw .invalid("List of topics to reassign contains duplicate entries: [\(twice.joined(separator: ", "))]") }
        return topics
    }

    private static func checkVersion(_ json: JSONValue) throws(ToolError) {
        guard case .object = json else { throw .invalid("The input string is not a valid JSON") }
        if let version = json["version"], version != .int(1) { throw .invalid("Not supported version field value \(version.text)") }
    }

    /// What stands more than once, in order.
    static func duplicates<Item: Hashable & Comparable>(_ items: [Item]) -> [Item] {
        Dictionary(grouping: items) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }

    /// The JSON of an assignment, its members in Kafka's order.
    static func json(_ assignment: [TopicPartition: [Int32]], _ directories: [PartitionReplica: String] = [:]) -> JSONValue {
        .members([
            "version": .int(1),
            "partitions": .array(
                assignment.sorted { $0.key < $1.key }.map { partition, replicas in
                    .members([
                        "topic": .string(partition.topic), "partition": .int(Int64(partition.partition)),
                        "replicas": .array(replicas.map { .int(Int64($0)) }),
                        "log_dirs": .array(replicas.map { .string(directories[PartitionReplica(partition, broker: $0)] ?? anyDirectory) }),
                    ])
                }),
        ])
    }
}
