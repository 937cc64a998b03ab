import Coordination
import KafkaProtocol
import Testing
import Vocabulary

@testable import Broker

/// What a broker says of partitions, topics and coordinators that are on other brokers.
@Suite struct RemotePartitionTests {
    private let driver: BrokerDriver
    private let topicId = Uuid(high: 5, low: 6)

    /// A cluster of this broker and of broker 2, which leads the only partition of `remote` and all of `__consumer_offsets` but partition 0.
    init() throws {
        driver = try BrokerDriver(properties: ["offsets.topic.num.partitions": "2"])
        var registration = RegisterBrokerRecord()
        (registration.brokerId, registration.brokerEpoch, registration.fenced) = (2, 7, false)
        var endpoint = RegisterBrokerRecord.BrokerEndpoint()
        (endpoint.name, endpoint.host, endpoint.port) = ("PLAINTEXT", "other.example", 9099)
        registration.endPoints = [endpoint]
        var records = [MetadataRecord(registration)]
        for (name, id, leaders) in [("remote", topicId, [2]), ("__consumer_offsets", Uuid(high: 7, low: 8), [1, 2])] as [(String, Uuid, [Int32])] {
            var topic = TopicRecord()
            (topic.name, topic.topicId) = (name, id)
            records.append(MetadataRecord(topic))
            for (index, leader) in leaders.enumerated() {
                var partition = PartitionRecord()
                (partition.topicId, partition.partitionId, partition.leader) = (id, Int32(index), leader)
                (partition.replicas, partition.isr) = ([leader], [leader])
                records.append(MetadataRecord(partition))
            }
        }
        let all = records
        driver.broker.metadata.record({ _ in all }) { _ in }
        #expect(driver.broker.metadata.image.topic("remote")?.partitions.first?.leader == 2)
    }

    private func produce(version: Int16) throws -> ErrorCode? {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: 1, key: nil, value: Bytes("v"))
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.records = .bytes(builder.build())
        var row = ProduceRequest.TopicProduceData()
        if version >= 13 { row.topicId = topicId } else { row.name = "remote" }
        row.partitionData = [data]
        var request = ProduceRequest()
        request.acks = 1
        request.topicData = [row]
        return try driver.send(request, version: version).responses.first?.partitionResponses.first?.errorCode
    }

    private func fetch(version: Int16) throws -> ErrorCode? {
        var row = FetchRequest.FetchTopic()
        if version >= 13 { row.topicId = topicId } else { row.topic = "remote" }
        row.partitions = [.init()]
        var request = FetchRequest()
        request.sessionEpoch = -1
        request.topics = [row]
        return try driver.send(request, version: version).responses.first?.partitions.first?.errorCode
    }

    @Test func clientsAreToldToAskTheLeader() throws {
        for version in [3, 12, 13] as [Int16] { #expect(try produce(version: version) == .notLeaderOrFollower) }
        for version in [4, 12, 13, 17] as [Int16] { #expect(try fetch(version: version) == .notLeaderOrFollower) }
        var offsets = ListOffsetsRequest.ListOffsetsTopic()
        offsets.name = "remote"
        offsets.partitions = [.init()]
        var list = ListOffsetsRequest()
        list.topics = [offsets]
        #expect(try driver.send(list).topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
        var epochs = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
        epochs.topic = "remote"
        epochs.partitions = [.init()]
        var ends = OffsetForLeaderEpochRequest()
        ends.topics = [epochs]
        #expect(try driver.send(ends).topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
        var missing = ends
        missing.topics[0].partitions[0].partition = 9
        #expect(try driver.send(missing).topics.first?.partitions.first?.errorCode == .unknownTopicOrPartition)
    }

    /// Group `c` is in partition 1 of two, group `b` in partition 0.
    @Test func aCoordinatorIsTheLeaderOfItsPartition() throws {
        #expect(CoordinatorPartition.index(for: "b", partitions: 2) == 0 && CoordinatorPartition.index(for: "c", partitions: 2) == 1)
        var request = FindCoordinatorRequest()
        request.coordinatorKeys = ["b", "c"]
        let rows = try driver.send(request).coordinators
        #expect(rows.map(\.nodeId) == [1, 2] && rows.map(\.host) == ["broker.example", "other.example"] && rows.map(\.port) == [9092, 9099])
        var fence = BrokerRegistrationChangeRecord()
        (fence.brokerId, fence.brokerEpoch, fence.fenced) = (2, 7, 1)
        let record = MetadataRecord(fence)
        driver.broker.metadata.record({ _ in [record] }) { _ in }
        #expect(try driver.send(request).coordinators.map(\.errorCode) == [.none, .coordinatorNotAvailable])
    }

    @Test func offsetsOfAPartitionElsewhereAreCommittedHere() throws {
        var row = OffsetCommitRequest.OffsetCommitRequestTopic()
        row.name = "remote"
        var partition = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
        partition.committedOffset = 5
        row.partitions = [partition]
        var request = OffsetCommitRequest()
        (request.groupId, request.generationIdOrMemberEpoch, request.topics) = ("b", -1, [row])
        #expect(try driver.send(request, version: 9).topics.first?.partitions.first?.errorCode == ErrorCode.none)
        #expect(try driver.offset(of: "remote", group: "b") == .success(5))
    }
}
