import KafkaProtocol
import Vocabulary

/// Why a client makes no progress although nothing has failed for good: what it waits for and tries again. A value of it stands for one reason
/// and holds nothing that changes while the reason stays, so that two of them can be compared.
public enum Obstacle: Sendable, Hashable {
    /// No broker can be asked anything; the last reason, with the address.
    case noBroker(reason: String)
    /// One broker cannot be connected to where the cluster says that it is; the reason, with the address.
    case unreachable(broker: Int32, reason: String)
    /// A broker is connected and does not answer; nil when its id is not known yet.
    case silent(broker: Int32?, address: String, api: String)
    /// A request is answered with an error that may pass.
    case refused(api: String, ErrorCode)
    /// The cluster says this of a topic that is to be read or written.
    case topic(String, ErrorCode)
    /// These partitions are not among the `count` that the topic has.
    case noSuchPartitions(topic: String, [Int32], count: Int)
    /// The leader of these partitions is missing, or answers with an error that may pass.
    case partitions(topic: String, [Int32], ErrorCode)
    /// No topic matches the subscribed pattern.
    case noMatchingTopic
    /// The group's coordinator is missing, or answers with an error that may pass.
    case group(String, ErrorCode)
    /// The transactional id's coordinator is missing, or answers with an error that may pass.
    case transaction(id: String, ErrorCode)
    /// The coordinator holds the member back until the group's other members have joined.
    case rebalance(group: String, isOverdue: Bool)
    /// The group has given this member nothing to read.
    case noAssignment(group: String)
    /// A reader of committed records has come to one whose transaction is not decided.
    case openTransaction(TopicPartition)

    /// Whether it belongs to the course of things in a healthy cluster and passes by itself, so that only a run that it outlasts speaks of it.
    public var isOrdinary: Bool { if case .rebalance(_, isOverdue: false) = self { true } else { false } }

    /// Whether a run that ends with it has missed what it was for. Otherwise the cluster works, and there was only nothing to read.
    public var isFailure: Bool {
        switch self {
        case .rebalance(_, let isOverdue): isOverdue
        case .noAssignment, .openTransaction: false
        default: true
        }
    }

    /// Whether it is over as soon as it is not seen: a broker that was silent and then answered is slow, however often that happens. Other
    /// obstacles hide while the next attempt is under way.
    var endsWhenUnseen: Bool { if case .silent = self { true } else { false } }
}

extension Obstacle: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .noBroker(let reason): "No broker answers (\(reason))"
        case .unreachable(let broker, let reason): "Broker \(broker) cannot be reached where the cluster says that it is (\(reason))"
        case .silent(let broker?, let address, let api): "Broker \(broker) does not answer \(api) (\(address))"
        case .silent(nil, let address, let api): "The broker does not answer \(api) (\(address))"
        case .refused(let api, let code): "\(api) is answered with \(code.name): \(code.message)"
        case .topic(let topic, .unknownTopicOrPartition): "Topic \(topic) does not exist"
        case .topic(let topic, let code): "Topic \(topic) cannot be used (\(code.name): \(code.message))"
        case .noSuchPartitions(let topic, let partitions, let count):
            "\(Self.list(topic, partitions)) \(partitions.count == 1 ? "does" : "do") not exist: topic \(topic) has \(count) partition\(count == 1 ? "" : "s")"
        case .partitions(let topic, let partitions, .leaderNotAvailable): "\(Self.list(topic, partitions)) \(partitions.count == 1 ? "has" : "have") no leader"
        case .partitions(let topic, let partitions, let code): "\(Self.list(topic, partitions)): the leader answers \(code.name): \(code.message)"
        case .noMatchingTopic: "No topic matches"
        case .group(let group, .coordinatorNotAvailable): "Group \(group) has no coordinator (\(ErrorCode.coordinatorNotAvailable.name))"
        case .group(let group, let code): "The coordinator of group \(group) answers \(code.name): \(code.message)"
        case .transaction(let id, .coordinatorNotAvailable): "Transactional id \(id) has no coordinator (\(ErrorCode.coordinatorNotAvailable.name))"
        case .transaction(let id, let code): "The coordinator of transactional id \(id) answers \(code.name): \(code.message)"
        case .rebalance(let group, isOverdue: false): "Group \(group) is not assigned yet: its coordinator waits for members to join"
        case .rebalance(let group, isOverdue: true): "Group \(group) is not assigned: its coordinator waits for another member to join, or does not answer"
        case .noAssignment(let group): "Group \(group) has given this member no partition: the other members have them all"
        case .openTransaction(let partition): "Partition \(partition): a transaction that is not decided holds records back (isolation.level=read_committed)"
        }
    }

    /// At most eight partitions by name.
    private static func list(_ topic: String, _ partitions: [Int32]) -> String {
        let shown = partitions.prefix(8).map { "\(topic)-\($0)" }.joined(separator: ", ")
        let rest = partitions.count > 8 ? " and \(partitions.count - 8) more" : ""
        return (partitions.count == 1 ? "Partition " : "Partitions ") + shown + rest
    }
}

/// What partitions have in common that are told together.
private struct PartitionTrouble: Hashable {
    let topic: String
    var code: ErrorCode?
    var count = 0
}

extension [Obstacle] {
    /// Each reason once, those of several partitions of a topic as one, at most 16.
    var merged: [Obstacle] {
        var partitions: [PartitionTrouble: Set<Int32>] = [:]
        var rest: [Obstacle] = []
        for obstacle in self {
            switch obstacle {
            case .partitions(let topic, let some, let code): partitions[PartitionTrouble(topic: topic, code: code), default: []].formUnion(some)
            case .noSuchPartitions(let topic, let some, let count): partitions[PartitionTrouble(topic: topic, count: count), default: []].formUnion(some)
            default: if !rest.contains(obstacle) { rest.append(obstacle) }
            }
        }
        let joined = partitions.sorted { ($0.key.topic, $0.key.code?.rawValue ?? 0) < ($1.key.topic, $1.key.code?.rawValue ?? 0) }.map { same, numbers in
            same.code.map { Obstacle.partitions(topic: same.topic, numbers.sorted(), $0) }
                ?? .noSuchPartitions(topic: same.topic, numbers.sorted(), count: same.count)
        }
        return Array((rest + joined).prefix(16))
    }
}

/// Tells a caller which obstacles are worth a line: those that have stood for a while, once each, and again when they come back.
public struct ObstacleWatch: Sendable {
    /// For a run that reads or writes until it is stopped. Longer than what passes by itself at the start: a topic that is created on demand, the
    /// first group's `__consumer_offsets`, and the attempts after which a run that reaches no broker ends with its reason.
    public static let streamingPatienceMs: Int64 = 2_000
    /// For one call, which ends with its own reason in most cases before that.
    public static let callPatienceMs: Int64 = 3_000
    /// How long an answer may take before the broker counts as silent.
    public static let silenceMs: Int64 = 500

    private struct Entry {
        let since: Int64
        var seenAt: Int64
        var isTold = false
    }

    private let patienceMs: Int64
    private var entries: [Obstacle: Entry] = [:]

    /// - Parameter patienceMs: how long an obstacle may stand unmentioned.
    public init(patienceMs: Int64) { self.patienceMs = patienceMs }

    /// Takes in what stands in the way now, and returns what is to be told. An obstacle that comes and goes (an attempt under way, another that
    /// fails) is one that stays, unless it is gone for as long as the patience, or what made it go was an answer.
    public mutating func observe(_ present: [Obstacle], now: Int64) -> [Obstacle] {
        if entries.isEmpty, present.isEmpty { return [] }
        var told: [Obstacle] = []
        for obstacle in present {
            var entry = entries[obstacle] ?? Entry(since: now, seenAt: now)
            entry.seenAt = now
            if !entry.isTold, !obstacle.isOrdinary, now - entry.since >= patienceMs {
                entry.isTold = true
                told.append(obstacle)
            }
            entries[obstacle] = entry
        }
        entries = entries.filter { now - $0.value.seenAt < ($0.key.endsWhenUnseen ? 1 : patienceMs) }
        return told
    }

    /// Whether the obstacle has been told and has not gone since.
    public func hasTold(_ obstacle: Obstacle) -> Bool { entries[obstacle]?.isTold ?? false }
}
