import ClientDriver
import KafkaClient

/// kafka-consumer-groups: lists, describes and deletes groups, and moves their offsets. Kafka 4.3.1's option rules and texts.
public enum ConsumerGroupsTool {
    /// The tool.
    public static let tool = Tool(command) { context in try run(context) }

    private static let actions = ["list", "describe", "delete", "reset-offsets", "delete-offsets", "validate-regex"]
    private static let scenarios = ["to-offset", "to-datetime", "by-duration", "to-earliest", "to-latest", "to-current", "shift-by", "from-file"]

    static let command = Command(
        name: "consumer-groups", kafkaName: "kafka-consumer-groups",
        purpose: "List, describe and delete consumer groups, or reset their offsets.",
        options: options,
        sections: [
            ListGroups.groups.section, DescribeGroups.offsets.section, DescribeGroups.members.section, DescribeGroups.states.section,
            DeleteGroups.deletions.section, DeleteOffsets.offsets.section, ResetOffsets.newOffsets().section,
        ],
        notes: [
            "--describe shows each partition's committed offset, the end of its log and the lag between them; with --members or --state it shows the group's "
                + "members or its coordinator and state instead.",
            "--reset-offsets only shows what it would do unless --execute is given. The group must have no members.",
            "The exit code tells of any failure, also where Kafka's own tool exits with 0.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --list --state", "--bootstrap-server localhost:9092 --describe --group billing",
            "--bootstrap-server localhost:9092 --describe --group billing --members --verbose",
            "--bootstrap-server localhost:9092 --reset-offsets --group billing --topic orders --to-earliest --execute",
            "--bootstrap-server localhost:9092 --reset-offsets --group billing --all-topics --to-current --export --dry-run > offsets.csv",
            "--bootstrap-server localhost:9092 --delete --group billing",
        ])

    private static let options: [Option] = [
        Option("bootstrap-server", value: .required("host:port,..."), help: "Brokers to connect to (needed by all actions but --validate-regex)"),
        Option("command-config", value: .required("file"), help: "Java properties for the connection", completion: .file),
        Option("list", help: "List consumer groups"),
        Option("describe", help: "Describe groups: offsets and lag, or what --members or --state ask for"),
        Option("delete", help: "Delete groups with all their offsets"),
        Option("reset-offsets", help: "Set the offsets of groups that have no members; shows the plan unless --execute is given"),
        Option("delete-offsets", help: "Delete a group's offsets of some topics"),
        Option("validate-regex", value: .required("regex"), help: "Check a subscription pattern in RE2's syntax, without a cluster"),
        Option("group", value: .required("group"), help: "The group to act on", repeatable: true, completion: .group),
        Option("all-groups", help: "Act on all groups"),
        Option("topic", value: .required("topic[:0,1,2]"), help: "Topic, or some of its partitions, to act on", repeatable: true, completion: .topic),
        Option("all-topics", help: "Reset all topics that the group has offsets of"),
        Option("members", help: "Describe the members", availableIf: ["describe"]),
        Option("offsets", help: "Describe offsets and lag, as without it", availableIf: ["describe"]),
        Option("verbose", help: "Describe in more detail", availableIf: ["describe"]),
        Option(
            "state", value: .optional("states"), help: "Describe the state; or list the states, of all groups or of those in the given ones",
            availableIf: ["describe", "list"],
            completion: .words(["Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling", "Dead"])),
        Option(
            "type", value: .optional("types"), help: "List the types, of all groups or of those of the given ones", availableIf: ["list"],
            completion: .words(["Classic", "Consumer"])),
        Option("timeout", value: .required("ms"), help: "How long to wait for the cluster, in milliseconds", default: "30000"),
        Option("dry-run", help: "Only show the new offsets"),
        Option("execute", help: "Commit the new offsets"),
        Option("export", help: "Write the new offsets as CSV, for --from-file"),
        Option("to-offset", value: .required("offset"), help: "Reset to an offset"),
        Option(
            "to-datetime", value: .required("datetime"),
            help: "Reset to the first record at or after a time: YYYY-MM-DDThh:mm:ss.sss, UTC unless it names a zone"),
        Option("by-duration", value: .required("duration"), help: "Reset to the first record at or after a time this long ago: PnDTnHnMnS"),
        Option("to-earliest", help: "Reset to the beginning"),
        Option("to-latest", help: "Reset to the end"),
        Option("to-current", help: "Reset to the committed offset, or the end where there is none"),
        Option("shift-by", value: .required("count"), help: "Move the committed offset by a number that may be negative"),
        Option("from-file", value: .required("file"), help: "Reset to the offsets in a CSV file", completion: .file),
    ]

    private static func run(_ context: ToolContext) throws -> ExitCode {
        try check(context)
        if let pattern = try context.options.string("validate-regex") { return ValidateRegex.perform(pattern, report: context.report) }
        do {
            let run = try GroupRun(context)
            defer { run.session.close() }
            let options = context.options
            if options.has("list") { return try ListGroups(run: run).perform() }
            if options.has("describe") { return try DescribeGroups(run: run).perform() }
            if options.has("delete") { return try DeleteGroups(run: run).perform() }
            if options.has("reset-offsets") { return try ResetOffsets(run: run).perform() }
            return try DeleteOffsets(run: run).perform()
        } catch let error as ClientError where error.kind != .interrupted {
            throw GroupFailure.of(error, text: error.message)
        } catch let error as ToolError {
            throw GroupFailure.shown(error)
        }
    }

    // MARK: Rules

    private static func check(_ context: ToolContext) throws(ToolError) {
        let options = context.options
        if !options.has("validate-regex") { try options.requirePresent("bootstrap-server") }
        let hasGroups = options.has("group") || options.has("all-groups")
        if options.has("describe") { try checkDescribe(options, hasGroups) }
        if options.has("delete") {
            if !hasGroups { throw .usage("Option [delete] takes one of these options: [all-groups], [group]") }
            if options.has("topic") { throw .usage("The consumer does not support topic-specific offset deletion from a consumer group.") }
        }
        if options.has("delete-offsets"), !options.has("group") || !options.has("topic") {
            throw .usage("Option [delete-offsets] takes the following options: [group], [topic]")
        }
        if options.has("reset-offsets") { try checkReset(context, hasGroups) }
        try options.forbid("group", with: ["all-groups"])
        try options.forbid("group", with: ["list"])
        try options.forbid("topic", with: ["list", "describe"])
        if actions.count(where: { options.has($0) }) != 1 {
            throw .usage("Command must include exactly one action: \(actions.map { "--\($0)" }.joined(separator: ", "))")
        }
    }

    private static func checkDescribe(_ options: ParsedOptions, _ hasGroups: Bool) throws(ToolError) {
        if !hasGroups { throw .usage("Option [describe] takes one of these options: [group], [all-groups]") }
        if ["members", "offsets", "state"].count(where: { options.has($0) }) > 1 {
            throw .usage("Option [describe] takes at most one of these options: [members], [offsets], [state]")
        }
        if options.has("state"), try options.string("state") != nil { throw .usage("Option [describe] does not take a value for [state]") }
    }

    private static func checkReset(_ context: ToolContext, _ hasGroups: Bool) throws(ToolError) {
        let options = context.options
        if options.has("dry-run"), options.has("execute") { throw .usage("Option [reset-offsets] only accepts one of [execute] and [dry-run]") }
        if !options.has("dry-run"), !options.has("execute") {
            context.error.line(
                "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute "
                    + "to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default "
                    + "behavior without prompting.")
        }
        if !hasGroups { throw .usage("Option [reset-offsets] takes one of these options: [group], [all-groups]") }
        for scenario in scenarios { try options.forbid(scenario, with: scenarios.filter { $0 != scenario }) }
    }
}
