import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// What must hold of the replicas of a cluster: at any moment, and once all is quiet.
final class ReplicaWatch {
    private struct Leadership: Hashable {
        var topicId: Uuid
        var partition: Int32
        var epoch: LeaderEpoch
    }

    private struct Place: Hashable {
        var topicId: Uuid
        var partition: Int32
    }

    private let members: [SimulatedMember]
    private let controller: ScriptedClusterController
    private var leaders: [Leadership: Int32] = [:]
    /// Up to where a leader has said that all is committed.
    private var committed: [Place: Offset] = [:]
    private(set) var violations: [String] = []

    init(_ members: [SimulatedMember], _ controller: ScriptedClusterController) { (self.members, self.controller) = (members, controller) }

    private func complain(_ text: String) { if violations.count < 20 { violations.append(text) } }

    // MARK: At any moment

    /// Nobody leads in an epoch that another leads in, and whoever is in sync has all that is committed.
    func look(now: Int64) {
        for member in members {
            guard let broker = member.server.broker else { continue }
            for partition in broker.partitions.all where partition.isLeader {
                let epoch = partition.leaderEpoch
                let leadership = Leadership(topicId: partition.topicId, partition: partition.index, epoch: epoch)
                if let other = leaders.updateValue(member.id, forKey: leadership), other != member.id {
                    complain("at \(now) brokers \(other) and \(member.id) lead \(partition.log.name) in epoch \(epoch)")
                }
                let place = Place(topicId: partition.topicId, partition: partition.index)
                committed[place] = max(committed[place] ?? .zero, partition.log.offsets.highWatermark)
            }
        }
        for topic in controller.image.topicsByName.values {
            for (index, partition) in topic.partitions.enumerated() {
                for id in partition.isr { check(id, topic, Int32(index), now) }
            }
        }
    }

    private func check(_ id: Int32, _ topic: TopicImage, _ index: Int32, _ now: Int64) {
        // One that is not back yet has what it has; the controller hears of it when it registers.
        guard let member = members.first(where: { $0.id == id }), let broker = member.server.broker, broker.brokerEpoch == controller.image.brokers[id]?.epoch,
            let log = broker.partitions.partition(topic.name, index)?.log, let end = committed[Place(topicId: topic.id, partition: index)]
        else { return }
        guard log.logEndOffset < end else { return }
        complain("at \(now) broker \(id) is in sync for \(log.name) and ends at \(log.logEndOffset): up to \(end) all is committed")
    }

    // MARK: In the end

    /// What keeps the replicas from being at rest; nil when they are.
    var unrest: String? {
        for member in members {
            guard let broker = controller.image.brokers[member.id], !broker.isFenced, member.isUp else { return "broker \(member.id) is not there" }
            guard member.hasAllMetadata else { return "broker \(member.id) has not all of the metadata" }
        }
        for topic in controller.image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            for (index, partition) in topic.partitions.enumerated() {
                let name = "\(topic.name)-\(index)"
                guard partition.addingReplicas.isEmpty, partition.removingReplicas.isEmpty, Set(partition.isr) == Set(partition.replicas) else {
                    return "\(name) has \(partition.isr) of \(partition.replicas) in sync"
                }
                let offsets = partition.replicas.map { id in
                    members.first { $0.id == id }?.server.broker?.partitions.partition(topic.name, Int32(index))?.log.offsets
                }
                guard let first = offsets[0], first.highWatermark == first.end, first.lastStable == first.end else { return "\(name) stands at \(offsets)" }
                guard offsets.allSatisfy({ $0?.end == first.end && $0?.highWatermark == first.end }) else { return "\(name) stands at \(offsets)" }
            }
        }
        return nil
    }

    /// All replicas hold the same, byte for byte and epoch for epoch.
    func compare() throws {
        for topic in controller.image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            for (index, partition) in topic.partitions.enumerated() {
                let logs = partition.replicas.compactMap { id in
                    members.first { $0.id == id }?.server.broker?.partitions.partition(topic.name, Int32(index))?.log
                }
                guard logs.count == partition.replicas.count, let first = logs.first else {
                    complain("\(topic.name)-\(index) is on \(logs.count) brokers of \(partition.replicas)")
                    continue
                }
                let start = logs.map(\.logStartOffset).max() ?? .zero
                let bytes = try first.whole(from: start, to: first.offsets.highWatermark)
                let epochs = Set(try RecordBatches.all(in: bytes).map { LeaderEpoch($0.partitionLeaderEpoch) }).sorted()
                for (log, id) in zip(logs, partition.replicas).dropFirst() {
                    let others = try log.whole(from: start, to: log.offsets.highWatermark)
                    if others != bytes {
                        let place = zip(bytes.array, others.array).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(bytes.count, others.count)
                        complain(
                            "\(log.name) differs on brokers \(partition.replicas[0]) and \(id): \(bytes.count) bytes, \(others.count) bytes, from byte \(place) on"
                        )
                    }
                    // An epoch in which nothing was written is known to its leader alone.
                    for epoch in epochs where first.endOffset(forEpoch: epoch) != log.endOffset(forEpoch: epoch) {
                        complain(
                            "\(log.name): epoch \(epoch) ends at \(first.endOffset(forEpoch: epoch)) on broker \(partition.replicas[0]) and at "
                                + "\(log.endOffset(forEpoch: epoch)) on broker \(id)")
                    }
                }
                if let end = committed[Place(topicId: topic.id, partition: Int32(index))], first.logEndOffset < end {
                    complain("\(first.name) ends at \(first.logEndOffset): up to \(end) all was committed")
                }
            }
        }
    }
}
