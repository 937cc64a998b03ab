import KafkaClient
import Vocabulary

/// `--describe` of users, clients and addresses: their quotas, and how users' passwords are kept.
struct DescribeQuotas {
    let context: ToolContext
    let admin: Admin

    static let quotas = Shape<ClientQuota>(
        "quotas", "the quotas of users, clients or addresses",
        text: .lines { quota in
            let entity = quota.entity.parts.map { part, name in name.map { "\(part.title) '\($0)'" } ?? "the default \(part.title)" }
            let values = quota.values.sorted { $0.key < $1.key }.map { "\($0.key)=\(ConfigValue.javaText($0.value))" }
            return "Quota configs for \(entity.joined(separator: ", ")) are \(values.joined(separator: ", "))"
        },
        [
            Column(
                "entity", "whose quotas they are: a user, a client id, both, or an address", type: .array(.object(entityFields)),
                json: { quota in
                    .array(quota.entity.parts.map { .members(["type": .string($0.part.type.rawValue), "name": $0.name.map { .string($0) } ?? .null]) })
                }),
            Column("values", "the value of each quota by its name") { $0.values },
        ])

    private static let entityFields = [
        Field("type", .string, "what it is, as --entity-type takes it"),
        Field("name", .nullable(.string), "its name; null for the default of all that have no quotas of their own"),
    ]

    /// How the passwords of a user are kept.
    struct CredentialRow {
        let user: String
        let credentials: Result<[ScramCredentialInfo], ClientError>
    }

    static let credentials = Shape<CredentialRow>(
        "scramCredentials", "how the passwords of a user are kept",
        text: .lines { row in
            switch row.credentials {
            case .success(let infos):
                let list = infos.map { "\($0.mechanism.name)=iterations=\($0.iterations)" }.joined(separator: ", ")
                return "SCRAM credential configs for user-principal '\(row.user)' are \(list)"
            case .failure(let error):
                return "Error retrieving SCRAM credential configs for user-principal '\(row.user)': \(error.exceptionName): \(error.message)"
            }
        },
        [
            Column("user", "user") { $0.user },
            Column(
                "credentials", "each way in which the password is kept; null where that cannot be told", type: .nullable(.array(.object(credentialFields))),
                json: { row in
                    guard let infos = try? row.credentials.get() else { return .null }
                    return .array(infos.map { .members(["mechanism": .string($0.mechanism.name), "iterations": .int(Int64($0.iterations))]) })
                }),
            Column("error", "why it cannot be told") { $0.credentials.failure?.javaDescription },
        ])

    private static let credentialFields = [
        Field("mechanism", .string, "SCRAM-SHA-256 or SCRAM-SHA-512"), Field("iterations", .integer, "how often the password was hashed"),
    ]

    func perform(_ selection: EntitySelection) throws -> ExitCode {
        context.report.add(try Self.ask(admin, selection).sorted { $0.entity.sortKey.lexicographicallyPrecedes($1.entity.sortKey) }, as: Self.quotas)
        if selection.types.contains(.clients) || selection.types.contains(.ips) || selection.hasDefault { return .done }
        let rows = try admin.describeScramCredentials(of: selection.names).map { CredentialRow(user: $0.user, credentials: $0.credentials) }
        context.report.add(rows, as: Self.credentials)
        return .of(rows.compactMap(\.credentials.failure?.exit), among: rows.count)
    }

    /// The quotas of what was selected; a type without a name stands for all names.
    static func ask(_ admin: Admin, _ selection: EntitySelection) throws -> [ClientQuota] {
        if selection.names.count > selection.types.count { throw ToolError.invalid("More entity names specified than entity types") }
        var parts: [(part: QuotaEntity.Part, match: QuotaMatch)] = []
        for (index, type) in selection.types.enumerated() {
            guard let part = type.quotaPart else { continue }
            let name = index < selection.names.count ? selection.names[index] : nil
            parts.append((part, name.map { $0.isEmpty ? .defaults : .name($0) } ?? .any))
        }
        return try admin.describeClientQuotas(parts)
    }
}

extension QuotaEntity {
    /// Users before clients.
    fileprivate var parts: [(part: Part, name: String?)] { Part.allCases.compactMap { part in names[part].map { (part, $0) } } }

    /// Defaults come behind names.
    fileprivate var sortKey: [String] { parts.flatMap { [$0.part.rawValue, $0.name == nil ? "1" : "0", $0.name ?? ""] } }
}

extension QuotaEntity.Part {
    /// What Kafka's texts call it.
    fileprivate var title: String {
        switch self {
        case .user: "user-principal"
        case .clientId: "client-id"
        case .ip: "ip"
        }
    }

    fileprivate var type: EntityType {
        switch self {
        case .user: .users
        case .clientId: .clients
        case .ip: .ips
        }
    }
}
