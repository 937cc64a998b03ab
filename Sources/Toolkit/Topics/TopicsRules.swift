import KafkaProtocol

/// Which options go together, in Kafka's order of checks and with its texts.
enum TopicsRules {
    /// What to do.
    enum Action: String, CaseIterable { case list, describe, create, alter, delete }

    /// The one action; more or fewer are an error.
    static func action(_ options: ParsedOptions) throws(ToolError) -> Action {
        let actions = Action.allCases.filter { options.has($0.rawValue) }
        guard let action = actions.first, actions.count == 1 else {
            throw .usage("Command must include exactly one action: --list, --describe, --create, --alter or --delete")
        }
        return action
    }

    static func check(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        let action = try action(options)
        guard options.has("bootstrap-server") else { throw ToolError.invalid("--bootstrap-server must be specified") }
        if action == .describe, options.has("if-exists") {
            if !options.has("topic"), !options.has("topic-id") { throw .usage("--topic or --topic-id is required to describe a topic") }
            if options.has("topic"), options.has("topic-id") {
                context.report.say("Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID")
            }
        }
        if action != .list, action != .describe { try options.requirePresent("topic") }
        if action == .alter {
            if options.has("config") {
                throw .usage(
                    "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (To alter topic configurations, the kafka-configs tool can be used.)"
                )
            }
            try options.requirePresent("partitions")
        }
        try checkClashes(options, action)
    }

    private static func checkClashes(_ options: ParsedOptions, _ action: Action) throws(ToolError) {
        func only(_ name: String, with allowed: Action..., not others: [String] = []) throws(ToolError) {
            try options.forbid(name, with: Action.allCases.filter { !allowed.contains($0) }.map(\.rawValue) + others)
        }
        try only("config", with: .create, .alter)
        try only("partitions", with: .create, .alter)
        try only("replication-factor", with: .create)
        try only("replica-assignment", with: .create, .alter)
        if action == .create { try options.forbid("replica-assignment", with: ["partitions", "replication-factor"]) }
        for report in ["under-replicated-partitions", "under-min-isr-partitions", "at-min-isr-partitions", "unavailable-partitions"] {
            try only(report, with: .describe, not: ["topics-with-overrides"])
        }
        try only("topics-with-overrides", with: .describe)
        try only("if-exists", with: .alter, .delete, .describe)
        try only("if-not-exists", with: .create)
        try only("exclude-internal", with: .list, .describe)
    }
}
