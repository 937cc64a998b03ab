import KafkaProtocol
import Security

/// Everything about an API that is not its work: what is checked, counted and decided in one place before its handler runs.
struct ServedAPI: Sendable {
    let key: APIKey
    let versions: ClosedRange<Int16>
    /// The lowest version that ApiVersions shows, where that differs (see `Dispatch.apis`).
    let advertisedMinimum: Int16
    let requestFlexibleFrom: Int16
    /// Served while it is not known yet who the client is.
    let isBeforeAuthentication: Bool
    /// What the client must be allowed to do before anything of the request is looked at.
    let operation: Operation?
    /// What the handler asks about one by one, because a part of a request may be refused.
    let filters: Set<Access>
    let quota: QuotaKind
    let place: Place
    /// Reads the body, which begins at a position of the frame, passes the gate and handles the request.
    let run: @Sendable (Broker, _ frame: Bytes, _ position: Int, RequestContext) throws(WireError) -> Void

    /// An operation on a kind of resource.
    struct Access: Hashable, Sendable {
        var operation: Operation
        var type: ResourceType

        init(_ operation: Operation, _ type: ResourceType) {
            self.operation = operation
            self.type = type
        }
    }

    /// Who decides about the request.
    enum Place: Sendable {
        case here
        /// The active controller. Where that is another node, the request is passed on to it before anything is asked here, and it asks who may do what.
        case controller
    }
}

/// What a request uses of what a client may have (KIP-13, KIP-124, KIP-599).
public enum QuotaKind: Sendable {
    /// Time of the broker's threads.
    case request
    /// Bytes in.
    case produce
    /// Bytes out.
    case fetch
    /// Topics and partitions made and deleted.
    case controllerMutation
    /// Never throttled.
    case exempt
}

/// Counts what clients use, and says how long they must be held up for it.
public protocol QuotaKeeper: Sendable {
    /// - Parameters:
    ///   - bytes: of the request as it arrives; of the response when a fetch is answered
    ///   - now: milliseconds since the epoch
    /// - Returns: milliseconds for which the client is to send nothing more
    func charge(_ kind: QuotaKind, _ principal: Principal, clientId: String?, bytes: Int, now: Int64) -> Int32
}

/// A broker without quotas.
struct Unlimited: QuotaKeeper {
    func charge(_ kind: QuotaKind, _ principal: Principal, clientId: String?, bytes: Int, now: Int64) -> Int32 { 0 }
}

extension ResourceType {
    /// What a client is told that may not do what it asked.
    var denial: ErrorCode {
        switch self {
        case .topic: .topicAuthorizationFailed
        case .group: .groupAuthorizationFailed
        case .cluster: .clusterAuthorizationFailed
        case .transactionalId: .transactionalIdAuthorizationFailed
        case .delegationToken: .delegationTokenAuthorizationFailed
        case .user: .clusterAuthorizationFailed
        }
    }
}
