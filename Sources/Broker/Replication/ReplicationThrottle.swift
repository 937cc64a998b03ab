import Coordination
import KafkaProtocol
import Synchronization
import Vocabulary

/// How many bytes a second went through of late, against a bound, as Kafka reckons it: over the samples of the last seconds and at least one of them whole.
struct ThrottledRate: Sendable {
    /// `replication.quota.window.num`
    let sampleCount: Int
    /// `replication.quota.window.size.seconds`
    let sampleMs: Int64
    /// Bytes a second.
    var bound = Int64.max
    private var samples: [(startMs: Int64, bytes: Int64)] = []

    init(sampleCount: Int = 11, sampleMs: Int64 = 1000) {
        self.sampleCount = sampleCount
        self.sampleMs = sampleMs
    }

    mutating func note(_ bytes: Int, now: Int64) {
        if let last = samples.last, now - last.startMs < sampleMs {
            samples[samples.count - 1].bytes += Int64(bytes)
        } else {
            samples = samples.filter { isOfLate($0.startMs, now) }
            samples.append((now, Int64(bytes)))
        }
    }

    func isExceeded(now: Int64) -> Bool {
        let counted = samples.filter { isOfLate($0.startMs, now) }
        guard bound < .max, let first = counted.first else { return false }
        let bytes = counted.reduce(0) { $0 + $1.bytes }
        return Double(bytes) * 1000 / Double(max(now - first.startMs, sampleMs)) > Double(bound)
    }

    private func isOfLate(_ startMs: Int64, _ now: Int64) -> Bool { now - startMs < Int64(sampleCount) * sampleMs }
}

/// What of replication is slowed down at one end of it (KIP-73): which partitions, and to how many bytes a second all of them together. Replicas in sync are
/// counted and not held up, so that they stay in sync.
final class ReplicationThrottle: Sendable {
    enum Side: String, Sendable {
        case leader, follower
    }

    private enum Partitions: Sendable {
        case all
        case some(Set<Int32>)
    }

    private struct State: Sendable {
        var rate: ThrottledRate
        var topics: [String: Partitions] = [:]
    }

    private let side: Side
    private let nodeId: Int32
    private let clock: @Sendable () -> Int64
    private let state: Mutex<State>
    /// Whether any topic is named, so that all others pay nothing.
    private let isActive = Atomic(false)

    init(_ side: Side, nodeId: Int32, _ rate: ThrottledRate, clock: @escaping @Sendable () -> Int64) {
        self.side = side
        self.nodeId = nodeId
        self.clock = clock
        state = Mutex(State(rate: rate))
    }

    /// Takes up what has changed of the configuration.
    func follow(_ delta: MetadataDelta) {
        let changed = delta.changedConfigs
        guard !changed.isEmpty else { return }
        state.withLock { state in
            for resource in changed where resource.kind == .topic {
                state.topics[resource.name] = partitions(delta.new.config(of: resource)["\(side).replication.throttled.replicas"] ?? "")
            }
            isActive.store(!state.topics.isEmpty, ordering: .releasing)
            guard changed.contains(where: { $0.kind == .broker }) else { return }
            let key = "\(side).replication.throttled.rate"
            let text = ["\(nodeId)", ""].lazy.compactMap { delta.new.config(of: ConfigResource(.broker, $0))[key] }.first
            state.rate.bound = text.flatMap { Int64($0) } ?? .max
        }
    }

    /// `*`, or `partition:broker` with commas between: those of this broker count.
    private func partitions(_ text: String) -> Partitions? {
        let text = text.trimmingPrefix { $0 == " " }
        if text.isEmpty { return nil }
        if text.hasPrefix("*") { return .all }
        let pairs = text.split(separator: ",").map { $0.split(separator: ":").compactMap { Int32($0.filter { $0 != " " }) } }
        return .some(Set(pairs.compactMap { $0.count == 2 && $0[1] == nodeId ? $0[0] : nil }))
    }

    func isThrottled(_ topic: String, _ partition: Int32) -> Bool {
        guard isActive.load(ordering: .acquiring) else { return false }
        return state.withLock { state in
            switch state.topics[topic] {
            case nil: false
            case .all?: true
            case .some(let partitions)?: partitions.contains(partition)
            }
        }
    }

    /// Counts bytes of a partition, if it is one of those.
    func note(_ bytes: Int, of topic: String, _ partition: Int32) {
        guard bytes > 0, isThrottled(topic, partition) else { return }
        state.withLock { $0.rate.note(bytes, now: clock()) }
    }

    /// Whether a partition's replica that is not in sync must wait now.
    func holdsUp(_ topic: String, _ partition: Int32) -> Bool {
        guard isThrottled(topic, partition) else { return false }
        return state.withLock { $0.rate.isExceeded(now: clock()) }
    }
}
