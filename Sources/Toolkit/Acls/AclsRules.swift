/// Which options go together, in Kafka's order of checks and with its texts.
enum AclsRules {
    /// What to do.
    enum Action: String, CaseIterable { case add, remove, list }

    /// The action, once all checks have passed.
    static func check(_ options: ParsedOptions) throws(ToolError) -> Action {
        switch (options.has("bootstrap-server"), options.has("bootstrap-controller")) {
        case (true, true): throw .usage("Only one of --bootstrap-server or --bootstrap-controller must be specified")
        case (false, false): throw .usage("One of --bootstrap-server or --bootstrap-controller must be specified")
        default: break
        }
        let actions = Action.allCases.filter { options.has($0.rawValue) }
        guard let action = actions.first, actions.count == 1 else {
            throw .usage("Command must include exactly one action: --list, --add, --remove. ")
        }
        try options.forbid("list", with: ["producer", "consumer", "allow-host", "allow-principal", "deny-host", "deny-principal"])
        // What a producer or a consumer needs is known, and denying it to somebody takes one operation.
        for role in ["producer", "consumer"] { try options.forbid(role, with: ["operation", "deny-principal", "deny-host"]) }
        if options.has("principal"), action != .list { throw .usage("The --principal option is only available if --list is set") }
        if options.has("producer"), !options.has("topic") { throw .usage("With --producer you must specify a --topic") }
        if options.has("idempotent"), !options.has("producer") { throw .usage("The --idempotent option is only available if --producer is set") }
        if options.has("consumer") {
            let hasOthers = !options.has("producer") && (options.has("cluster") || options.has("transactional-id"))
            guard options.has("topic"), options.has("group"), !hasOthers else {
                throw .usage(
                    "With --consumer you must specify a --topic and a --group and no --cluster or --transactional-id option should be specified.")
            }
        }
        return action
    }
}
