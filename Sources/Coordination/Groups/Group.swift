/// A group of one of the protocols. A group's id names one group, whatever its protocol is; groups of other protocols are further cases.
enum Group: Sendable {
    /// Of the classic protocol, with members of any protocol type (`consumer`, `connect`, `sr`); also a group that only stores offsets.
    case classic(ClassicGroup)
    /// Of the consumer protocol (KIP-848).
    case consumer(ConsumerGroup)

    /// The state's name, as listings have it.
    var stateName: String {
        switch self {
        case .classic(let group): group.state.rawValue
        case .consumer(let group): group.state.rawValue
        }
    }

    /// What the members use the group for; empty when no member has said so.
    var protocolType: String {
        switch self {
        case .classic(let group): group.protocolType ?? ""
        case .consumer: ClassicGroup.consumerProtocolType
        }
    }

    /// The protocol's name, as listings have it.
    var typeName: String {
        switch self {
        case .classic: "classic"
        case .consumer: "consumer"
        }
    }

    /// Whether no member is in it.
    var isEmpty: Bool {
        switch self {
        case .classic(let group): group.state == .empty
        case .consumer(let group): group.state == .empty
        }
    }

    /// Whether a member reads the topic.
    func isSubscribed(to topic: String) -> Bool {
        switch self {
        case .classic(let group): group.isSubscribed(to: topic)
        case .consumer(let group): group.isSubscribed(to: topic)
        }
    }
}

extension GroupShard {
    func classicGroup(_ id: String) -> ClassicGroup? { if case .classic(let group)? = groups[id] { group } else { nil } }

    func consumerGroup(_ id: String) -> ConsumerGroup? { if case .consumer(let group)? = groups[id] { group } else { nil } }

    /// Takes a classic group out, so that changing it copies nothing; the caller puts it back.
    mutating func takeClassicGroup(_ id: String) -> ClassicGroup? {
        guard case .classic? = groups[id], case .classic(let group)? = groups.removeValue(forKey: id) else { return nil }
        return group
    }

    /// As `takeClassicGroup`, for a group of the consumer protocol.
    mutating func takeConsumerGroup(_ id: String) -> ConsumerGroup? {
        guard case .consumer? = groups[id], case .consumer(let group)? = groups.removeValue(forKey: id) else { return nil }
        return group
    }
}
