import KafkaClient

/// `kafka-groups`: lists groups of every kind.
enum GroupsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "groups", kafkaName: "kafka-groups", purpose: "List the groups of all types.",
        options: [
            Option("bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them", required: true),
            .commandConfig, Option("list", help: "List groups"),
            Option("consumer", help: "List consumer groups, of both protocols"), Option("share", help: "List share groups"),
            Option("streams", help: "List streams groups"),
            Option(
                "group-type", value: .required("type"), help: "List groups of this type", completion: .words(["classic", "consumer", "share", "streams"])),
            Option("protocol", value: .required("protocol"), help: "List groups of this protocol", completion: .words(["consumer", "connect", "share"])),
        ],
        sections: [groups.section], examples: ["--bootstrap-server localhost:9092 --list", "--bootstrap-server localhost:9092 --list --group-type consumer"])

    static let groups = Shape<GroupListing>(
        "groups", "a group", text: .table(TableStyle(isTrailing: true, isHeadingBare: true, hasEqualWidths: true)),
        [
            Column("group", "group", heading: "GROUP", width: .least(20)) { $0.groupId },
            Column("type", "its type", heading: "TYPE", width: .least(20)) { $0.type },
            Column("protocol", "its protocol; null where only offsets were committed", heading: "PROTOCOL", width: .least(20), cell: { $0.protocolType }) {
                $0.protocolType.isEmpty ? nil : $0.protocolType
            },
        ])

    private static let kinds = ["consumer", "share", "streams"]

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        if !options.has("list") { throw ToolError.usage("Command must include exactly one action: --list.") }
        for kind in kinds { try options.forbid(kind, with: kinds.filter { $0 != kind } + ["group-type", "protocol"]) }
        let type = try options.string("group-type").map { text throws(ToolError) in
            guard let known = ["classic", "consumer", "share", "streams"].first(where: { $0 == text.lowercased() }) else {
                throw ToolError.invalid("--group-type must be a valid group type.")
            }
            return known.prefix(1).uppercased() + known.dropFirst()
        }
        let named = try options.string("protocol")
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        let all: [GroupListing]
        do throws(ClientError) {
            all = try session.admin.listGroups()
        } catch {
            if error.kind == .interrupted { throw error }
            throw ToolError(error).onOutput("Error while executing groups command : \(error.message)", reason: error.reason)
        }
        context.report.add(
            all.filter { group in
                if options.has("consumer"), !(group.type == "Consumer" || (group.type == "Classic" && ["consumer", ""].contains(group.protocolType))) {
                    return false
                }
                if options.has("share"), group.type != "Share" { return false }
                if options.has("streams"), group.type != "Streams" { return false }
                return (type ?? group.type) == group.type && (named ?? group.protocolType) == group.protocolType
            }, as: groups)
        return .done
    }
}
