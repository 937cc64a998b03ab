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

    private let world: World
    private let members: [SimulatedMember]
    private let controller: ScriptedClusterController
    private let deletions: DeletionRecord
    let samples: CommittedSamples
    private var leaders: [Leadership: Int32] = [:]
    /// Up to where a leader has said that all is committed.
    private var committed: [Place: Offset] = [:]
    private(set) var violations: [String] = []

    init(_ world: World, _ members: [SimulatedMember], _ controller: ScriptedClusterController, _ deletions: DeletionRecord) {
        (self.world, self.members, self.controller, self.deletions) = (world, members, controller, deletions)
        samples = CommittedSamples(world)
        controller.onReturn = { [unowned controller] id, partition in
            guard let name = controller.image.topic(id)?.name else { return }
            deletions.forget(TopicPartition(name, partition))
        }
    }

    private func complain(_ text: String) { if violations.count < 20 { violations.append(text) } }

    private func broker(_ id: Int32) -> Broker? { members.first { $0.id == id }?.server.broker }

    // MARK: At any moment

    /// Nobody leads in an epoch that another leads in, and whoever is in sync has all that is committed, and nothing that was deleted.
    func look() {
        let now = world.now
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
                for member in members { checkLimit(member, topic, Int32(index), now) }
            }
        }
        sample()
    }

    /// Up to where a partition's records are committed, as far as any leader has said.
    func committedEnd(_ partition: TopicPartition) -> Int64 {
        look()
        guard let topic = controller.image.topic(partition.topic) else { return 0 }
        return committed[Place(topicId: topic.id, partition: partition.partition)]?.value ?? 0
    }

    /// Who leads a partition, as the controller has decided.
    func leadership(_ partition: TopicPartition) -> DeletionRecord.Leadership {
        let image = controller.image.topic(partition.topic)?.partition(partition.partition)
        return (image?.leader ?? -1, image?.leaderEpoch ?? -1)
    }

    /// The log of a replica in sync. One that is not back yet has what it has; the controller hears of it when it registers.
    private func log(inSync id: Int32, _ topic: TopicImage, _ index: Int32) -> PartitionLog? {
        guard let broker = broker(id), broker.brokerEpoch == controller.image.brokers[id]?.epoch else { return nil }
        return broker.partitions.partition(topic.name, index)?.log
    }

    private func check(_ id: Int32, _ topic: TopicImage, _ index: Int32, _ now: Int64) {
        guard let log = log(inSync: id, topic, index) else { return }
        let offsets = log.offsets
        if let end = committed[Place(topicId: topic.id, partition: index)], offsets.end < end {
            complain("at \(now) broker \(id) is in sync for \(log.name) and ends at \(offsets.end): up to \(end) all is committed")
        }
        if let start = deletions.promises[log.name], offsets.start.value < start {
            complain("at \(now) broker \(id) is in sync for \(log.name) and begins at \(offsets.start): up to \(start) all was deleted")
        }
    }

    private func checkLimit(_ member: SimulatedMember, _ topic: TopicImage, _ index: Int32, _ now: Int64) {
        guard let log = member.server.broker?.partitions.partition(topic.name, index)?.log, let limit = deletions.limit(log.name) else { return }
        guard log.logStartOffset.value > limit else { return }
        complain("at \(now) \(log.name) begins at \(log.logStartOffset) on broker \(member.id), and nothing behind \(limit) was to be deleted")
    }

    /// A piece of a partition whose leader is there and knows that it leads.
    private func sample() {
        let topics = controller.image.topicsByName.values.sorted { $0.name < $1.name }
        guard !topics.isEmpty, case let topic = topics[world.below(topics.count)], !topic.partitions.isEmpty else { return }
        let index = Int32(world.below(topic.partitions.count)), image = topic.partitions[Int(index)]
        guard let partition = broker(image.leader)?.partitions.partition(topic.name, index), partition.isLeader,
            partition.leaderEpoch.value == image.leaderEpoch
        else { return }
        let ids = [image.leader] + image.isr.filter { $0 != image.leader }
        do {
            try samples.look(at: topic, index, ids.compactMap { id in log(inSync: id, topic, index).map { (id, $0) } })
        } catch {
            // One of their disks is gone, which not everybody knows yet.
            guard !members.contains(where: { ids.contains($0.id) && $0.server.missing != nil }) else { return }
            complain("at \(world.now) \(partition.log.name) cannot be read: \(error)")
        }
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
                let start = log(inSync: partition.leader, topic, Int32(index))?.logStartOffset ?? .zero
                guard offsets.allSatisfy({ $0?.start ?? .zero >= start }) else { return "\(name) begins at \(start) and stands at \(offsets)" }
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
