/// A kind of resource as access control lists know it (KIP-140, KIP-373): the concrete ones, and `any` for filters.
public enum AclResourceType: Int8, Hashable, Sendable {
    /// Of a newer peer.
    case unknown = 0
    case any, topic, group, cluster, transactionalId, delegationToken, user

    /// Kafka's name, such as `TRANSACTIONAL_ID`.
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .any: "ANY"
        case .topic: "TOPIC"
        case .group: "GROUP"
        case .cluster: "CLUSTER"
        case .transactionalId: "TRANSACTIONAL_ID"
        case .delegationToken: "DELEGATION_TOKEN"
        case .user: "USER"
        }
    }

    /// The operations that an entry for such a resource may name beside `all`.
    public var operations: [AclOperation] { (ResourceType(rawValue: rawValue)?.operations ?? []).map { AclOperation(rawValue: $0.rawValue) ?? .unknown } }
}

/// How the name of a pattern is compared with that of a resource (KIP-290).
public enum AclPatternType: Int8, Hashable, Sendable, CaseIterable {
    /// Of a newer peer.
    case unknown = 0
    /// Filters only: patterns of every type with exactly this name.
    case any
    /// Filters only: every pattern that would be looked at for a resource of this name.
    case match
    /// The name as a whole, or `*` for every name.
    case literal
    /// Names that begin so.
    case prefixed

    /// Kafka's name, such as `LITERAL`.
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .any: "ANY"
        case .match: "MATCH"
        case .literal: "LITERAL"
        case .prefixed: "PREFIXED"
        }
    }

    /// Whether a pattern can have it; a filter can have the others as well.
    public var isSpecific: Bool { self == .literal || self == .prefixed }
}

/// What an entry allows or denies.
public enum AclOperation: Int8, Hashable, Sendable, CaseIterable {
    /// Of a newer peer.
    case unknown = 0
    /// Filters only.
    case any
    /// Every operation of the resource.
    case all
    case read, write, create, delete, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite, createTokens, describeTokens
    case twoPhaseCommit

    /// Kafka's name, such as `DESCRIBE_CONFIGS`.
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .any: "ANY"
        case .all: "ALL"
        case .read: "READ"
        case .write: "WRITE"
        case .create: "CREATE"
        case .delete: "DELETE"
        case .alter: "ALTER"
        case .describe: "DESCRIBE"
        case .clusterAction: "CLUSTER_ACTION"
        case .describeConfigs: "DESCRIBE_CONFIGS"
        case .alterConfigs: "ALTER_CONFIGS"
        case .idempotentWrite: "IDEMPOTENT_WRITE"
        case .createTokens: "CREATE_TOKENS"
        case .describeTokens: "DESCRIBE_TOKENS"
        case .twoPhaseCommit: "TWO_PHASE_COMMIT"
        }
    }
}

/// Whether an entry allows or denies; a deny wins.
public enum AclPermission: Int8, Hashable, Sendable {
    /// Of a newer peer.
    case unknown = 0
    /// Filters only.
    case any
    case deny, allow

    /// Kafka's name, such as `ALLOW`.
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .any: "ANY"
        case .deny: "DENY"
        case .allow: "ALLOW"
        }
    }
}

/// Which resources an entry is about: those of a type whose name fits. As a filter, which patterns are meant.
public struct ResourcePattern: Hashable, Sendable, CustomStringConvertible {
    public var type: AclResourceType
    /// Nil in filters only: every name.
    public var name: String?
    public var patternType: AclPatternType

    public init(_ type: AclResourceType, _ name: String?, _ patternType: AclPatternType = .literal) {
        self.type = type
        self.name = name
        self.patternType = patternType
    }

    /// Fits every pattern.
    public static let any = ResourcePattern(.any, nil, .any)
    /// The one resource of its type.
    public static let cluster = ResourcePattern(.cluster, Resource.cluster.name)

    /// As Kafka's tools print it.
    public var description: String { "ResourcePattern(resourceType=\(type.name), name=\(name ?? "<any>"), patternType=\(patternType.name))" }
}

/// Who may do what, or may not. As a filter, which entries are meant.
public struct AccessControlEntry: Hashable, Sendable, CustomStringConvertible {
    /// `User:alice`, or `User:*` for everybody; nil in filters only.
    public var principal: String?
    /// An address without a port, or `*` for every one; nil in filters only.
    public var host: String?
    public var operation: AclOperation
    public var permission: AclPermission

    public init(_ principal: String?, host: String?, _ operation: AclOperation, _ permission: AclPermission) {
        self.principal = principal
        self.host = host
        self.operation = operation
        self.permission = permission
    }

    /// Fits every entry.
    public static let any = AccessControlEntry(nil, host: nil, .any, .any)

    /// As Kafka's tools print it.
    public var description: String {
        "(principal=\(principal ?? "<any>"), host=\(host ?? "<any>"), operation=\(operation.name), permissionType=\(permission.name))"
    }
}

/// An entry with the resources that it is about. As a filter, which are meant: its parts are.
public struct AclBinding: Hashable, Sendable, CustomStringConvertible {
    public var pattern: ResourcePattern
    public var entry: AccessControlEntry

    public init(_ pattern: ResourcePattern, _ entry: AccessControlEntry) {
        self.pattern = pattern
        self.entry = entry
    }

    /// Fits everything.
    public static let any = AclBinding(.any, .any)

    /// As Kafka's tools print it.
    public var description: String { "(pattern=\(pattern), entry=\(entry))" }
}
