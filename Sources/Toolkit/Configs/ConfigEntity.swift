import KafkaClient
import Vocabulary

/// What has settings. The raw values are those of `--entity-type`, in the order in which Kafka lists them.
enum EntityType: String, CaseIterable {
    case topics, clients, users, brokers, ips
    case clientMetrics = "client-metrics"
    case groups
    case brokerLoggers = "broker-loggers"

    /// One of them, as texts name it: Kafka takes the last letter away.
    var singular: Substring { rawValue.dropLast() }

    /// The kind of resource that has such settings; nil for quotas and passwords.
    var resource: ConfigResource.Kind? {
        switch self {
        case .topics: .topic
        case .brokers: .broker
        case .brokerLoggers: .brokerLogger
        case .clientMetrics: .clientMetrics
        case .groups: .group
        case .clients, .users, .ips: nil
        }
    }

    /// The part of a quota's entity; nil for what has no quotas.
    var quotaPart: QuotaEntity.Part? {
        switch self {
        case .users: .user
        case .clients: .clientId
        case .ips: .ip
        default: nil
        }
    }
}

/// Which things a command is about: types and names, in Kafka's order.
struct EntitySelection {
    /// Options that name a type and one thing of it.
    static let flags: [(option: String, type: EntityType)] = [
        ("topic", .topics), ("client", .clients), ("user", .users), ("broker", .brokers), ("broker-logger", .brokerLoggers), ("ip", .ips),
        ("client-metrics", .clientMetrics), ("group", .groups),
    ]
    /// Options that stand for the defaults of a type.
    static let defaultFlags: [(option: String, type: EntityType)] = [
        ("client-defaults", .clients), ("user-defaults", .users), ("broker-defaults", .brokers), ("ip-defaults", .ips),
    ]

    /// At least one; two for users and their clients.
    let types: [EntityType]
    /// An empty name stands for the defaults. Fewer than types where all are meant.
    let names: [String]

    /// The words of the types, whatever they are.
    static func typeWords(_ options: ParsedOptions) -> [String] {
        options.all("entity-type") + (flags + defaultFlags).filter { options.has($0.option) }.map(\.type.rawValue)
    }

    static func names(_ options: ParsedOptions) throws(ToolError) -> [String] {
        var typed = options.all("entity-name")[...]
        var names: [String] = []
        for option in options.order {
            if option == "entity-name" { names.append(typed.popFirst() ?? "") }
            if option == "entity-default" { names.append("") }
        }
        for flag in flags { if let name = try options.string(flag.option) { names.append(name) } }
        return names + defaultFlags.filter { options.has($0.option) }.map { _ in "" }
    }

    var hasName: Bool { names.contains { !$0.isEmpty } }
    var hasDefault: Bool { names.contains("") }
}
