import KafkaClient
import KafkaProtocol
import LogStorage
import Vocabulary

/// How records fared, in numbers.
public struct Deliveries: Sendable {
    public var acknowledged = 0
    /// What producers gave up, and why.
    public var failed = 0
    public var refusals: [String] = []
    /// Values that some group was given, and how often one was given again.
    public var delivered = 0
    public var redelivered = 0

    public init() {}

    public var text: String { "\(acknowledged) acknowledged, \(failed) given up, \(delivered) delivered, \(redelivered) again" }
}

/// What producers were told of their records and what consumers were given, to be compared with what the logs hold in the end. Values are `WRITER:NUMBER`.
final class DeliveryRecord {
    struct Place: Hashable {
        var partition: TopicPartition
        var offset: Int64
    }

    private(set) var acknowledged: [String: Place] = [:]
    /// When something was acknowledged at a later offset than all before.
    private(set) var ends: [TopicPartition: [(now: Int64, offset: Int64)]] = [:]
    private(set) var counts = Deliveries()
    /// What each group was given.
    private var delivered: [String: Set<String>] = [:]
    /// Where each value was read, by whoever.
    private(set) var places: [String: Set<Place>] = [:]
    /// What a client must never say.
    var complaints: [String] = []

    func answered(_ value: String, _ topic: String, _ result: Result<RecordMetadata, ClientError>, now: Int64) {
        switch result {
        case .success(let metadata):
            counts.acknowledged += 1
            let partition = TopicPartition(topic, metadata.partition)
            acknowledged[value] = Place(partition: partition, offset: metadata.offset)
            if metadata.offset > ends[partition]?.last?.offset ?? -1 { ends[partition, default: []].append((now, metadata.offset)) }
        case .failure(let error):
            counts.failed += 1
            counts.refusals.append("\(value) at \(now): \(error)")
        }
    }

    /// The last offset that was acknowledged by a time; -1 when there is none.
    func end(_ partition: TopicPartition, by time: Int64) -> Int64 { ends[partition]?.last { $0.now <= time }?.offset ?? -1 }

    func read(_ value: String, _ partition: TopicPartition, _ offset: Int64, by group: String) {
        if delivered[group, default: []].insert(value).inserted { counts.delivered += 1 } else { counts.redelivered += 1 }
        places[value, default: []].insert(Place(partition: partition, offset: offset))
    }

    /// What was acknowledged must be there once, in order and where its acknowledgement said, and have been delivered to all groups; but for what was deleted.
    /// - Parameters:
    ///   - keepsReads: what was read must be where it was read, too
    ///   - deletions: what may be missing, or there again
    func violations(_ logs: [DecidedLog], groups: [String], keepsReads: Bool, deletions: DeletionRecord = DeletionRecord()) -> [String] {
        var violations = complaints
        let found = places(logs, repeating: deletions.repeating, &violations)
        let starts = Dictionary(logs.map { ($0.partition, $0.start) }, uniquingKeysWith: max)
        for (value, place) in acknowledged.sorted(by: { $0.key < $1.key }) {
            let found = found[value] ?? []
            let limit = deletions.limits[place.partition] ?? 0, mayRepeat = deletions.repeating.contains(place.partition)
            // -1: a duplicate of a batch whose offset the broker no longer knew.
            let isKnown = place.offset >= 0
            let isGone = found.isEmpty && (isKnown ? place.offset < starts[place.partition] ?? 0 : limit > 0)
            if found.count != 1, !isGone, !(mayRepeat && found.count > 1) {
                violations.append("\(value) was acknowledged at \(place.text), and is there \(found.count) times: \(found.map(\.text))")
            }
            if let first = found.first, isKnown, first != place, !mayRepeat {
                violations.append("\(value) was acknowledged at \(place.text) and is at \(first.text)")
            }
            if isKnown ? place.offset < limit : limit > 0 { continue }
            for group in groups where delivered[group]?.contains(value) != true {
                violations.append("\(value) was acknowledged and never delivered to \(group)")
            }
        }
        guard keepsReads else { return violations }
        for (value, places) in places.sorted(by: { $0.key < $1.key }) {
            for place in places where found[value]?.contains(place) != true && place.offset >= starts[place.partition] ?? 0 {
                violations.append("\(value) was read at \(place.text), and is at \((found[value] ?? []).map(\.text))")
            }
        }
        return violations
    }

    /// Where each value is; each writer's are in order.
    /// - Parameter repeating: but for those
    private func places(_ logs: [DecidedLog], repeating: Set<TopicPartition>, _ violations: inout [String]) -> [String: [Place]] {
        var found: [String: [Place]] = [:]
        for log in logs {
            var last: [Int: Int] = [:]
            for row in log.rows {
                found[row.text, default: []].append(Place(partition: log.partition, offset: row.offset))
                let parts = row.text.split(separator: ":").compactMap { Int($0) }
                guard parts.count == 2 else { continue }
                if let before = last[parts[0]], before >= parts[1], !repeating.contains(log.partition) {
                    violations.append("\(log.partition): \(row.text) stands behind \(parts[0]):\(before)")
                }
                last[parts[0]] = parts[1]
            }
        }
        return found
    }
}

extension DeliveryRecord.Place {
    var text: String { "\(partition):\(offset)" }
}
