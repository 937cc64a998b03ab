import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct ObstacleWatchTests {
    private let refused = Obstacle.noBroker(reason: "a:1: connection refused")
    private let missing = Obstacle.topic("t", .unknownTopicOrPartition)

    @Test func whatPassesAtOnceIsNotTold() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        #expect(watch.observe([missing], now: 0).isEmpty)
        #expect(watch.observe([missing], now: 1_999).isEmpty)
        #expect(watch.observe([], now: 2_100).isEmpty)
    }

    @Test func whatStaysIsToldOnce() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        #expect(watch.observe([missing], now: 0).isEmpty)
        #expect(watch.observe([missing], now: 2_000) == [missing])
        #expect(watch.hasTold(missing))
        for now in stride(from: Int64(2_100), to: 100_000, by: 100) { #expect(watch.observe([missing], now: now).isEmpty) }
    }

    @Test func anotherReasonIsToldToo() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        _ = watch.observe([missing], now: 0)
        #expect(watch.observe([missing], now: 2_000) == [missing])
        #expect(watch.observe([refused], now: 2_500).isEmpty)
        #expect(watch.observe([refused], now: 4_500) == [refused])
    }

    @Test func anAttemptUnderWayDoesNotHideAReasonThatComesBack() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        var told: [Obstacle] = []
        for now in stride(from: Int64(0), to: 20_000, by: 100) { told += watch.observe(now % 1_000 < 600 ? [refused] : [], now: now) }
        #expect(told == [refused])
    }

    @Test func aBrokerThatAnswersSlowlyIsNotSilent() {
        let silent = Obstacle.silent(broker: 1, address: "a:1", api: "FETCH")
        var watch = ObstacleWatch(patienceMs: 2_000)
        for now in stride(from: Int64(0), to: 20_000, by: 100) { #expect(watch.observe(now % 1_500 < 1_300 ? [silent] : [], now: now).isEmpty) }
        #expect(!watch.hasTold(silent))
        #expect(watch.observe([silent], now: 20_000).isEmpty)
        #expect(watch.observe([silent], now: 22_000) == [silent])
    }

    @Test func aReasonThatWentAndReturnsIsToldAgain() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        _ = watch.observe([refused], now: 0)
        #expect(watch.observe([refused], now: 2_000) == [refused])
        _ = watch.observe([], now: 4_000)
        #expect(!watch.hasTold(refused))
        #expect(watch.observe([refused], now: 5_000).isEmpty)
        #expect(watch.observe([refused], now: 7_000) == [refused])
    }

    @Test func anOrdinaryWaitIsNotTold() {
        var watch = ObstacleWatch(patienceMs: 2_000)
        for now in stride(from: Int64(0), to: 10_000, by: 100) { #expect(watch.observe([.rebalance(group: "g", isOverdue: false)], now: now).isEmpty) }
    }
}

/// What the core says of requests that get nowhere.
@Suite struct CoreObstacleTests {
    private static func cluster(_ advertised: String, _ behaviour: ScriptedCluster.Behaviour?) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .answers { request, _ in
            switch request {
            case is MetadataRequest: metadata([1: advertised], topics: ["t": [1]])
            case is FindCoordinatorRequest: coordinator(advertised, of: request)
            default: nil
            }
        }
        cluster.brokers[advertised] = behaviour ?? cluster.brokers["a:1"]
        return cluster
    }

    private static func coordinator(_ address: String, of request: any Request) -> FindCoordinatorResponse {
        var response = FindCoordinatorResponse()
        response.coordinators = ((request as? FindCoordinatorRequest)?.coordinatorKeys ?? []).map { key in
            var entry = FindCoordinatorResponse.Coordinator()
            entry.key = key
            entry.nodeId = 1
            let parts = address.split(separator: ":")
            (entry.host, entry.port) = (String(parts[0]), Int32(parts[1]) ?? 0)
            return entry
        }
        return response
    }

    @Test func anAdvertisedHostThatDoesNotResolveIsNamed() throws {
        let cluster = try Self.cluster("foo.invalid:9", .unresolvable)
        _ = cluster.send(ListOffsetsRequest(), to: .leader("t", 0))
        let expected = Obstacle.unreachable(broker: 1, reason: "foo.invalid:9: the host name does not resolve")
        #expect(cluster.core.obstacle(to: .leader("t", 0), silentAfterMs: 500) == expected)
        #expect(cluster.core.obstacle(to: .any, silentAfterMs: 500) == nil)
    }

    @Test func aCoordinatorThatRefusesIsNamedWhileItIsLookedUpAgain() throws {
        let cluster = try Self.cluster("b:1", .refuses)
        var options = RequestOptions()
        options.retry = .no
        _ = cluster.send(MetadataRequest(), to: .any)
        _ = cluster.send(HeartbeatRequest(), to: .groupCoordinator("g"), options: options)
        #expect(cluster.core.obstacle(to: .groupCoordinator("g"), silentAfterMs: 500) == .unreachable(broker: 1, reason: "b:1: connection refused"))
    }

    @Test func aGroupWithoutCoordinatorIsNamed() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .answers { request, _ in
            if request is MetadataRequest { return metadata([1: "a:1"]) }
            var response = Self.coordinator("a:1", of: request)
            for index in response.coordinators.indices { response.coordinators[index].errorCode = .coordinatorNotAvailable }
            return response
        }
        cluster.core.submit(HeartbeatRequest(), to: .groupCoordinator("g")) { _ in }
        #expect(!cluster.run(limitMs: 2_000) { false })
        #expect(cluster.core.obstacle(to: .groupCoordinator("g"), silentAfterMs: 500) == .group("g", .coordinatorNotAvailable))
        #expect(cluster.core.obstacles(silentAfterMs: 500) == [.group("g", .coordinatorNotAvailable)])
    }

    @Test func aServerThatAcceptsAndNeverAnswersIsNamed() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .accepts
        cluster.core.submit(MetadataRequest(), to: .any) { _ in }
        cluster.settle()
        #expect(cluster.core.obstacles(silentAfterMs: 500).isEmpty)
        cluster.now += 500
        #expect(!cluster.run(limitMs: 0) { false })
        #expect(cluster.core.obstacles(silentAfterMs: 500) == [.noBroker(reason: "a:1: connected, but it does not answer")])
    }

    @Test func aBrokerThatStopsAnsweringIsNamedButNotOneThatMayWait() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1")
        cluster.brokers["a:1"] = .answers { request, _ in request is MetadataRequest ? metadata([1: "a:1"]) : nil }
        _ = cluster.send(MetadataRequest(), to: .any)
        var options = RequestOptions()
        options.heldMs = 5_000
        cluster.core.submit(ListGroupsRequest(), to: .node(1), options: options) { _ in }
        cluster.settle()
        cluster.now += 5_499
        cluster.settle()
        #expect(cluster.core.obstacles(silentAfterMs: 500).isEmpty)
        cluster.now += 1
        cluster.settle()
        #expect(cluster.core.obstacles(silentAfterMs: 500) == [.silent(broker: 1, address: "a:1", api: "LIST_GROUPS")])
    }
}

/// What a consumer says of what it cannot read.
@Suite struct ConsumerObstacleTests {
    @Test func aConsumerThatReadsHasNothingToSay() {
        let scene = ConsumerScene(["t": 1]) { $0.resetPolicy = .earliest }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [ConsumerTests.t0: 0])
        #expect(scene.consumer.obstacles().isEmpty && !scene.consumer.hasFetched)
        scene.answerFetch(ConsumerTests.t0, .empty)
        #expect(scene.consumer.obstacles().isEmpty && scene.consumer.hasFetched)
    }

    @Test func aTopicThatDoesNotExistIsNamed() {
        let scene = ConsumerScene([:])
        scene.cluster.metadata.topics["t"] = ClusterMetadata.Topic(name: "t", error: .unknownTopicOrPartition)
        scene.consumer.subscribe(topics: ["t"])
        scene.join()
        #expect(scene.consumer.obstacles() == [.topic("t", .unknownTopicOrPartition)])
        #expect(scene.consumer.obstacles().first?.description == "Topic t does not exist")
    }

    @Test func partitionsThatDoNotExistAreNamedTogether() {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.assign([TopicPartition("t", 99), TopicPartition("t", 7)])
        scene.advance()
        #expect(scene.consumer.obstacles() == [.noSuchPartitions(topic: "t", [7, 99], count: 1)])
        #expect(scene.consumer.obstacles().first?.description == "Partitions t-7, t-99 do not exist: topic t has 1 partition")
    }

    @Test func oneLeaderThatIsGoneIsNamedBesideAnotherThatServes() {
        let scene = ConsumerScene(["t": 2]) { $0.groupId = nil }
        scene.cluster.metadata.topics["t"]?.partitions[1].leader = 5
        scene.consumer.assign([TopicPartition("t", 0), TopicPartition("t", 1)])
        scene.advance()
        #expect(scene.consumer.obstacles() == [.partitions(topic: "t", [1], .leaderNotAvailable)])
    }

    @Test func aPatternWithoutTopicIsNamed() {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe { $0 == "other" }
        scene.join()
        #expect(scene.consumer.obstacles() == [.noMatchingTopic])
    }

    @Test func aMemberWithoutPartitionsIsNoFailure() {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        scene.cluster.answer(JoinGroupRequest.self) { _ in
            var answer = JoinGroupResponse()
            (answer.generationId, answer.memberId, answer.leader, answer.protocolName) = (1, "me", "other", "range")
            return answer
        }
        scene.cluster.answer(SyncGroupRequest.self) { _ in
            var answer = SyncGroupResponse()
            answer.assignment = ConsumerProtocol.encode(assignment: [])
            return answer
        }
        scene.advance()
        #expect(scene.consumer.obstacles() == [.noAssignment(group: "g")])
        #expect(scene.consumer.obstacles().allSatisfy { !$0.isFailure })
    }

    @Test func aJoinIsOrdinaryUntilItTakesLong() {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        #expect(scene.consumer.obstacles() == [.rebalance(group: "g", isOverdue: false)])
        scene.advance(5_000)
        #expect(scene.consumer.obstacles() == [.rebalance(group: "g", isOverdue: true)])
    }

    @Test func aCoordinatorThatIsLoadingIsNamed() {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        scene.cluster.answer(JoinGroupRequest.self) { _ in
            var answer = JoinGroupResponse()
            answer.errorCode = .coordinatorLoadInProgress
            return answer
        }
        #expect(scene.consumer.obstacles() == [.group("g", .coordinatorLoadInProgress)])
    }

    @Test func aTransactionThatHoldsRecordsBackIsNamed() {
        let scene = ConsumerScene(["t": 1]) { $0.readsCommittedOnly = true }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [ConsumerTests.t0: 4])
        scene.cluster.answer(FetchRequest.self) { _ in
            var answer = FetchResponse()
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topicId = scene.cluster.metadata.topic("t")?.id ?? .zero
            var field = FetchResponse.FetchableTopicResponse.PartitionData()
            (field.highWatermark, field.lastStableOffset) = (9, 4)
            topic.partitions = [field]
            answer.responses = [topic]
            return answer
        }
        #expect(scene.consumer.obstacles() == [.openTransaction(ConsumerTests.t0)])
        #expect(scene.consumer.hasFetched)
    }
}
