import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct AdminReplicaFetchTests {
    private let id = Uuid(high: 3, low: 4)

    private func cluster(_ script: @escaping (_ broker: String, FetchRequest, Int16) -> FetchResponse?) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "60000", "request.timeout.ms": "30000"])
        for address in ["a:1", "b:2"] {
            cluster.brokers[address] = .answers { request, version in
                if request is MetadataRequest { return metadata([1: "a:1", 2: "b:2"], topics: ["t": [1]]) }
                return (request as? FetchRequest).flatMap { script(address, $0, version) }
            }
        }
        return cluster
    }

    private func answer(to request: FetchRequest, highWatermark: Int64, _ error: ErrorCode = .none) -> FetchResponse {
        var response = FetchResponse()
        response.responses = request.topics.map { asked in
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topic = asked.topic
            topic.topicId = asked.topicId
            topic.partitions = asked.partitions.map { asked in
                var partition = FetchResponse.FetchableTopicResponse.PartitionData()
                partition.partitionIndex = asked.partition
                partition.errorCode = error
                partition.highWatermark = highWatermark
                partition.records = .bytes(Bytes([1, 2, 3]))
                return partition
            }
            return topic
        }
        return response
    }

    private var fetch: ReplicaFetch {
        ReplicaFetch(
            partitions: [1: [TopicPartition("t", 1), TopicPartition("t", 0)], 2: [TopicPartition("t", 0)]],
            offsets: [TopicPartition("t", 0): 7, TopicPartition("t", 1): 8], topicIds: ["t": id], maxBytes: 100, maxWaitMs: 500)
    }

    /// From version 13 on topics have ids, from 15 on the replica id has another place.
    @Test(arguments: [12, 14, 18] as [Int16])
    func everyBrokerIsAskedForItsOwnReplicas(version: Int16) throws {
        let cluster = try cluster { broker, request, _ in self.answer(to: request, highWatermark: broker == "a:1" ? 10 : 9) }
        cluster.versions = [.metadata: MetadataRequest.versions, .fetch: 4...version]
        let found = Admin(cluster).fetchReplicas(fetch, patienceMs: 30_000)
        let requests = cluster.served.compactMap { row in (row.request as? FetchRequest).map { (row.address, row.version, $0) } }
        #expect(requests.map(\.0) == ["a:1", "b:2"] && requests.allSatisfy { $0.1 == version })
        let asked = try #require(requests.first?.2)
        #expect((version < 15 ? asked.replicaId : asked.replicaState.replicaId) == -2)
        #expect(asked.maxWaitMs == 500 && asked.minBytes == 1)
        #expect(asked.topics.count == 1 && (version < 13 ? asked.topics[0].topic == "t" : asked.topics[0].topicId == id))
        #expect(asked.topics[0].partitions.map { [Int64($0.partition), $0.fetchOffset, Int64($0.partitionMaxBytes)] } == [[0, 7, 100], [1, 8, 100]])
        let first = try #require(found[1]).get(), second = try #require(found[2]).get()
        #expect(first.keys.sorted() == [TopicPartition("t", 0), TopicPartition("t", 1)])
        #expect(first[TopicPartition("t", 0)]?.highWatermark == 10 && first[TopicPartition("t", 0)]?.records.array == [1, 2, 3])
        #expect(second[TopicPartition("t", 0)]?.highWatermark == 9)
    }

    @Test func whatABrokerDoesNotGiveIsAnErrorOfThePartition() throws {
        let cluster = try cluster { _, request, _ in self.answer(to: request, highWatermark: 4, .offsetOutOfRange) }
        let found = try #require(Admin(cluster).fetchReplicas(fetch, patienceMs: 30_000)[2]).get()
        let replica = try #require(found[TopicPartition("t", 0)])
        #expect(replica.errorCode == .offsetOutOfRange && replica.highWatermark == -1 && replica.records.isEmpty)
    }

    @Test func anErrorOfTheWholeAnswerIsTheBrokersFailure() throws {
        let cluster = try cluster { broker, request, _ in
            var response = self.answer(to: request, highWatermark: 4)
            if broker == "b:2" { response.errorCode = .unknownServerError }
            return response
        }
        let found = Admin(cluster).fetchReplicas(fetch, patienceMs: 30_000)
        #expect(throws: Never.self) { try found[1]?.get() }
        let failure = #expect(throws: ClientError.self) { try found[2]?.get() }
        #expect(failure?.code == .unknownServerError)
    }

    @Test func aBrokerThatIsDownDoesNotHoldUpTheOthersForLonger() throws {
        let cluster = try cluster { _, request, _ in self.answer(to: request, highWatermark: 4) }
        cluster.brokers["b:2"] = .refuses
        let began = cluster.now
        let found = Admin(cluster).fetchReplicas(fetch, patienceMs: 2_000)
        #expect(try #require(found[1]).get().count == 2)
        #expect(throws: ClientError.self) { try found[2]?.get() }
        #expect(cluster.now - began <= 2_600)
        #expect(cluster.served.count { $0.key == .fetch } == 1, "an answer is not asked for twice")
    }

    @Test func aBrokerThatIsSilentIsGivenUp() throws {
        let cluster = try cluster { broker, request, _ in broker == "a:1" ? self.answer(to: request, highWatermark: 4) : nil }
        let began = cluster.now
        let found = Admin(cluster).fetchReplicas(fetch, patienceMs: 2_000)
        let failure = #expect(throws: ClientError.self) { try found[2]?.get() }
        #expect(failure?.kind == .timeout || failure?.kind == .disconnected)
        #expect(cluster.now - began <= 2_600)
    }
}
