import KafkaProtocol
import Vocabulary

/// What one member of a group brings to an assignment: its JoinGroup identity and its decoded subscription.
public struct MemberSubscription: Sendable {
    public var memberId: String
    public var groupInstanceId: String?
    public var topics: [String]
    /// What the member says it owns (subscription version 1 and later).
    public var ownedPartitions: [TopicPartition]
    /// The generation in which it came to own them (version 2 and later); nil when it does not say.
    public var generationId: Int32?
    public var rackId: String?
    /// Bytes for the assignor's own use.
    public var userData: Bytes?

    public init(
        memberId: String, groupInstanceId: String? = nil, topics: [String], ownedPartitions: [TopicPartition] = [], generationId: Int32? = nil,
        rackId: String? = nil, userData: Bytes? = nil
    ) {
        self.memberId = memberId
        self.groupInstanceId = groupInstanceId
        self.topics = topics
        self.ownedPartitions = ownedPartitions
        self.generationId = generationId
        self.rackId = rackId
        self.userData = userData
    }

    /// The order in which range and roundrobin serve members: static members by instance id first, then the others by member id.
    static func precedes(_ a: MemberSubscription, _ b: MemberSubscription) -> Bool {
        switch (a.groupInstanceId, b.groupInstanceId) {
        case (let x?, let y?): x < y
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): a.memberId < b.memberId
        }
    }
}

/// The client-side assignors of the classic group protocol, each giving the answer of Java's class of that name.
public enum Assignor: String, Sendable, CaseIterable {
    case range
    case roundRobin = "roundrobin"
    case sticky
    case cooperativeSticky = "cooperative-sticky"

    /// The assignor for a protocol name or for a Java class name of `partition.assignment.strategy`.
    public init?(configured name: String) {
        switch name {
        case "range", "org.apache.kafka.clients.consumer.RangeAssignor": self = .range
        case "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor": self = .roundRobin
        case "sticky", "org.apache.kafka.clients.consumer.StickyAssignor": self = .sticky
        case "cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor": self = .cooperativeSticky
        default: return nil
        }
    }

    /// Whether members keep their partitions while a rebalance runs (KIP-429).
    public var isCooperative: Bool { self == .cooperativeSticky }

    /// Divides partitions among members.
    /// - Parameters:
    ///   - partitionCounts: partitions of each topic known to the cluster; topics that nobody subscribed to are ignored.
    ///   - members: in the order in which the JoinGroup response lists them.
    ///   - racks: the racks of each partition's replicas, as far as they are known.
    /// - Returns: the partitions of every member, by member id; a member may have none.
    public func assign(
        partitionCounts: [String: Int32], members: [MemberSubscription], racks: [TopicPartition: Set<String>] = [:]
    ) -> [String: [TopicPartition]] {
        let subscribed = Set(members.flatMap(\.topics))
        let counts = partitionCounts.filter { $0.value > 0 && subscribed.contains($0.key) }
        switch self {
        case .range: return RangeAssignment.assign(counts, members, racks: racks)
        case .roundRobin: return RoundRobinAssignment.assign(counts, members)
        case .sticky: return StickyAssignment(counts, members, claims: members.map(StickyUserData.claim), racks: racks).assign().partitions
        case .cooperativeSticky:
            let claims = members.map(CooperativeUserData.claim)
            let result = StickyAssignment(counts, members, claims: claims, racks: racks).assign()
            return CooperativeUserData.withholdingTransfers(result, members)
        }
    }

    /// The user data that a member sends with its subscription, given what this assignor last gave it.
    /// - Parameters:
    ///   - assigned: the last assignment, nil before the first.
    ///   - generation: the generation of that assignment, -1 before the first.
    public func userData(assigned: [TopicPartition]?, generation: Int32) -> Bytes? {
        switch self {
        case .range, .roundRobin: nil
        case .sticky: assigned.map { StickyUserData.encode($0, generation: generation) }
        case .cooperativeSticky: CooperativeUserData.encode(generation: generation)
        }
    }
}
