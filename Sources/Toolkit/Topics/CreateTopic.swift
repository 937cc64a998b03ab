import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--create`: everything that can be checked here is checked before the cluster is asked.
extension Topics {
    func create() throws {
        let name = try options.requiredString("topic")
        let partitions = try options.int("partitions")
        let replicationFactor = try options.int("replication-factor")
        let assignment = try options.string("replica-assignment").flatMap { try ReplicaAssignment.parse($0) }
        let configs = try Self.configs(options.all("config"))
        if name.contains(where: { $0 == "." || $0 == "_" }) {
            context.report.say(
                "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both."
            )
        }
        if let replicationFactor, !(1...32767).contains(replicationFactor) {
            throw ToolError.invalid("The replication factor must be between 1 and 32767 inclusive")
        }
        if let partitions, partitions < 1 { throw ToolError.invalid("The partitions must be greater than 0") }
        if name.isEmpty { throw ToolError.invalid("The given topic name '' cannot be represented in a request.") }

        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions ?? -1
        topic.replicationFactor = Int16(clamping: replicationFactor ?? -1)
        topic.configs = configs.map { key, value in
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = key
            config.value = value
            return config
        }
        if let assignment {
            topic.assignments = assignment.enumerated().map { index, brokers in
                var entry = CreateTopicsRequest.CreatableTopic.CreatableReplicaAssignment()
                entry.partitionIndex = Int32(clamping: index)
                entry.brokerIds = brokers
                return entry
            }
        }
        try send(topic)
    }

    private func send(_ topic: CreateTopicsRequest.CreatableTopic) throws {
        guard let result = try admin.createTopics([topic])[topic.name] else {
            throw ToolError("The server response did not contain a result for topic \(topic.name)")
        }
        do throws(ClientError) {
            _ = try result.get()
            context.report.say("Created topic \(topic.name).")
        } catch {
            let isExpected = error.code == .topicAlreadyExists && options.has("if-not-exists")
            if !isExpected { throw error }
        }
    }

    /// `key=value` words, checked against Kafka's table of topic settings; the last of a key counts. Sorted by key.
    static func configs(_ words: [String]) throws(ToolError) -> [(key: String, value: String)] {
        var configs: [String: String] = [:]
        for word in words {
            var parts = word.split(separator: "=", omittingEmptySubsequences: false).map { JavaText.trim($0) }
            while let last = parts.last, last.isEmpty { parts.removeLast() }
            guard parts.count == 2 else {
                throw ToolError.invalid("requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".")
            }
            configs[parts[0]] = parts[1]
        }
        do { _ = try ConfigTable.topic.parse(configs, unknown: "topic") } catch { throw ToolError.invalid(error.message) }
        return configs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// The value of `--replica-assignment`: a list of broker ids for each partition.
enum ReplicaAssignment {
    /// Parses `1:2,2:3`. Every list must have the same length and no broker twice. Nil for a text without any list, which leaves the choice to the broker.
    static func parse(_ text: String) throws(ToolError) -> [[Int32]]? {
        if text.isEmpty { return nil }
        var lists: [[Int32]] = []
        for part in pieces(text[...], at: ",") {
            var brokers: [Int32] = []
            var duplicates: [Int32] = []
            for word in pieces(part, at: ":") {
                let digits = word.drop { $0 == " " || $0 == "\t" }
                let trimmed = String(digits.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
                guard let id = Int32(java: trimmed) else { throw ToolError.invalid("For input string: \"\(trimmed)\"") }
                if brokers.contains(id), !duplicates.contains(id) { duplicates.append(id) }
                brokers.append(id)
            }
            if !duplicates.isEmpty {
                let list = duplicates.map(String.init).joined(separator: ", ")
                throw ToolError.invalid("Partition replica lists may not contain duplicate entries: \(list)")
            }
            if let first = lists.first, first.count != brokers.count {
                throw ToolError.invalid("Partition \(lists.count) has different replication factor: \(brokers)")
            }
            lists.append(brokers)
        }
        return lists.isEmpty ? nil : lists
    }

    /// As Java's `split`: empty pieces at the end are dropped, a text without separator is one piece.
    private static func pieces(_ text: Substring, at separator: Character) -> [Substring] {
        var pieces = text.split(separator: separator, omittingEmptySubsequences: false)
        if pieces.count > 1 { while pieces.last?.isEmpty == true { pieces.removeLast() } }
        return pieces
    }
}
