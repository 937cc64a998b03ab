import Broker
import KafkaProtocol
import Testing

@Suite struct ProduceRefusalTests {
    private func code(_ driver: BrokerDriver, _ topic: String, isTransactional: Bool = false) throws -> ErrorCode? {
        let builder = RecordBatchBuilder(producerId: 5, producerEpoch: 0, baseSequence: 0, isTransactional: isTransactional)
        builder.append(timestamp: driver.now, key: nil, value: [120])
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.records = .bytes(builder.build())
        var row = ProduceRequest.TopicProduceData()
        row.name = topic
        row.partitionData = [data]
        var request = ProduceRequest()
        request.transactionalId = nil
        request.acks = 1
        request.timeoutMs = 1_000
        request.topicData = [row]
        return try driver.send(request, version: 12).responses.first?.partitionResponses.first?.errorCode
    }

    private func driver(with topic: String) throws -> BrokerDriver {
        let driver = try BrokerDriver()
        #expect(try driver.create(topic)?.errorCode == ErrorCode.none)
        return driver
    }

    /// Nothing would ever end the transaction, and readers of committed records would wait for that.
    @Test func aTransactionalBatchWithoutATransactionalIdIsRefused() throws {
        let driver = try driver(with: "t")
        #expect(try code(driver, "t", isTransactional: true) == .transactionalIdAuthorizationFailed)
        #expect(try code(driver, "t") == ErrorCode.none)
    }

    @Test func theBrokersOwnTopicsAreNotForClients() throws {
        let driver = try driver(with: "__consumer_offsets")
        #expect(try code(driver, "__consumer_offsets") == .invalidTopicException)
    }
}
