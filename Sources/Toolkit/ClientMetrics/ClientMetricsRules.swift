import KafkaClient

/// Which options go together, in Kafka's order of checks and with its texts.
enum ClientMetricsRules {
    /// What to do.
    enum Action: String, CaseIterable { case alter, delete, describe, list }

    static func check(_ options: ParsedOptions) throws(ToolError) -> Action {
        let actions = Action.allCases.filter { options.has($0.rawValue) }
        guard let action = actions.first, actions.count == 1 else {
            throw .usage("Command must include exactly one action: --alter, --delete, --describe or --list.")
        }
        if !options.has("bootstrap-server") { throw .invalid("--bootstrap-server must be specified.") }
        let changes = ["generate-name", "interval", "match", "metrics"]
        try options.forbid("delete", with: changes)
        try options.forbid("describe", with: changes)
        try options.forbid("list", with: ["name"] + changes)
        if action == .alter {
            if options.has("name") == options.has("generate-name") { throw .invalid("One of --name or --generate-name must be specified with --alter.") }
            if let interval = try options.string("interval"), !interval.isEmpty, Int32(java: interval) == nil {
                throw .invalid("Invalid interval value. Enter an integer, or leave empty to reset.")
            }
        }
        if action == .delete, !options.has("name") { throw .invalid("A client metrics resource name must be specified with --delete.") }
        return action
    }
}
