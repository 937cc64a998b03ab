import KafkaClient
import KafkaProtocol
import Vocabulary

/// The limits that moves are put under, as settings of brokers and topics (KIP-73), and their end.
struct ReplicationThrottle {
    typealias Running = [TopicPartition: ListPartitionReassignmentsResponse.OngoingTopicReassignment.OngoingPartitionReassignment]

    private static let rates = ["leader.replication.throttled.rate", "follower.replication.throttled.rate"]
    private static let directoryRate = "replica.alter.log.dirs.io.max.bytes.per.second"
    private static let replicas = (leader: "leader.replication.throttled.replicas", follower: "follower.replication.throttled.replicas")

    let admin: Admin
    let report: Report

    /// From where and to where a partition moves.
    struct Move: Equatable {
        var sources: Set<Int32>
        var destinations: Set<Int32>
    }

    /// The moves that are under way and those that begin now.
    static func moves(_ targets: [TopicPartition: [Int32]], from current: [TopicPartition: [Int32]], _ running: Running) -> [TopicPartition: Move] {
        var moves = running.mapValues { Move(sources: Set($0.replicas).subtracting($0.addingReplicas), destinations: Set($0.addingReplicas)) }
        for (partition, brokers) in targets {
            let sources = moves[partition]?.sources ?? Set(current[partition] ?? [])
            moves[partition] = Move(sources: sources, destinations: Set(brokers).subtracting(sources))
        }
        return moves
    }

    func set(_ bytesPerSecond: Int64, moving targets: [TopicPartition: [Int32]], from current: [TopicPartition: [Int32]], _ running: Running) throws {
        let moves = Self.moves(targets, from: current, running)
        for (topic, entries) in Dictionary(grouping: moves, by: \.key.topic).sorted(by: { $0.key < $1.key }) {
            func list(_ brokers: (Move) -> Set<Int32>) -> String {
                Set(entries.flatMap { key, move in brokers(move).map { "\(key.partition):\($0)" } }).sorted().joined(separator: ",")
            }
            try admin.alterConfigs(
                ConfigResource(.topic, topic),
                [
                    .set(Self.replicas.leader, list(\.sources)), .set(Self.replicas.follower, list { $0.destinations.subtracting($0.sources) }),
                ])
        }
        for broker in Set(moves.values.flatMap { $0.sources.union($0.destinations) }).sorted() {
            try admin.alterConfigs(ConfigResource(.broker, "\(broker)"), Self.rates.map { .set($0, "\(bytesPerSecond)") })
        }
        report.say("The inter-broker throttle limit was set to \(bytesPerSecond) B/s")
    }

    func set(_ bytesPerSecond: Int64, forDirectoriesOf brokers: [Int32]) throws {
        for broker in Set(brokers).sorted() {
            try admin.alterConfigs(ConfigResource(.broker, "\(broker)"), [.set(Self.directoryRate, "\(bytesPerSecond)")])
        }
        report.say("The replica-alter-dir throttle limit was set to \(bytesPerSecond) B/s")
    }

    /// Lifts all limits, of all brokers: those that a partition came from are not known any more.
    func clear(_ plan: ReassignmentPlan) throws {
        let brokers = Set(try admin.describeCluster().map(\.brokerId)).union(plan.entries.flatMap(\.replicas)).sorted()
        report.say("Clearing broker-level throttles on broker\(brokers.count == 1 ? "" : "s") \(brokers.map(String.init).joined(separator: ","))")
        for broker in brokers { try admin.alterConfigs(ConfigResource(.broker, "\(broker)"), (Self.rates + [Self.directoryRate]).map { .delete($0) }) }
        let topics = Set(plan.entries.map(\.partition.topic)).sorted()
        report.say("Clearing topic-level throttles on topic\(topics.count == 1 ? "" : "s") \(topics.joined(separator: ","))")
        for topic in topics { try admin.alterConfigs(ConfigResource(.topic, topic), [.delete(Self.replicas.leader), .delete(Self.replicas.follower)]) }
    }
}
