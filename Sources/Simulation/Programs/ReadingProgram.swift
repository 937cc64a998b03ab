import KafkaClient
import KafkaProtocol
import Vocabulary

/// A member of a group that reads topics with a real consumer.
final class ReadingProgram {
    let client: SimulatedClient
    let consumer: Consumer
    let group: String
    private let world: World
    private let record: DeliveryRecord
    private(set) var isLeaving = false
    /// Called once it goes, for whatever reason.
    var onLeave: () -> Void = {}

    /// - Parameter usesConsumerProtocol: the group's protocol; nil for one or the other
    init(_ world: World, _ client: SimulatedClient, group: String, topics: [String], usesConsumerProtocol: Bool? = nil, _ record: DeliveryRecord) {
        (self.world, self.client, self.group, self.record) = (world, client, group, record)
        var config = ConsumerConfig(groupId: group)
        config.groupProtocol = usesConsumerProtocol ?? world.isOneIn(2) ? .consumer : .classic
        config.resetPolicy = .earliest
        config.sessionTimeoutMs = 6_000
        config.heartbeatIntervalMs = 500
        config.autoCommitIntervalMs = 400
        config.fetchMaxWaitMs = 200
        let memberId = Uuid.random(using: &world.random).description
        consumer = Consumer(core: client.core, config: config, memberId: memberId, wallClockMs: { [unowned world] in world.now })
        client.onTurn = { [unowned self] in read() }
        consumer.subscribe(topics: topics)
        client.turn()
        poll()
    }

    /// A consumer must be polled, whether something came or not.
    private func poll() {
        world.after(100) { [self] in
            guard !client.isOver else { return }
            client.turn()
            poll()
        }
    }

    private func read() {
        guard !isLeaving else { return }
        do throws(ClientError) {
            while let records = try consumer.poll() {
                let partition = records.partition
                try records.forEach { row, _ in
                    record.read(row.value.map { String(decoding: $0.array, as: UTF8.self) } ?? "", partition, row.offset, by: group)
                    return true
                }
            }
        } catch {
            record.complaints.append("a consumer failed: \(error)")
            leave(politely: false)
        }
    }

    func leave(politely: Bool) {
        guard !isLeaving else { return }
        isLeaving = true
        onLeave()
        // After this turn, for a core is not ended in the middle of it.
        world.after(0) { [self] in
            guard politely else { return client.kill() }
            consumer.close(timeoutMs: 5_000) { _ in }
            client.turn()
            world.after(6_000) { [self] in client.kill() }
        }
    }
}
