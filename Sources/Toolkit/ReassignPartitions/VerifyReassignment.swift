import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--verify`, `--cancel` and `--list`: what has become of moves.
extension Reassignments {
    // MARK: Rows

    /// A partition of the plan and how far it is.
    struct State {
        let partition: TopicPartition
        let current: [Int32]
        let target: [Int32]
        let isRunning: Bool

        var name: String { isRunning ? "in progress" : current == target ? "completed" : "not active" }

        var text: String {
            func list(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }
            if isRunning { return "Reassignment of partition \(partition) is still in progress." }
            if current == target { return "Reassignment of partition \(partition) is completed." }
            return "There is no active reassignment of partition \(partition), but replica set is \(list(current)) rather than \(list(target))."
        }
    }

    static let states = Shape<State>(
        "states", "a partition of the plan", text: .lines(\.text),
        [
            Column("topic", "topic") { $0.partition.topic }, Column("partition", "number of the partition") { $0.partition.partition },
            Column("state", "completed, in progress or not active") { $0.name }, Column("replicas", "ids of its brokers now") { $0.current },
            Column("targetReplicas", "ids of the brokers in the plan") { $0.target },
        ])

    /// A replica whose directory the plan names.
    struct DirectoryMove {
        let replica: PartitionReplica
        let target: String
        let found: (current: String?, future: String?)?

        var isDone: Bool { found?.future == nil }

        var text: String {
            let partition = replica.partition, broker = replica.broker
            guard let found else { return "Partition \(partition) cannot be found in any live log directory on broker \(broker)." }
            guard let current = found.current else {
                return "Partition \(partition) is not found in any live log dir on broker \(broker). There is likely an offline log directory on the broker."
            }
            if let future = found.future {
                if future == target { return "Reassignment of replica \(replica) is still in progress." }
                return "Partition \(partition) on broker \(broker) is being moved to log dir \(future) instead of \(target)."
            }
            if current == target { return "Reassignment of replica \(replica) completed successfully." }
            return "Partition \(partition) on broker \(broker) is not being moved from log dir \(current) to \(target)."
        }
    }

    static let moves = Shape<DirectoryMove>(
        "directoryMoves", "a replica whose directory the plan names", text: .lines(\.text),
        [
            Column("topic", "topic") { $0.replica.partition.topic }, Column("partition", "number of the partition") { $0.replica.partition.partition },
            Column("brokerId", "the broker") { $0.replica.broker }, Column("logDir", "its directory now") { $0.found?.current },
            Column("futureLogDir", "the directory to which it is on its way") { $0.found?.future },
            Column("targetLogDir", "the directory in the plan") { $0.target },
        ])

    /// A move that is under way.
    struct Running {
        let partition: TopicPartition
        let entry: ListPartitionReassignmentsResponse.OngoingTopicReassignment.OngoingPartitionReassignment

        var text: String {
            func list(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }
            return "\(partition): replicas: \(list(entry.replicas))."
                + (entry.addingReplicas.isEmpty ? "" : " adding: \(list(entry.addingReplicas)).")
                + (entry.removingReplicas.isEmpty ? "" : " removing: \(list(entry.removingReplicas)).")
        }
    }

    static let running = Shape<Running>(
        "reassignments", "a partition that is being moved", text: .lines(\.text),
        [
            Column("topic", "topic") { $0.partition.topic }, Column("partition", "number of the partition") { $0.partition.partition },
            Column("replicas", "ids of its brokers, those that are being added among them") { $0.entry.replicas },
            Column("addingReplicas", "those that are being added") { $0.entry.addingReplicas },
            Column("removingReplicas", "those that are being removed") { $0.entry.removingReplicas },
        ])

    // MARK: Verify

    func verify() throws {
        let plan = try plan()
        let all = try admin.listPartitionReassignments()
        report.decorate("Status of partition reassignment:\n")
        report.add(try states(of: plan, all), as: Self.states)
        let moves = try directoryMoves(plan)
        report.add(moves, as: Self.moves)
        if moves.isEmpty { report.decorate("\n") }
        if all.isEmpty, moves.allSatisfy(\.isDone), !options.has("preserve-throttles") {
            try ReplicationThrottle(admin: admin, report: report).clear(plan)
        }
    }

    private func states(of plan: ReassignmentPlan, _ running: ReplicationThrottle.Running) throws -> [State] {
        let targets = plan.targets
        let resting = targets.keys.filter { running[$0] == nil }
        let topics = try admin.describeTopics(Array(Set(resting.map(\.topic))))
        return try targets.sorted { $0.key < $1.key }.map { partition, target in
            if let entry = running[partition] { return State(partition: partition, current: entry.replicas, target: target, isRunning: true) }
            var current: [Int32] = []
            do throws(ClientError) {
                current = try topics[partition.topic]?.get().partitions.first { $0.index == partition.partition }?.replicas ?? []
            } catch {
                // A topic that is not there has no replicas.
                if error.code != .unknownTopicOrPartition { throw error }
            }
            return State(partition: partition, current: current, target: target, isRunning: false)
        }
    }

    private func directoryMoves(_ plan: ReassignmentPlan) throws -> [DirectoryMove] {
        if plan.directories.isEmpty { return [] }
        let found = try directories(of: Set(plan.directories.keys))
        return plan.directories.sorted { $0.key < $1.key }.map { DirectoryMove(replica: $0.key, target: $0.value, found: found[$0.key]) }
    }

    // MARK: Cancel

    func cancel() throws {
        let plan = try plan()
        let timeoutMs = try options.long("timeout") ?? 10_000
        let partitions = plan.partitions
        let active = try admin.listPartitionReassignments(partitions).filter { !$0.value.addingReplicas.isEmpty || !$0.value.removingReplicas.isEmpty }
        if active.isEmpty {
            report.say("None of the specified partition reassignments are active.")
        } else {
            let failures = try admin.alterPartitionReassignments(active.mapValues { _ in .none })
            if !failures.isEmpty {
                let lines = failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.message)" }.joined(separator: "\n")
                throw Self.terse(
                    "Error cancelling partition reassignment\(failures.count == 1 ? "" : "s") for:\n\(lines)",
                    exit: .of(failures.values.map(\.exit), among: active.count))
            }
            let list = active.keys.sorted().map(\.description).joined(separator: ",")
            report.say("Successfully cancelled partition reassignment\(active.count == 1 ? "" : "s") for: \(list)")
        }
        let moving = try directoryMoves(plan).filter { $0.found?.future != nil }
        if moving.isEmpty {
            // Kafka ends the line with whatever comes next.
            report.decorate("None of the specified partition moves are active.")
        } else {
            let back = moving.compactMap { move in move.found?.current.map { (move.replica, $0) } }
            try moveDirectories(Dictionary(back) { $1 }, timeoutMs: timeoutMs)
        }
        if !options.has("preserve-throttles") { try ReplicationThrottle(admin: admin, report: report).clear(plan) }
    }

    // MARK: List

    func list() throws {
        let all = try admin.listPartitionReassignments()
        report.decorate(all.isEmpty ? "No partition reassignments found.\n" : "Current partition reassignments:\n")
        report.add(all.sorted { $0.key < $1.key }.map { Running(partition: $0.key, entry: $0.value) }, as: Self.running)
    }
}
