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
            for group in groups where try prints(group, code: &code) { printMembers(group) }
        } else if options.has("state") {
            for group in groups where try prints(group, code: &code) { printState(group) }
        } else {
            var tables: [[OffsetRow]] = []
            for group in groups { tables.append(try run.wrappingExecution { () throws(ClientError) in try rows(group) }) }
            for (group, rows) in zip(groups, tables) where try prints(group, code: &code) && !rows.isEmpty { printOffsets(rows) }
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
            run.printError("Consumer group '\(group.groupId)' does not exist.")
            code = .failed
            // Kafka shows the header of the members' table even then.
            return false
        default:
            throw GroupFailure.of(text: "Expected a valid consumer group state, but found '\(group.state.isEmpty ? "Unknown" : group.state)'.")
        }
        return true
    }

    // MARK: Offsets

    /// One line of the offsets' table.
    private struct OffsetRow {
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

    private func rows(_ group: GroupDescription) throws(ClientError) -> [OffsetRow] {
        let committed = try run.admin.committedOffsets(of: group.groupId)
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
        let ends = try run.admin.offsets(of: Set(owners.map(\.0)).sorted(), .latest)
        return owners.map { partition, member in
            OffsetRow(
                group: group.groupId, partition: partition, leaderEpoch: committed[partition].flatMap { $0.leaderEpoch < 0 ? nil : $0.leaderEpoch },
                current: committed[partition]?.offset,
                end: ends[partition] ?? nil, member: member)
        }
    }

    private func printOffsets(_ rows: [OffsetRow]) {
        func width(_ value: (OffsetRow) -> String) -> Int { max(15, rows.map { value($0).utf16.count }.max() ?? 0) }
        var header = ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"]
        var widths = [
            width(\.group), width(\.partition.topic), 10, 15, 15, 15, width { $0.member?.memberId ?? "-" }, width { $0.member?.host ?? "-" }, 0,
        ]
        if isVerbose {
            header.insert("LEADER-EPOCH", at: 3)
            widths.insert(15, at: 3)
        }
        var text = "\n" + Table.row(header, widths: widths, trailing: false)
        for row in rows {
            var cells = [row.group, row.partition.topic, String(row.partition.partition), Self.text(row.current), Self.text(row.end), Self.text(row.lag)]
            cells += [row.member?.memberId ?? "-", row.member?.host ?? "-", row.member?.clientId ?? "-"]
            if isVerbose { cells.insert(Self.text(row.leaderEpoch), at: 3) }
            text += "\n" + Table.row(cells, widths: widths, trailing: false)
        }
        run.context.output.line(text)
    }

    private static func text(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "-" }

    // MARK: Members

    private func printMembers(_ group: GroupDescription) {
        let members = group.members
        let hasInstances = members.contains { $0.instanceId != nil }
        // A column of its own only while a classic group is on its way to the new protocol.
        let isMixed = members.contains { $0.isUpgraded == false }
        var header = ["GROUP", "CONSUMER-ID"] + (hasInstances ? ["GROUP-INSTANCE-ID"] : []) + ["HOST", "CLIENT-ID", "#PARTITIONS"]
        var least = [15, 15] + (hasInstances ? [17] : []) + [15, 15, 15]
        if isVerbose {
            header += ["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"] + (isMixed ? ["UPGRADED"] : [])
            least += [15, 20, 15, 20] + (isMixed ? [0] : [])
        }
        let rows = members.map { member in
            var cells = [group.groupId, member.memberId]
            if hasInstances { cells.append(member.instanceId ?? "") }
            cells += [member.host, member.clientId, String(member.assignment.count)]
            if isVerbose {
                cells += [Self.text(member.memberEpoch), Self.assignment(member.assignment), Self.text(group.targetAssignmentEpoch)]
                cells.append(Self.assignment(member.targetAssignment ?? []))
                if isMixed { cells.append(String(member.isUpgraded ?? false)) }
            }
            return cells
        }
        // The last column of the mixed form has no padding.
        let widths = least.indices.map { index in least[index] == 0 ? 0 : max(least[index], rows.map { $0[index].utf16.count }.max() ?? 0) }
        let output = run.context.output
        output.write("\n")
        for cells in [header] + rows {
            // Kafka ends the short form of a line with one more blank.
            output.line(Table.row(cells, widths: widths, trailing: !isVerbose))
        }
    }

    /// `orders:0,1;payments:3`, or `-`.
    private static func assignment(_ partitions: [TopicPartition]) -> String {
        if partitions.isEmpty { return "-" }
        return Dictionary(grouping: Set(partitions), by: \.topic).sorted { $0.key < $1.key }
            .map { topic, partitions in "\(topic):\(partitions.map(\.partition).sorted().map { String($0) }.joined(separator: ","))" }
            .joined(separator: ";")
    }

    // MARK: State

    private func printState(_ group: GroupDescription) {
        let coordinator = group.coordinator.map { "\($0.host):\($0.port)  (\($0.id))" } ?? "-"
        var header = ["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"]
        var cells = [group.groupId, coordinator, group.assignor.isEmpty ? "-" : group.assignor, group.state]
        var widths = [max(15, group.groupId.utf16.count), max(25, coordinator.utf16.count), 20, 20]
        if isVerbose {
            header += ["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]
            cells += [Self.text(group.groupEpoch), Self.text(group.targetAssignmentEpoch)]
            widths += [15, 25]
        }
        header.append("#MEMBERS")
        cells.append(String(group.members.count))
        widths.append(0)
        let output = run.context.output
        output.write("\n")
        output.line(Table.row(header, widths: widths, trailing: false))
        output.line(Table.row(cells, widths: widths, trailing: false))
    }
}
