import KafkaClient

/// `--list`: the ids of consumer groups, with their type and state when asked.
struct ListGroups {
    let run: GroupRun

    private static let validStates = ["Stable", "Dead", "Empty", "CompletingRebalance", "Assigning", "PreparingRebalance", "Reconciling"]
    private static let validTypes = ["Consumer", "Classic"]

    func perform() throws -> ExitCode {
        let options = run.context.options
        let showsType = options.has("type")
        let showsState = options.has("state")
        let states = try filter("state", valid: Self.validStates) {
            "Invalid state list '\($0)'. Valid states are: \(Self.validStates.joined(separator: ", "))"
        }
        let types = try filter("type", valid: Self.validTypes) { "Invalid types list '\($0)'. Valid types are: \(Self.validTypes.joined(separator: ", "))" }
        let groups = try run.wrappingExecution { () throws(ClientError) in try run.consumerGroups(states: states, types: types) }
        guard showsType || showsState else {
            run.context.report.add(groups, as: Self.ids)
            return .done
        }
        let hidden = ["type": showsType, "state": showsState].filter { !$0.value }.keys
        run.context.report.add(groups, as: Self.groups, hiding: Set(hidden).union(["protocolType"]))
        return .done
    }

    private static let columns: [Column<GroupListing>] = [
        Column("group", "group", heading: "GROUP", width: .least(15, plus: 10)) { $0.groupId },
        Column("type", "its type", heading: "TYPE", width: .fixed(20)) { $0.type },
        Column("state", "its state", heading: "STATE", width: .fixed(20)) { $0.state },
        Column("protocolType", "its protocol type; null where only offsets were committed") { $0.protocolType.isEmpty ? nil : $0.protocolType },
    ]

    static let groups = Shape<GroupListing>("groups", "a consumer group", text: .table(TableStyle()), columns)
    private static let ids = Shape<GroupListing>("groups", "a consumer group", text: .lines(\.groupId), columns)

    /// The words of an optional filter in Kafka's spelling; empty when it was not given.
    private func filter(_ option: String, valid: [String], message: (String) -> String) throws(ToolError) -> [String] {
        guard let text = try run.context.options.string(option), !text.isEmpty else { return [] }
        var words: [String] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = word.filter { $0 != " " }.lowercased()
            guard let known = valid.first(where: { $0.lowercased() == trimmed }) else { throw .usage(message(text)) }
            words.append(known)
        }
        return words
    }
}
