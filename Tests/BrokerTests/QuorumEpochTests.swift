import Broker
import KafkaProtocol
import LogStorage
import Testing
import Vocabulary

@Suite struct QuorumEpochTests {
    /// A directory that was led in epoch 7 goes on in epoch 7, and says so.
    @Test func theQuorumsEpochIsThatOfTheMetadataLog() throws {
        let first = try BrokerDriver()
        #expect(try epoch(first) == 1)
        try first.broker.shutDown(now: first.now)

        var generator = SeededGenerator(seed: 1)
        let directory = try LogDirectory(
            disk: first.disk, path: first.broker.settings.dataDirectories[0], nodeId: 1, clusterId: nil, generator: &generator)
        let log = try directory.openPartition(.clusterMetadata, topicId: Uuid(high: 0, low: 1), config: LogConfig(), now: first.now)
        // A NoOpRecord: frame version 1, type 20, version 0, no tagged fields.
        let builder = RecordBatchBuilder()
        builder.append(timestamp: first.now, key: nil, value: [1, 20, 0, 0])
        _ = try log.append(builder.build(), leaderEpoch: 7, now: first.now, origin: .coordinator)
        try directory.close()

        let second = try BrokerDriver(disk: first.disk)
        #expect(try epoch(second) == 7)
    }

    private func epoch(_ driver: BrokerDriver) throws -> Int32? {
        var topic = DescribeQuorumRequest.TopicData()
        topic.topicName = "__cluster_metadata"
        topic.partitions = [DescribeQuorumRequest.TopicData.PartitionData()]
        var request = DescribeQuorumRequest()
        request.topics = [topic]
        return try driver.send(request).topics.first?.partitions.first?.leaderEpoch
    }
}
