import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--describe`: offsets and lag, members, or the state of groups, in the order of their ids.
struct DescribeGroups {
    let run: GroupRun

    private var isVerbose: Bool { run.context.options.has("verbose") }

    func perform() throws -> ExitCode {
        let options = run.context.options
        let ids = Array(Set(try run.selectedGroups())).sorted()
        var groups: [GroupDescription] = []
        let described = run.admin.describeConsumerGroups(ids)
        for id in ids {
            do throws(ClientError) {
                groups.append(try (described[id] ?? .failure(ClientError(code: .unknownServerError))).get())
            } catch {
                if error.kind == .interrupted { throw error }
                throw GroupFailure.of(error, text: error.javaDescription)
            }
        }
        var code = ExitCode.done
        if options.has("members") {
            run.context.report.open(Self.members)
            for group in groups where try prints(group, code: &code) { printMembers(group) }
        } else if options.has("state") {
            run.context.report.open(Self.states)
            for group in groups where try prints(group, code: &code) {
                run.context.report.add([group], as: Self.states, hiding: isVerbose ? [] : ["groupEpoch", "targetAssignmentEpoch"])
            }
        } else {
            run.context.report.open(Self.offsets)
            let tables = try offsetRows(groups)
            for (group, rows) in zip(groups, tables) where try prints(group, code: &code) && !rows.isEmpty {
                run.context.report.add(rows, as: Self.offsets, hiding: isVerbose ? [] : ["leaderEpoch"])
            }
        }
        return code
    }

    /// Says what is to be said about a group's state; true when its table is to follow.
    private func prints(_ group: GroupDescription, code: inout ExitCode) throws -> Bool {
        switch group.state {
        case "Stable": return true
        case "Empty": run.context.error.line("\nConsumer group '\(group.groupId)' has no active members.")
        case "PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling":
            run.context.error.line("\nWarning: Consumer group '\(group.groupId)' is rebalancing.")
        case "Dead":
            run.printError("Consumer group '\(group.groupId)' does not exist.", exit: .notFound)
            code = .notFound
            // Kafka shows the header of the members' table even then.
            return false
        default:
            throw GroupFailure.of(text: "Expected a valid consumer group state, but found '\(group.state.isEmpty ? "Unknown" : group.state)'.")
        }
        return true
    }

    // MARK: Offsets

    /// One line of the offsets' table.
    struct OffsetRow {
        var group: String
        var partition: TopicPartition
        var leaderEpoch: Int32?
        var current: Int64?
        var end: Int64?
        var member: GroupDescription.Member?

        var lag: Int64? {
            guard let current, let end else { return nil }
            return end - current
        }
    }

    static let offsets = Shape<OffsetRow>(
        "offsets", "a partition that a group has committed an offset of or that a member reads", text: .table(.afterEmptyLine),
        [
            Column("group", "group", heading: "GROUP", width: .least(15)) { $0.group },
            Column("topic", "topic", heading: "TOPIC", width: .least(15)) { $0.partition.topic },
            Column("partition", "number of the partition", heading: "PARTITION", width: .fixed(10)) { $0.partition.partition },
            Column("leaderEpoch", "leader epoch of the committed offset", heading: "LEADER-EPOCH", width: .fixed(15)) { $0.leaderEpoch },
            Column("currentOffset", "committed offset", heading: "CURRENT-OFFSET", width: .fixed(15)) { $0.current },
            Column("logEndOffset", "end of the partition's log, as consumers see it", heading: "LOG-END-OFFSET", width: .fixed(15)) { $0.end },
            Column("lag", "records between the two", heading: "LAG", width: .fixed(15)) { $0.lag },
            Column("consumerId", "id of the member that reads it", heading: "CONSUMER-ID", width: .least(15)) { $0.member?.memberId },
            Column("host", "where that member runs", heading: "HOST", width: .least(15)) { $0.member?.host },
            Column("clientId", "client id of that member", heading: "CLIENT-ID") { $0.member?.clientId },
        ])

    /// The rows of each group; the cluster is asked for all groups at once.
    private func offsetRows(_ groups: [GroupDescription]) throws -> [[OffsetRow]] {
        let found = run.admin.committedOffsets(of: groups.map(\.groupId))
        return try run.wrappingExecution { () throws(ClientError) in
            var owners: [[(TopicPartition, GroupDescription.Member?)]] = []
            var committed: [[TopicPartition: CommittedOffset]] = []
            for group in groups {
                let offsets = try (found[group.groupId] ?? .failure(ClientError(code: .unknownServerError))).get()
                committed.append(offsets)
                owners.append(Self.owners(group, offsets))
            }
            let ends = try run.admin.offsets(of: Set(owners.flatMap { $0.map(\.0) }).sorted(), .latest)
            return groups.indices.map { index in
                owners[index].map { partition, member in
                    let offset = committed[index][partition]
                    return OffsetRow(
                        group: groups[index].groupId, partition: partition, leaderEpoch: offset.flatMap { $0.leaderEpoch < 0 ? nil : $0.leaderEpoch },
                        current: offset?.offset, end: ends[partition] ?? nil, member: member)
                }
            }
        }
    }

    /// The partitions to show and who reads them: those of members first, then those that have only an offset.
    private static func owners(
        _ group: GroupDescription, _ committed: [TopicPartition: CommittedOffset]
    ) -> [(TopicPartition, GroupDescription.Member?)] {
        var owners: [(TopicPartition, GroupDescription.Member?)] = []
        var owned: Set<TopicPartition> = []
        let busy = group.members.filter { !$0.assignment.isEmpty }.enumerated()
        // Most partitions first; members with as many stay in the broker's order.
        let sorted = busy.sorted { a, b in
            a.element.assignment.count == b.element.assignment.count ? a.offset < b.offset : a.element.assignment.count > b.element.assignment.count
        }
        for (_, member) in sorted {
            for partition in Set(member.assignment).sorted() {
                owners.append((partition, member))
                owned.insert(partition)
            }
        }
        for partition in committed.keys.sorted() where !owned.contains(partition) { owners.append((partition, nil)) }
        return owners
    }

    // MARK: Members

    /// A member and its group.
    struct MemberRow {
        let group: GroupDescription
        let member: GroupDescription.Member
    }

    static let members = members(isVerbose: false, isMixed: false)

    /// The short form of a line ends with one more blank, and the last column of the mixed form has no padding.
    private static func members(isVerbose: Bool, isMixed: Bool) -> Shape<MemberRow> {
        Shape<MemberRow>(
            "members", "a member of a group", text: .table(TableStyle(lead: "\n", isTrailing: !isVerbose)),
            [
                Column("group", "group", heading: "GROUP", width: .least(15)) { $0.group.groupId },
                Column("consumerId", "member id", heading: "CONSUMER-ID", width: .least(15)) { $0.member.memberId },
                Column("groupInstanceId", "its static identity", heading: "GROUP-INSTANCE-ID", width: .least(17), cell: { $0.member.instanceId ?? "" }) {
                    $0.member.instanceId
                },
                Column("host", "where it runs", heading: "HOST", width: .least(15)) { $0.member.host },
                Column("clientId", "its client id", heading: "CLIENT-ID", width: .least(15)) { $0.member.clientId },
                Column("partitionCount", "partitions that it reads", heading: "#PARTITIONS", width: .least(15)) { $0.member.assignment.count },
                Column("currentEpoch", "its member epoch", heading: "CURRENT-EPOCH", width: .least(15)) { $0.member.memberEpoch },
                Column(
                    "currentAssignment", "partitions that it reads", heading: "CURRENT-ASSIGNMENT", width: .least(20),
                    cell: { assignment($0.member.assignment) }
                ) { $0.member.assignment },
                Column("targetEpoch", "epoch of the assignment that it is to have", heading: "TARGET-EPOCH", width: .least(15)) {
                    $0.group.targetAssignmentEpoch
                },
                Column(
                    "targetAssignment", "partitions that it is to read", heading: "TARGET-ASSIGNMENT", width: .least(20),
                    cell: { assignment($0.member.targetAssignment ?? []) }
                ) { $0.member.targetAssignment },
                Column(
                    "upgraded", "whether it speaks the consumer protocol, where its group is on its way there", heading: "UPGRADED",
                    cell: { String($0.member.isUpgraded ?? false) }
                ) { $0.member.isUpgraded },
            ])
    }

    private func printMembers(_ group: GroupDescription) {
        let members = group.members
        var hidden: Set<String> = members.contains { $0.instanceId != nil } ? [] : ["groupInstanceId"]
        // A column of its own only while a classic group is on its way to the new protocol.
        let isMixed = members.contains { $0.isUpgraded == false }
        if !isVerbose { hidden.formUnion(["currentEpoch", "currentAssignment", "targetEpoch", "targetAssignment"]) }
        if !isVerbose || !isMixed { hidden.insert("upgraded") }
        run.context.report.add(
            members.map { MemberRow(group: group, member: $0) }, as: Self.members(isVerbose: isVerbose, isMixed: isMixed), hiding: hidden)
    }

    /// `orders:0,1;payments:3`, or `-`.
    private static func assignment(_ partitions: [TopicPartition]) -> String {
        if partitions.isEmpty { return "-" }
        return Dictionary(grouping: Set(partitions), by: \.topic).sorted { $0.key < $1.key }
            .map { topic, partitions in "\(topic):\(partitions.map(\.partition).sorted().map { String($0) }.joined(separator: ","))" }
            .joined(separator: ";")
    }

    // MARK: State

    static let states = Shape<GroupDescription>(
        "states", "a group and its state", text: .table(.afterEmptyLine),
        [
            Column("group", "group", heading: "GROUP", width: .least(15)) { $0.groupId },
            Column(
                "coordinator", "the broker that coordinates it", type: .nullable(.object(ClusterNode.fields)), heading: "COORDINATOR (ID)",
                width: .least(25), cell: { $0.coordinator.map { "\($0.host):\($0.port)  (\($0.id))" } ?? "-" }
            ) { $0.coordinator.map(ClusterNode.json) ?? .null },
            Column("assignmentStrategy", "name of the assignor", heading: "ASSIGNMENT-STRATEGY", width: .fixed(20)) {
                $0.assignor.isEmpty ? nil : $0.assignor
            },
            Column("state", "its state", heading: "STATE", width: .fixed(20)) { $0.state },
            Column("groupEpoch", "group epoch", heading: "GROUP-EPOCH", width: .fixed(15)) { $0.groupEpoch },
            Column("targetAssignmentEpoch", "epoch of the assignment that it is to have", heading: "TARGET-ASSIGNMENT-EPOCH", width: .fixed(25)) {
                $0.targetAssignmentEpoch
            },
            Column("memberCount", "its members", heading: "#MEMBERS") { $0.members.count },
        ])
}
