import Coordination
import KafkaProtocol
import Synchronization
import Testing
import Vocabulary

@testable import Broker

@Suite struct DeleteRecordsTests {
    /// What waits for the disk until the test lets it go on.
    private final class Waiting: Sendable {
        let bodies = Mutex<[@Sendable () -> Void]>([])

        func run() {
            let due = bodies.withLock { bodies in
                defer { bodies = [] }
                return bodies
            }
            for body in due { body() }
        }
    }

    private static let id = Uuid(high: 5, low: 6)

    /// A topic of this broker, which leads, and broker 2.
    private func topic() -> [MetadataRecord] {
        var registration = RegisterBrokerRecord()
        (registration.brokerId, registration.brokerEpoch, registration.fenced) = (2, 7, false)
        var topic = TopicRecord()
        (topic.name, topic.topicId) = ("t", Self.id)
        var partition = PartitionRecord()
        (partition.topicId, partition.partitionId, partition.leader, partition.replicas, partition.isr) = (Self.id, 0, 1, [1, 2], [1])
        return [MetadataRecord(registration), MetadataRecord(topic), MetadataRecord(partition)]
    }

    /// Whoever leads next may have all of it.
    @Test func whoLeadsNoLongerDoesNotSayThatRecordsAreDeleted() throws {
        let waiting = Waiting()
        let driver = try BrokerDriver { settings in settings.blocking = { work in waiting.bodies.withLock { $0.append(work) } } }
        let records = topic()
        driver.broker.metadata.record({ _ in records }) { _ in }
        for value in ["a", "b", "c"] { _ = try driver.broker.partitions.partition("t", 0)?.append(batch(value), now: driver.now, origin: .client) }
        var request = DeleteRecordsRequest()
        request.topics = [.init()]
        request.topics[0].name = "t"
        request.topics[0].partitions = [.init()]
        request.topics[0].partitions[0].offset = 2
        let answer = driver.post(request)
        #expect(driver.broker.partitions.partition("t", 0)?.log.logStartOffset == 2)
        var change = PartitionChangeRecord()
        (change.topicId, change.partitionId, change.leader, change.isr) = (Self.id, 0, 2, [2])
        let next = MetadataRecord(change)
        driver.broker.metadata.record({ _ in [next] }) { _ in }
        waiting.run()
        #expect(try answer().topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
    }
}
