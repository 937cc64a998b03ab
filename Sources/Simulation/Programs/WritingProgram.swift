import KafkaClient
import KafkaProtocol
import Vocabulary

/// A program that has something to send now and then, to topics by turns, with a real producer.
final class WritingProgram {
    let client: SimulatedClient
    let number: Int
    private let world: World
    private let topics: [String]
    private let record: DeliveryRecord
    private let producer: Producer
    private var next = 0
    private var offeredAt: Int64 = 0
    /// It offers nothing more.
    var isStopping = false

    init(_ world: World, _ client: SimulatedClient, number: Int, topics: [String], _ record: DeliveryRecord) {
        (self.world, self.client, self.number, self.topics, self.record) = (world, client, number, topics, record)
        var config = ProducerConfig()
        config.lingerMs = world.below(3) * 5
        config.deliveryTimeoutMs = 20_000
        config.requestTimeoutMs = 3_000
        config.batchSize = 200
        producer = Producer(client.core, config: config, seed: world.random.next())
        client.onTurn = { [unowned self] in write() }
        tick()
    }

    /// What keeps it from being at rest; nil when it is.
    var unrest: String? { producer.isIdle ? nil : "producer \(number) has \(producer.pendingBatches) batches" }

    private func tick() {
        world.after(Int64(20 + world.below(300))) { [self] in
            guard !isStopping else { return }
            offeredAt = world.now
            client.turn()
            tick()
        }
    }

    private func write() {
        guard offeredAt == world.now, !isStopping else { return }
        offeredAt = 0
        let topic = topics[world.below(topics.count)]
        for _ in 0..<(1 + world.below(4)) {
            let value = "\(number):\(next)"
            let key = world.isOneIn(2) ? Bytes("k\(world.below(20))") : nil
            do throws(ClientError) {
                let admission = try producer.offer(
                    producer.topic(topic), key: key, value: Bytes(value), timestamp: world.now
                ) { [unowned self] result in record.answered(value, topic, result, now: world.now) }
                if case .accepted = admission { next += 1 }
            } catch {
                record.complaints.append("a producer refused a record: \(error)")
            }
        }
    }
}
