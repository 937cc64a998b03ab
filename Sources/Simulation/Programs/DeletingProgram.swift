import KafkaClient
import KafkaProtocol
import Vocabulary

/// A program that has records of topics deleted now and then, up to offsets that are committed, up to the end of those, and where nothing is yet.
final class DeletingProgram {
    let client: SimulatedClient
    private let world: World
    private let topics: [String]
    private let record: DeliveryRecord
    private let deletions: DeletionRecord
    private let watch: ReplicaWatch
    private var underWay = 0
    /// Something else is noted than is asked for and answered, to see that it is found out.
    var sabotage: ReplicatedWorkload.Sabotage?
    /// It asks for nothing more.
    var isStopping = false
    private(set) var complaints: [String] = []

    private static let everything: Int64 = -1
    private static let farBehind: Int64 = 1 << 40
    /// Longer than a producer sends anything again.
    private static let settledMs: Int64 = 25_000

    init(
        _ world: World, _ client: SimulatedClient, topics: [String], _ record: DeliveryRecord, _ deletions: DeletionRecord, _ watch: ReplicaWatch
    ) {
        (self.world, self.client, self.topics, self.record) = (world, client, topics, record)
        (self.deletions, self.watch) = (deletions, watch)
        client.core.track(topics)
        client.turn()
        tick()
    }

    /// What keeps it from being at rest; nil when it is.
    var unrest: String? { underWay == 0 ? nil : "\(underWay) deletions are under way" }

    private func tick() {
        world.after(Int64(200 + world.below(2_500))) { [self] in
            guard !isStopping else { return }
            delete()
            tick()
        }
    }

    private func delete() {
        let topic = topics[world.below(topics.count)]
        guard let count = client.core.metadata.topic(topic)?.partitions.count, count > 0 else { return }
        let partition = TopicPartition(topic, Int32(world.below(count)))
        switch world.below(12) {
        case 0: ask(partition, before: Self.farBehind)
        case 1, 2: ask(partition, before: Self.everything)
        // In the middle of batches, too, and sometimes before what was deleted already.
        case 3, 4: ask(partition, before: Int64(world.below(Int(watch.committedEnd(partition)) + 1)))
        default: ask(partition, before: Int64(world.below(Int(record.end(partition, by: world.now - Self.settledMs)) + 2)), isSettled: true)
        }
    }

    private func ask(_ partition: TopicPartition, before offset: Int64, isSettled: Bool = false) {
        guard let node = client.core.metadata.leader(partition.topic, partition.partition)?.id else { return client.core.refreshMetadata() }
        var row = DeleteRecordsRequest.DeleteRecordsTopic.DeleteRecordsPartition()
        (row.partitionIndex, row.offset) = (partition.partition, offset)
        var topic = DeleteRecordsRequest.DeleteRecordsTopic()
        (topic.name, topic.partitions) = (partition.topic, [row])
        var request = DeleteRecordsRequest()
        request.topics = [topic]
        request.timeoutMs = 2_000
        var options = RequestOptions(timeoutMs: 6_000)
        options.closesLateConnection = true
        let leadership = watch.leadership(partition)
        underWay += 1
        if offset != Self.farBehind {
            let noted = sabotage == .deletesMore ? offset / 2 : offset
            deletions.asked(partition, before: offset == Self.everything ? nil : noted, isSettled: isSettled)
        }
        client.core.submit(request, to: .node(node), options: options) { [unowned self] result in
            underWay -= 1
            guard let end = take((try? result.get())?.topics.first?.partitions.first, partition, before: offset) else { return }
            let promised = sabotage == .deletesLess ? end + 1 : end
            deletions.promised(partition, before: promised, by: node, leadership, watch.leadership(partition))
        }
        client.turn()
    }

    /// Returns where the partition begins now, if that was answered.
    private func take(
        _ row: DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult?, _ partition: TopicPartition, before offset: Int64
    ) -> Int64? {
        let end = watch.committedEnd(partition)
        // Without an answer it may have been carried out at any time until now.
        if offset == Self.everything { deletions.settled(partition, end: end) }
        guard let row, row.errorCode == .none else {
            if row?.errorCode != .offsetOutOfRange { client.core.refreshMetadata() }
            world.tell("\(partition) before \(offset): \(row?.errorCode.name ?? "no answer")")
            return nil
        }
        world.tell("\(partition) before \(offset): begins at \(row.lowWatermark)")
        if offset == Self.farBehind { complaints.append("\(partition) was deleted before \(offset), which lies behind its end") }
        if row.lowWatermark < offset { complaints.append("\(partition) begins at \(row.lowWatermark) after a deletion before \(offset)") }
        if row.lowWatermark > end { complaints.append("\(partition) begins at \(row.lowWatermark), and up to \(end) all is committed") }
        return row.lowWatermark
    }
}
