import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--describe` of what has settings: a heading a thing, a line a setting.
struct DescribeConfigs {
    let context: ToolContext
    let admin: Admin
    let type: EntityType
    let kind: ConfigResource.Kind

    /// A setting of a thing.
    struct Row {
        let type: EntityType
        /// Empty for the defaults of all brokers.
        let name: String
        let entry: ConfigEntry

        var source: String { Self.source(entry.configSource) }
        var synonyms: [(source: String, name: String, value: String?)] { entry.synonyms.map { (Self.source($0.source), $0.name, $0.value) } }

        private static func source(_ wire: Int8) -> String { (ConfigSource(rawValue: wire) ?? .unknown).name }
    }

    static let configs = Shape<Row>(
        "configs", "a setting of a thing",
        text: .lines { row in
            let synonyms = row.synonyms.map { "\($0.source):\($0.name)=\($0.value ?? "null")" }.joined(separator: ", ")
            return "  \(row.entry.name)=\(row.entry.value ?? "null") sensitive=\(row.entry.isSensitive) synonyms={\(synonyms)}"
        },
        [
            Column("entityType", "what has the setting, as --entity-type takes it") { $0.type.rawValue },
            Column("entityName", "its name; null for the defaults of all brokers") { $0.name.isEmpty ? nil : $0.name },
            Column("name", "name of the setting") { $0.entry.name },
            Column("value", "its value; null when there is none, or when it is a secret") { $0.entry.value },
            Column("sensitive", "whether the value is a secret, which is never told") { $0.entry.isSensitive },
            Column("source", "where the value comes from, such as DYNAMIC_TOPIC_CONFIG") { $0.source },
            Column(
                "synonyms", "all values that are set for it under any name, the one that holds first", type: .array(.object(synonymFields)),
                json: { row in
                    .array(
                        row.synonyms.map { .members(["source": .string($0.source), "name": .string($0.name), "value": $0.value.map { .string($0) } ?? .null]) })
                }),
        ])

    /// A thing that is described, before its settings.
    struct Entity {
        let type: EntityType
        /// Empty for the defaults of all brokers.
        let name: String
        let showsAll: Bool
    }

    static let entities = Shape<Entity>(
        "entities", "a thing that was described, with settings or without",
        text: .lines { entity in
            if entity.name.isEmpty { return "Default configs for \(entity.type.rawValue) in the cluster are:" }
            return "\(entity.showsAll ? "All" : "Dynamic") configs for \(entity.type.singular) \(entity.name) are:"
        },
        [
            Column("entityType", "what it is, as --entity-type takes it") { $0.type.rawValue },
            Column("entityName", "its name; null for the defaults of all brokers") { $0.name.isEmpty ? nil : $0.name },
        ])

    private static let synonymFields = [
        Field("source", .string, "where the value comes from"), Field("name", .string, "name under which it is set"),
        Field("value", .nullable(.string), "the value; null when it is a secret"),
    ]

    private var showsAll: Bool { context.options.has("all") }

    /// Describes one thing, or all of its type.
    func perform(_ name: String?) throws {
        if let name { try check(name) }
        let names = try name.map { [$0] } ?? everything()
        let resources = names.map { ConfigResource(kind, $0) }
        let answers = try admin.describeConfigs(resources, includesSynonyms: true)
        context.report.add([], as: Self.entities)
        context.report.add([], as: Self.configs)
        for resource in resources {
            let entries = try (answers[resource] ?? .failure(ClientError(code: .unknownServerError))).get()
            context.report.add(Entity(type: type, name: resource.name, showsAll: showsAll), as: Self.entities)
            let shown = entries.filter { isShown($0, of: resource.name) }.sorted { $0.name < $1.name }
            context.report.add(shown.map { Row(type: type, name: resource.name, entry: $0) }, as: Self.configs)
        }
    }

    private func isShown(_ entry: ConfigEntry, of name: String) -> Bool {
        let dynamic: ConfigSource? =
            switch kind {
            case .topic: .dynamicTopic
            case .broker: name.isEmpty ? .dynamicDefaultBroker : .dynamicBroker
            case .brokerLogger: nil
            case .clientMetrics: .dynamicClientMetrics
            case .group: .dynamicGroup
            }
        return showsAll || dynamic == nil || entry.configSource == dynamic?.rawValue
    }

    // MARK: What there is

    /// Everything of the type, sorted by name or number; of brokers the defaults as well.
    private func everything() throws(ClientError) -> [String] {
        switch kind {
        case .topic: try admin.listTopics().map(\.name)
        case .broker, .brokerLogger: try admin.allBrokers().map(String.init) + [""]
        case .clientMetrics: try admin.listConfigResources(.clientMetrics).map(\.name)
        case .group: try Set(groups() + (configuredGroups() ?? [])).sorted()
        }
    }

    private func groups() throws(ClientError) -> [String] { try admin.listGroups().map(\.groupId) }

    /// The groups with settings of their own; nil where the cluster cannot say, or not to this user.
    private func configuredGroups() throws(ClientError) -> [String]? {
        do throws(ClientError) {
            return try admin.listConfigResources(.group).map(\.name)
        } catch {
            if error.kind == .unsupportedVersion || error.code == .unsupportedVersion || error.code == .clusterAuthorizationFailed { return nil }
            throw error
        }
    }

    /// Fails for a name that is not there. With `--all` the cluster itself says so, except that nobody could be asked about a broker that is not there.
    private func check(_ name: String) throws {
        if kind == .topic, let problem = TopicName.problem(name) { throw ToolError.invalid(problem) }
        if showsAll, kind != .broker, kind != .brokerLogger { return }
        let isThere: Bool =
            switch kind {
            case .topic: try admin.listTopics().contains { $0.name == name }
            case .broker, .brokerLogger: try name.isEmpty || admin.allBrokers().contains { String($0) == name }
            case .clientMetrics: try admin.listConfigResources(.clientMetrics).contains { $0.name == name }
            case .group: try groups().contains(name) || configuredGroups()?.contains(name) ?? true
            }
        if isThere { return }
        let text = "The \(type.singular) '\(name)' doesn't exist and doesn't have dynamic config."
        let failure = ToolError.notFound("\(context.invocation.program): \(text)")
        throw showsAll ? failure : failure.onOutput(text)
    }
}
