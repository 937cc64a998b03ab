import KafkaClient
import Security

/// One call of the tool: where its actions (a file each) find the options, the cluster and the output.
struct Acls {
    let context: ToolContext
    let admin: Admin

    var options: ParsedOptions { context.options }

    static let acls = Shape<AclBinding>("acls", "an entry of an access control list", text: .lines { "\t\($0.entry)" }, columns { $0 })

    /// What every row says of its binding.
    static func columns<Row>(_ binding: @escaping @Sendable (Row) -> AclBinding) -> [Column<Row>] {
        [
            Column("resourceType", "type of the resource, such as TOPIC") { binding($0).pattern.type.name },
            Column("resourceName", "name of the resource, or what it begins with") { binding($0).pattern.name ?? "" },
            Column("patternType", "how the name is meant: LITERAL or PREFIXED") { binding($0).pattern.patternType.name },
            Column("principal", "who, as type:name") { binding($0).entry.principal ?? "" },
            Column("host", "from where; * from everywhere") { binding($0).entry.host ?? "" },
            Column("operation", "what, such as READ") { binding($0).entry.operation.name },
            Column("permission", "ALLOW or DENY") { binding($0).entry.permission.name },
        ]
    }
}
