import Host
import KafkaClient

/// Which options go together, in Kafka's order of checks and with its texts.
enum ConfigsRules {
    /// The entities that the command is about, once all is well.
    static func check(_ options: ParsedOptions) throws(ToolError) -> EntitySelection {
        if options.has("alter") == options.has("describe") { throw .usage("Command must include exactly one action: --describe, --alter") }
        try options.forbid("describe", with: ["alter", "add-config", "delete-config"])
        let selection = try selection(options)
        if options.has("bootstrap-server"), options.has("bootstrap-controller") {
            throw .invalid("Only one of --bootstrap-server or --bootstrap-controller can be specified")
        }
        try checkNames(selection, options)
        if options.has("describe") { try checkDescribe(selection, options) } else { try checkAlter(selection, options) }
        return selection
    }

    private static func selection(_ options: ParsedOptions) throws(ToolError) -> EntitySelection {
        let words = EntitySelection.typeWords(options)
        var seen: Set<String> = []
        let duplicates = words.filter { !seen.insert($0).inserted }
        if !duplicates.isEmpty { throw .invalid("Duplicate entity type(s) specified: \(duplicates.joined(separator: ","))") }
        if !options.has("bootstrap-server"), !options.has("bootstrap-controller") {
            throw .invalid("Either --bootstrap-server or --bootstrap-controller must be specified.")
        }
        var types: [EntityType] = []
        for word in words {
            guard let type = EntityType(rawValue: word) else {
                let known = EntityType.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid(
                    "Invalid entity type \(word), the entity type must be one of \(known) with a --bootstrap-server or --bootstrap-controller argument")
            }
            types.append(type)
        }
        if types.isEmpty { throw .invalid("At least one entity type must be specified") }
        if types.count > 1, Set(types) != [.users, .clients] { throw .invalid("Only 'users' and 'clients' entity types may be specified together") }
        let isGeneral = ["entity-name", "entity-type", "entity-default"].contains { options.has($0) }
        if isGeneral, (EntitySelection.flags + EntitySelection.defaultFlags).contains(where: { options.has($0.option) }) {
            throw .invalid("--entity-{type,name,default} should not be used in conjunction with specific entity flags")
        }
        return EntitySelection(types: types, names: try EntitySelection.names(options))
    }

    /// Brokers have numbers; an address must be one, or a name of one.
    private static func checkNames(_ selection: EntitySelection, _ options: ParsedOptions) throws(ToolError) {
        guard selection.hasName, let type = selection.types.first else { return }
        if type == .brokers || type == .brokerLoggers {
            for option in ["entity-name", "broker", "broker-logger"] {
                guard let name = try options.string(option), Int32(java: name) == nil else { continue }
                throw .invalid("The entity name for \(type.rawValue) must be a valid integer broker id, but it is: \(name)")
            }
        }
        if type == .ips {
            for option in ["entity-name", "ip"] {
                guard let name = try options.string(option), !isAddress(name) else { continue }
                throw .invalid("The entity name for ips must be a valid IP or resolvable host, but it is: \(name)")
            }
        }
    }

    private static func isAddress(_ host: String) -> Bool { if case .success = EventLoop.lookUp(host: host, port: 0) { true } else { false } }

    private static func checkDescribe(_ selection: EntitySelection, _ options: ParsedOptions) throws(ToolError) {
        let types = selection.types.map(\.rawValue).joined(separator: ",")
        if options.has("entity-default"), !selection.types.contains(where: \.hasDefaults) {
            throw .invalid("--entity-default must not be specified with --describe of \(types)")
        }
        if selection.types.contains(.brokerLoggers), !selection.hasName {
            throw .invalid("An entity name must be specified with --describe of \(types)")
        }
    }

    private static func checkAlter(_ selection: EntitySelection, _ options: ParsedOptions) throws(ToolError) {
        if selection.types.contains(where: \.hasDefaults) {
            if !selection.hasName, !selection.hasDefault {
                throw .invalid("An entity-name or default entity must be specified with --alter of users, clients, brokers or ips")
            }
        } else if !selection.hasName {
            throw .invalid("An entity name must be specified with --alter of \(selection.types.map(\.rawValue).joined(separator: ","))")
        }
        if options.has("add-config"), options.has("add-config-file") { throw .invalid("Only one of --add-config or --add-config-file must be specified") }
        if !["add-config", "add-config-file", "delete-config"].contains(where: { options.has($0) }) {
            throw .invalid("At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter")
        }
        if selection.types.count != selection.names.count { throw .invalid("An entity name must be specified for every entity type") }
    }
}

extension EntityType {
    /// Whether settings for all that have none of their own exist.
    fileprivate var hasDefaults: Bool { self == .users || self == .clients || self == .brokers || self == .ips }
}
