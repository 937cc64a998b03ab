import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct GroupMemberTests {
    static let t0 = TopicPartition("t", 0)
    static let t1 = TopicPartition("t", 1)

    func heartbeat(_ scene: ConsumerScene, _ code: ErrorCode) {
        scene.advance(3_000)
        scene.cluster.answer(HeartbeatRequest.self) { _ in
            var answer = HeartbeatResponse()
            answer.errorCode = code
            return answer
        }
        scene.advance()
    }

    @Test func joinsAgainWithTheIdTheCoordinatorGave() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        scene.cluster.answer(JoinGroupRequest.self) { _ in
            var answer = JoinGroupResponse()
            answer.errorCode = .memberIdRequired
            answer.memberId = "given"
            return answer
        }
        #expect(scene.cluster.next(JoinGroupRequest.self)?.memberId == "given")
    }

    @Test func aRebalanceCommitsThenLetsGoThenJoins() throws {
        let scene = ConsumerScene(["t": 2])
        var changes: [AssignmentChange] = []
        scene.consumer.onAssignmentChange = { changes.append($0) }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, Self.t1: 0])
        #expect(changes == [.assigned([Self.t0, Self.t1])])
        scene.answerFetch(Self.t0, ConsumerTests.batch(0, ["a"]))
        #expect(try scene.values() == ["a"])
        heartbeat(scene, .rebalanceInProgress)
        #expect(scene.cluster.next(JoinGroupRequest.self) == nil)
        let commit = scene.cluster.answer(OffsetCommitRequest.self) { _ in OffsetCommitResponse() }
        #expect(commit?.topics.first?.partitions.map(\.committedOffset) == [1])
        #expect(scene.consumer.assignment.isEmpty)
        scene.lead(generation: 2)
        #expect(scene.consumer.assignment == [Self.t0, Self.t1])
        #expect(changes.dropFirst() == [.revoked([Self.t0, Self.t1]), .assigned([Self.t0, Self.t1])])
        scene.consumer.close { _ in }
        scene.cluster.answer(OffsetCommitRequest.self) { _ in OffsetCommitResponse() }
        #expect(changes.last == .revoked([Self.t0, Self.t1]) && changes.count == 4)
    }

    @Test func anUnknownMemberJoinsAsANewOne() throws {
        let scene = ConsumerScene(["t": 1])
        var changes: [AssignmentChange] = []
        scene.consumer.onAssignmentChange = { changes.append($0) }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        heartbeat(scene, .unknownMemberId)
        #expect(scene.consumer.assignment.isEmpty && changes == [.assigned([Self.t0]), .revoked([Self.t0])])
        #expect(scene.cluster.next(JoinGroupRequest.self)?.memberId == "")
    }

    @Test func aFencedStaticMemberStops() throws {
        let scene = ConsumerScene(["t": 1]) { $0.groupInstanceId = "one" }
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        #expect(scene.cluster.next(JoinGroupRequest.self)?.groupInstanceId == "one")
        scene.lead(generation: 1)
        heartbeat(scene, .fencedInstanceId)
        let error = #expect(throws: ClientError.self) { _ = try scene.consumer.poll() }
        #expect(error?.code == .fencedInstanceId)
    }

    @Test func aStaticMemberDoesNotLeaveWhenItCloses() throws {
        let scene = ConsumerScene(["t": 1]) { $0.groupInstanceId = "one" }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        var isClosed = false
        scene.consumer.close { _ in isClosed = true }
        #expect(isClosed && scene.cluster.next(LeaveGroupRequest.self) == nil)
    }

    @Test func aCooperativeMemberKeepsWhatStaysAndRejoinsAfterLettingGo() throws {
        let scene = ConsumerScene(["t": 2]) {
            $0.assignors = [.cooperativeSticky]
            $0.enableAutoCommit = false
        }
        var changes: [AssignmentChange] = []
        scene.consumer.onAssignmentChange = { changes.append($0) }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, Self.t1: 0])
        scene.answerFetch(Self.t0, ConsumerTests.batch(0, ["a"]))
        #expect(try scene.values() == ["a"])
        heartbeat(scene, .rebalanceInProgress)
        #expect(scene.consumer.assignment == [Self.t0, Self.t1])
        scene.cluster.answer(JoinGroupRequest.self) { _ in
            var answer = JoinGroupResponse()
            answer.generationId = 2
            (answer.memberId, answer.leader, answer.protocolName) = ("member-1", "other", "cooperative-sticky")
            return answer
        }
        scene.cluster.answer(SyncGroupRequest.self) { _ in
            var answer = SyncGroupResponse()
            answer.assignment = ConsumerProtocol.encode(assignment: [Self.t0])
            return answer
        }
        #expect(scene.consumer.assignment == [Self.t0])
        #expect(changes == [.assigned([Self.t0, Self.t1]), .revoked([Self.t1]), .assigned([])])
        #expect(scene.consumer.position(Self.t0) == 1)
        scene.advance()
        let join = try #require(scene.cluster.next(JoinGroupRequest.self))
        let metadata = try #require(join.protocols.first?.metadata)
        let offered = try ConsumerProtocolSubscription.decode(metadata.dropFirst(2), version: metadata.load(0))
        #expect(offered.ownedPartitions.map(\.partitions) == [[0]] && offered.generationId == 2)
    }

    @Test func aCloseDuringARebalanceCommitsWhatACooperativeMemberStillOwns() throws {
        let scene = ConsumerScene(["t": 1]) {
            $0.assignors = [.cooperativeSticky]
            $0.autoCommitIntervalMs = 60_000
        }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, ConsumerTests.batch(0, ["a"]))
        #expect(try scene.values() == ["a"])
        heartbeat(scene, .rebalanceInProgress)
        scene.cluster.answer(OffsetCommitRequest.self) { _ in OffsetCommitResponse() }
        scene.advance()
        scene.answerFetch(Self.t0, ConsumerTests.batch(1, ["b"]))
        #expect(try scene.values() == ["b"])
        var isClosed = false
        scene.consumer.close { _ in isClosed = true }
        scene.cluster.answer(OffsetCommitRequest.self) { request in
            var answer = OffsetCommitResponse()
            var topic = OffsetCommitResponse.OffsetCommitResponseTopic()
            topic.name = "t"
            var field = OffsetCommitResponse.OffsetCommitResponseTopic.OffsetCommitResponsePartition()
            field.errorCode = .rebalanceInProgress
            topic.partitions = [field]
            answer.topics = [topic]
            return answer
        }
        #expect(!isClosed)
        scene.advance(100)
        let commit = scene.cluster.answer(OffsetCommitRequest.self) { _ in OffsetCommitResponse() }
        #expect(commit?.topics.first?.partitions.first?.committedOffset == 2)
        scene.cluster.answer(LeaveGroupRequest.self) { _ in LeaveGroupResponse() }
        #expect(isClosed)
    }

    @Test func aLeaderRejoinsWhenPartitionsWereAdded() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.cluster.add("t", partitions: 2)
        scene.advance()
        scene.advance()
        #expect(scene.cluster.next(JoinGroupRequest.self) != nil)
    }

    private func assignment(epoch: Int32, of topic: Uuid, _ partitions: [Int32]) -> ConsumerGroupHeartbeatResponse {
        var answer = ConsumerGroupHeartbeatResponse()
        (answer.memberEpoch, answer.heartbeatIntervalMs) = (epoch, 5_000)
        var entry = ConsumerGroupHeartbeatResponse.TopicPartitions()
        (entry.topicId, entry.partitions) = (topic, partitions)
        var assignment = ConsumerGroupHeartbeatResponse.Assignment()
        assignment.topicPartitions = [entry]
        answer.assignment = assignment
        return answer
    }

    @Test func aMemberOfTheNewProtocolTakesWhatTheBrokerAssigns() throws {
        let scene = ConsumerScene(["t": 2]) { $0.groupProtocol = .consumer }
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        let id = try #require(scene.cluster.metadata.topic("t")?.id)
        let first = scene.cluster.answer(ConsumerGroupHeartbeatRequest.self) { _ in assignment(epoch: 1, of: id, [1]) }
        #expect(first?.memberId == "me" && first?.memberEpoch == 0 && first?.subscribedTopicNames == ["t"])
        #expect(scene.consumer.assignment == [Self.t1])
        scene.advance()
        let ack = try #require(scene.cluster.next(ConsumerGroupHeartbeatRequest.self))
        #expect(ack.memberEpoch == 1 && ack.subscribedTopicNames == nil)
        #expect(ack.topicPartitions?.map(\.partitions) == [[1]])
    }

    /// The coordinator repeats an assignment only to a member that says all.
    @Test func aMemberWhoseHeartbeatWasNotAnsweredSaysAllAgain() throws {
        let scene = ConsumerScene(["t": 2]) { $0.groupProtocol = .consumer }
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        let id = try #require(scene.cluster.metadata.topic("t")?.id)
        scene.cluster.answer(ConsumerGroupHeartbeatRequest.self) { _ in assignment(epoch: 1, of: id, [1]) }
        scene.advance()
        scene.cluster.sent.first { $0.request is ConsumerGroupHeartbeatRequest }?.refuse(ClientError(.disconnected, message: "lost"))
        scene.cluster.sent.removeAll { $0.request is ConsumerGroupHeartbeatRequest }
        scene.advance(99)
        #expect(scene.cluster.next(ConsumerGroupHeartbeatRequest.self) == nil)
        scene.advance(1)
        let again = scene.cluster.answer(ConsumerGroupHeartbeatRequest.self) { _ in assignment(epoch: 2, of: id, [0, 1]) }
        #expect(again?.memberEpoch == 1 && again?.subscribedTopicNames == ["t"] && again?.topicPartitions?.map(\.partitions) == [[1]])
        #expect(again.map { $0.rebalanceTimeoutMs > 0 } == true)
        #expect(scene.consumer.assignment == [Self.t0, Self.t1])
        scene.advance()
        #expect(scene.cluster.next(ConsumerGroupHeartbeatRequest.self)?.rebalanceTimeoutMs == -1)
    }
}
