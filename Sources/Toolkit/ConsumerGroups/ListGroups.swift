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
        let output = run.context.output
        guard showsType || showsState else {
            for group in groups { output.line(group.groupId) }
            return .done
        }
        let width = max(15, groups.map(\.groupId.utf16.count).max() ?? 0) + 10
        func row(_ group: String, _ type: String, _ state: String) {
            let cells = [group] + (showsType ? [type] : []) + (showsState ? [state] : [])
            output.line(Table.row(cells, widths: [width, 20, 20], trailing: false))
        }
        row("GROUP", "TYPE", "STATE")
        for group in groups { row(group.groupId, group.type, group.state) }
        return .done
    }

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
