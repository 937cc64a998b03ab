/// What may be done with a resource. The raw values are those of access control lists in the protocol (KIP-140, KIP-373, KIP-430).
public enum Operation: Int8, Hashable, Sendable, CaseIterable {
    case read = 3, write, create, delete, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite, createTokens, describeTokens
    case twoPhaseCommit
}

/// A kind of thing that access is given to. The raw values are those of the protocol.
public enum ResourceType: Int8, Hashable, Sendable {
    case topic = 2, group, cluster, transactionalId, delegationToken, user

    /// What makes sense to do with it, which is what `authorizedOperations` of a response may name.
    public var operations: [Operation] {
        switch self {
        case .topic: [.read, .write, .create, .delete, .alter, .describe, .describeConfigs, .alterConfigs]
        case .group: [.read, .delete, .describe, .describeConfigs, .alterConfigs]
        case .cluster: [.create, .alter, .describe, .clusterAction, .describeConfigs, .alterConfigs, .idempotentWrite]
        case .transactionalId: [.write, .describe, .twoPhaseCommit]
        case .delegationToken: [.describe]
        case .user: [.createTokens, .describeTokens]
        }
    }
}

/// A thing that access is given to.
public struct Resource: Hashable, Sendable {
    public var type: ResourceType
    public var name: String

    public init(_ type: ResourceType, _ name: String) {
        self.type = type
        self.name = name
    }

    /// The one resource of its type.
    public static let cluster = Resource(.cluster, "kafka-cluster")

    public static func topic(_ name: String) -> Resource { Resource(.topic, name) }
    public static func group(_ name: String) -> Resource { Resource(.group, name) }
    public static func transactionalId(_ name: String) -> Resource { Resource(.transactionalId, name) }
}

/// Decides who may do what. Asked on event loops: an answer must come from memory.
public protocol Authorizer: Sendable {
    /// - Parameter host: the client's address without a port
    func allows(_ principal: Principal, from host: String, _ operation: Operation, on resource: Resource) -> Bool

    /// Whether there may be any resource of a type with which the principal may do something.
    func allowsAny(_ principal: Principal, from host: String, _ operation: Operation, type: ResourceType) -> Bool
}

/// The authorizer of a broker without access control.
public struct AllowAll: Authorizer {
    public init() {}

    public func allows(_ principal: Principal, from host: String, _ operation: Operation, on resource: Resource) -> Bool { true }

    public func allowsAny(_ principal: Principal, from host: String, _ operation: Operation, type: ResourceType) -> Bool { true }
}
