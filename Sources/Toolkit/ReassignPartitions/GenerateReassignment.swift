import KafkaClient
import Vocabulary

/// `--generate`: proposes where replicas could be.
extension Reassignments {
    func generate() throws {
        let brokers = try options.requiredString("broker-list").split(separator: ",", omittingEmptySubsequences: false).map { text throws(ToolError) in
            guard let id = Int32(java: String(text)) else { throw ToolError.invalid("For input string: \"\(text)\"") }
            return id
        }
        let twice = ReassignmentPlan.duplicates(brokers)
        if !twice.isEmpty { throw ToolError.invalid("Broker list contains duplicate entries: \(twice)") }
        let topics = try ReassignmentPlan.topics(Self.read(options.requiredString("topics-to-move-json-file"), context))
        let current = try replicas(of: topics)
        let directories = try currentDirectories(current)
        let proposed = try propose(current, try usable(brokers))
        report.decorate("Current partition replica assignment\n\(ReassignmentPlan.json(current, directories).text)\n\n")
        report.decorate("Proposed partition reassignment configuration\n\(ReassignmentPlan.json(proposed).text)\n")
        show(current, directories, state: "current")
        show(proposed, [:], state: "proposed")
    }

    /// The brokers of the list that are there, with their racks.
    private func usable(_ wanted: [Int32]) throws -> [(id: Int32, rack: String?)] {
        let heedsRacks = !options.has("disable-rack-aware")
        let found = try admin.describeCluster().filter { wanted.contains($0.brokerId) }.map { (id: $0.brokerId, rack: heedsRacks ? $0.rack : nil) }
        let rackless = found.count { $0.rack == nil }
        if heedsRacks, rackless != 0, rackless != found.count {
            throw ToolError.invalid(
                "Not all brokers have rack information. Add --disable-rack-aware in command line to make replica assignment without rack information.")
        }
        return found
    }

    private func propose(_ current: [TopicPartition: [Int32]], _ brokers: [(id: Int32, rack: String?)]) throws -> [TopicPartition: [Int32]] {
        var random = SystemRandomNumberGenerator()
        var proposed: [TopicPartition: [Int32]] = [:]
        for (topic, partitions) in Dictionary(grouping: current, by: \.key.topic).sorted(by: { $0.key < $1.key }) {
            var placement = ReplicaPlacement(brokers, random: SeededGenerator(seed: random.next()))
            let factor = partitions.min { $0.key < $1.key }?.value.count ?? 0
            for (index, replicas) in try placement.place(partitions: partitions.count, replicationFactor: factor).enumerated() {
                proposed[TopicPartition(topic, Int32(index))] = replicas
            }
        }
        return proposed
    }
}
