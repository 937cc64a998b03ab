import KafkaClient
import Vocabulary

/// `--execute`: begins to move replicas.
extension Reassignments {
    private static let existing =
        "Cannot execute because there is an existing partition assignment.  Use --additional to override this and create a new partition assignment in addition "
        + "to the existing one. The --additional flag can also be used to change the throttle by resubmitting the current reassignment."

    func execute() throws {
        let plan = try plan()
        try plan.check()
        let throttle = try options.long("throttle") ?? -1
        let directoryThrottle = try options.long("replica-alter-log-dirs-throttle") ?? -1
        let timeoutMs = try options.long("timeout") ?? 10_000
        let running = try admin.listPartitionReassignments()
        if !running.isEmpty, !options.has("additional") { throw Self.terse(Self.existing) }
        let targets = plan.targets
        let known = Set(try admin.describeCluster().map(\.brokerId))
        if let unknown = Set(targets.values.flatMap { $0 }).subtracting(known).min() { throw ToolError.notFound("Unknown broker id \(unknown)") }
        let current = try current(of: plan.partitions)
        let directories = try currentDirectories(current)
        report.decorate("Current partition replica assignment\n\n\(ReassignmentPlan.json(current, directories).text)\n\n")
        report.decorate("Save this to use as the --reassignment-json-file option during rollback\n")
        show(current, directories, state: "current")
        if throttle >= 0 || directoryThrottle >= 0 {
            report.say("Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.")
            if throttle >= 0 { try ReplicationThrottle(admin: admin, report: report).set(throttle, moving: targets, from: current, running) }
            if directoryThrottle >= 0 {
                try ReplicationThrottle(admin: admin, report: report).set(directoryThrottle, forDirectoriesOf: plan.directories.keys.map(\.broker))
            }
        }
        try begin(targets)
        if !plan.directories.isEmpty { try moveDirectories(plan.directories, timeoutMs: timeoutMs) }
    }

    private func begin(_ targets: [TopicPartition: [Int32]]) throws {
        let failures = try admin.alterPartitionReassignments(
            targets.mapValues { .some($0) }, allowsReplicationFactorChange: !options.has("disallow-replication-factor-change"))
        if !failures.isEmpty {
            let lines = failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.message)" }.joined(separator: "\n")
            throw Self.terse("Error reassigning partition(s):\n\(lines)", exit: .of(failures.values.map(\.exit), among: targets.count))
        }
        let list = targets.keys.sorted().map(\.description).joined(separator: ",")
        report.say("Successfully started partition reassignment\(targets.count == 1 ? "" : "s") for \(list)")
    }

    /// The replicas of partitions; one that is not there is an error.
    private func current(of partitions: [TopicPartition]) throws -> [TopicPartition: [Int32]] {
        let wanted = Set(partitions)
        let found = try replicas(of: Array(Set(partitions.map(\.topic)))).filter { wanted.contains($0.key) }
        let missing = wanted.subtracting(found.keys).sorted()
        if !missing.isEmpty {
            throw ClientError(
                code: .unknownTopicOrPartition, message: "Unable to find partition: \(missing.map(\.description).joined(separator: ", "))")
        }
        return found
    }

    /// Asks until each move has begun: a replica that is on its way to a broker can only be moved there when it has arrived.
    func moveDirectories(_ directories: [PartitionReplica: String], timeoutMs: Int64) throws {
        var pending = directories
        let deadline = context.monotonicMs &+ timeoutMs
        while true {
            for (replica, failure) in admin.alterReplicaLogDirs(pending).sorted(by: { $0.key < $1.key }) {
                if let failure {
                    if failure.code == .replicaNotAvailable { continue }
                    throw ToolError(failure, message: "Failed to alter dir for \(replica)")
                }
                guard let path = pending.removeValue(forKey: replica) else { continue }
                report.say(
                    "Successfully started moving log directory to \(path) for replica \(replica.partition) with broker \(replica.broker) ")
            }
            if pending.isEmpty { return }
            if context.monotonicMs >= deadline || context.isInterrupted {
                let list = pending.keys.sorted().map(\.description).joined(separator: ",")
                throw Self.terse("Timed out before log directory move\(pending.count == 1 ? "" : "s") could be started for: \(list)", exit: .unreachable)
            }
            try admin.pause(ms: 100)
        }
    }
}
