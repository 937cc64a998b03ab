import KafkaProtocol
import Testing

@testable import KafkaClient

/// What a producer says of records that it cannot send.
@Suite struct ProducerObstacleTests {
    private static func scene(_ leaders: [Int32], refusesIdentity: Bool = false, _ advertised: ScriptedCluster.Behaviour) throws -> (ScriptedCluster, Producer)
    {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .answers { request, _ in
            switch request {
            case is MetadataRequest: return metadata([1: "b:1"], topics: ["t": leaders])
            case is InitProducerIdRequest:
                var answer = InitProducerIdResponse()
                if refusesIdentity { answer.errorCode = .coordinatorLoadInProgress } else { (answer.producerId, answer.producerEpoch) = (7, 0) }
                return answer
            default: return nil
            }
        }
        cluster.brokers["b:1"] = advertised
        return (cluster, Producer(cluster.core, config: try ProducerConfig(properties: ["linger.ms": "0"])))
    }

    private static func offer(_ cluster: ScriptedCluster, _ producer: Producer) throws {
        let topic = producer.topic("t")
        _ = cluster.run(limitMs: 1_000) { cluster.core.metadata.topic("t") != nil }
        #expect(try producer.offer(topic, key: nil, value: Bytes("a"), timestamp: 5) != .mustWait(.metadata))
        _ = cluster.run(limitMs: 1_000) { false }
    }

    @Test func aLeaderThatCannotBeReachedIsNamed() throws {
        let (cluster, producer) = try Self.scene([1], .unresolvable)
        #expect(producer.obstacles().isEmpty)
        try Self.offer(cluster, producer)
        #expect(producer.obstacles() == [.unreachable(broker: 1, reason: "b:1: the host name does not resolve")])
    }

    @Test func aPartitionWithoutLeaderIsNamed() throws {
        let (cluster, producer) = try Self.scene([-1], .accepts)
        try Self.offer(cluster, producer)
        #expect(producer.obstacles() == [.partitions(topic: "t", [0], .leaderNotAvailable)])
    }

    @Test func anIdentityThatIsNotGivenIsNamed() throws {
        let (cluster, producer) = try Self.scene([1], refusesIdentity: true, .answers { _, _ in nil })
        try Self.offer(cluster, producer)
        #expect(producer.obstacles() == [.refused(api: "INIT_PRODUCER_ID", .coordinatorLoadInProgress)])
    }

    @Test func aTopicThatDoesNotExistIsNamedToWhoeverWantsIt() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .answers { request, _ in
            guard request is MetadataRequest else { return nil }
            var answer = metadata([1: "a:1"], topics: ["t": []])
            answer.topics[0].errorCode = .unknownTopicOrPartition
            return answer
        }
        let producer = Producer(cluster.core, config: try ProducerConfig(properties: [:]))
        let topic = producer.topic("t")
        _ = cluster.run(limitMs: 1_000) { cluster.core.metadata.topic("t") != nil }
        #expect(producer.obstacles(wanted: topic) == [.topic("t", .unknownTopicOrPartition)])
        #expect(producer.obstacles().isEmpty)
    }
}
