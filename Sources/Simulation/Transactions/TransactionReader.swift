import KafkaClient
import KafkaProtocol
import Vocabulary

/// A program that reads partitions from their beginnings with a real consumer.
final class TransactionReader {
    let client: SimulatedClient
    private let world: World
    private let consumer: Consumer
    let committedOnly: Bool
    /// What came, in order.
    private(set) var reads: [TransactionCheck.Read] = []
    private(set) var complaints: [String] = []

    init(_ world: World, _ client: SimulatedClient, partitions: [TopicPartition], committedOnly: Bool) {
        (self.world, self.client, self.committedOnly) = (world, client, committedOnly)
        var config = ConsumerConfig()
        config.readsCommittedOnly = committedOnly
        config.resetPolicy = .earliest
        config.fetchMaxWaitMs = 200
        // Several fetches for what is there, so that they begin in the middle of transactions.
        config.maxPartitionFetchBytes = 200 + world.below(4_000)
        let memberId = Uuid.random(using: &world.random).description
        consumer = Consumer(core: client.core, config: config, memberId: memberId, wallClockMs: { [unowned world] in world.now })
        consumer.assign(partitions)
        client.onTurn = { [unowned self] in read() }
        poll()
    }

    private func poll() {
        world.after(100) { [weak self] in
            guard let self, !client.isOver else { return }
            client.turn()
            poll()
        }
    }

    private func read() {
        do throws(ClientError) {
            while let records = try consumer.poll() {
                let partition = records.partition
                _ = try records.forEach { record, _ in
                    reads.append(.init(value: record.value?.text ?? "", partition: partition, offset: record.offset))
                    return true
                }
            }
        } catch {
            complaints.append("a consumer failed: \(error)")
        }
    }

    func position(_ partition: TopicPartition) -> Int64? { consumer.position(partition) }
}
