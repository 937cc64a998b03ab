import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct ConsumerTests {
    static let t0 = TopicPartition("t", 0)

    static func batch(_ base: Int64, _ values: [String], producer: Int64 = -1) -> Bytes {
        let builder = RecordBatchBuilder(
            baseOffset: base, compression: .none, producerId: producer, producerEpoch: producer < 0 ? -1 : 0, baseSequence: producer < 0 ? -1 : 0,
            isTransactional: producer >= 0)
        for value in values { builder.append(timestamp: 5, key: nil, value: Bytes(value)) }
        return builder.build()
    }

    static func joined(_ parts: [Bytes]) -> Bytes { Bytes(parts.flatMap(\.array)) }

    @Test func readsFromTheCommittedOffset() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 41])
        let fetch = scene.answerFetch(Self.t0, Self.batch(40, ["before", "a", "b"]))
        #expect(fetch?.topics.first?.partitions.first?.fetchOffset == 41)
        #expect(try scene.values() == ["a", "b"])
        #expect(scene.consumer.position(Self.t0) == 43)
    }

    @Test func resetPolicyDecidesWithoutACommittedOffset() throws {
        let scene = ConsumerScene(["t": 2]) { $0.resetPolicy = .earliest }
        scene.consumer.subscribe(topics: ["t"])
        scene.join()
        let asked = scene.answerOffsets(3)
        #expect(asked?.replicaId == -1)
        #expect(asked?.topics.first?.partitions.map(\.timestamp) == [-2, -2])
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.topics.first?.partitions.map(\.fetchOffset) == [3, 3])
    }

    @Test func noResetPolicyFailsWithoutACommittedOffset() throws {
        let scene = ConsumerScene(["t": 1]) { $0.resetPolicy = .none }
        scene.consumer.subscribe(topics: ["t"])
        scene.join()
        let error = #expect(throws: ClientError.self) { _ = try scene.consumer.poll() }
        #expect(error?.message == "Undefined offset with no reset policy for partitions: [t-0]")
    }

    @Test func anOffsetOutOfRangeIsResetByThePolicy() throws {
        let scene = ConsumerScene(["t": 1]) { $0.resetPolicy = .latest }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 999])
        scene.answerFetch(Self.t0, .empty, error: .offsetOutOfRange)
        scene.advance()
        #expect(scene.answerOffsets(5)?.topics.first?.partitions.first?.timestamp == -1)
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.topics.first?.partitions.first?.fetchOffset == 5)
    }

    @Test func aSessionNamesOnlyWhatChanged() throws {
        let scene = ConsumerScene(["t": 3])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, TopicPartition("t", 1): 0, TopicPartition("t", 2): 0])
        let full = scene.answerFetch(Self.t0, Self.batch(0, ["a"]))
        #expect(full?.sessionEpoch == 0 && full?.topics.first?.partitions.count == 3)
        scene.advance()
        let second = try #require(scene.cluster.next(FetchRequest.self))
        #expect(second.sessionId == 7 && second.sessionEpoch == 1)
        #expect(second.topics.first?.partitions.map(\.partition) == [0])
        scene.consumer.pause(TopicPartition("t", 1))
        scene.answerFetch(Self.t0, .empty)
        scene.advance()
        let third = try #require(scene.cluster.next(FetchRequest.self))
        #expect(third.topics.isEmpty && third.forgottenTopicsData.first?.partitions == [1])
    }

    @Test func aSeekDropsWhatWasFetched() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b"]))
        scene.consumer.seek(Self.t0, to: 1)
        #expect(try scene.values() == [])
        scene.advance()
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b"]))
        #expect(try scene.values() == ["b"])
    }

    @Test func abortedTransactionsAreHiddenFromReadersOfCommittedRecords() throws {
        let log = Self.joined([
            Self.batch(0, ["lost"], producer: 5), Self.batch(1, ["kept"], producer: 6),
            RecordBatch.endTransactionMarker(commits: false, baseOffset: 2, timestamp: 1, producerId: 5, producerEpoch: 0, coordinatorEpoch: 0),
            Self.batch(3, ["next"], producer: 5),
            RecordBatch.endTransactionMarker(commits: true, baseOffset: 4, timestamp: 1, producerId: 5, producerEpoch: 0, coordinatorEpoch: 0),
        ])
        for (committed, expected) in [(true, ["kept", "next"]), (false, ["lost", "kept", "next"])] {
            let scene = ConsumerScene(["t": 1]) { $0.readsCommittedOnly = committed }
            scene.consumer.subscribe(topics: ["t"])
            scene.join(committed: [Self.t0: 0])
            scene.answerFetch(Self.t0, log, aborted: [(5, 0)])
            #expect(try scene.values() == expected)
            #expect(scene.consumer.position(Self.t0) == 5)
        }
    }

    @Test func corruptRecordsAreAnError() throws {
        var bytes = Self.batch(0, ["a"]).array
        bytes[bytes.count - 2] ^= 1
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, Bytes(bytes))
        #expect(throws: ClientError.self) { _ = try scene.values() }
    }

    @Test func closeCommitsOnePastTheLastRecordHandedOut() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b", "c"]))
        let records = try #require(try scene.consumer.poll())
        let next = try records.forEach { record, _ in record.offset < 1 }
        scene.consumer.seek(Self.t0, to: next)
        var isClosed = false
        scene.consumer.close { _ in isClosed = true }
        let commit = scene.cluster.answer(OffsetCommitRequest.self) { _ in OffsetCommitResponse() }
        #expect(commit?.topics.first?.partitions.first?.committedOffset == 2)
        #expect(commit?.memberId == "member-1" && commit?.generationIdOrMemberEpoch == 1)
        let leave = scene.cluster.answer(LeaveGroupRequest.self) { _ in LeaveGroupResponse() }
        #expect(leave?.members.first?.memberId == "member-1")
        #expect(isClosed)
    }

    @Test func recordsOfAPausedPartitionWaitInOrderUntilItIsResumed() throws {
        let scene = ConsumerScene(["t": 2])
        let other = TopicPartition("t", 1)
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, other: 0])
        for (offset, value) in ["a", "b", "c"].enumerated() {
            scene.answerFetch(Self.t0, Self.batch(Int64(offset), [value]))
            scene.advance()
        }
        scene.consumer.pause(Self.t0)
        scene.answerFetch(other, Self.batch(0, ["other"]))
        #expect(try scene.values() == ["other"])
        scene.advance()
        #expect(scene.consumer.position(Self.t0) == 0)
        #expect(scene.cluster.next(FetchRequest.self)?.forgottenTopicsData.first?.partitions == [0])
        scene.consumer.resume(Self.t0)
        #expect(try scene.consumer.poll()?.nextOffset == 1)
        scene.consumer.pause(Self.t0)
        #expect(try scene.values() == [])
        scene.consumer.resume(Self.t0)
        #expect(try scene.values() == ["b", "c"])
        scene.answerFetch(other, .empty)
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.topics.first?.partitions.map(\.fetchOffset) == [3], "it is fetched again from there on")
    }

    @Test func recordsThatWereHandedOutAreLetGoOfWhileAPausedPartitionsWait() throws {
        struct Weak { weak var storage: ByteStorage? }
        let scene = ConsumerScene(["t": 2])
        let other = TopicPartition("t", 1)
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, other: 0])
        scene.answerFetch(Self.t0, Self.batch(0, ["waits"]))
        scene.consumer.pause(Self.t0)
        var buffers: [Weak] = []
        for offset in 0..<200 {
            scene.advance()
            let batch = Self.batch(Int64(offset), ["a"])
            let storage = ByteStorage(capacity: batch.count)
            batch.withUnsafeBytes { storage.contents.copyMemory(from: $0) }
            buffers.append(Weak(storage: storage))
            scene.answerFetch(other, Bytes(storage: storage, offset: 0, count: batch.count))
            #expect(try scene.values() == ["a"])
        }
        #expect(buffers.count { $0.storage != nil } <= 1)
        scene.consumer.resume(Self.t0)
        #expect(try scene.values() == ["waits"])
    }

    @Test func aSeekWhilePausedDropsWhatWasFetched() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b"]))
        scene.consumer.pause(Self.t0)
        #expect(try scene.values() == [])
        scene.consumer.seek(Self.t0, to: 1)
        scene.consumer.resume(Self.t0)
        #expect(try scene.values() == [])
        scene.advance()
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b"]))
        #expect(try scene.values() == ["b"])
    }

    @Test func aSeekToTheSameOffsetIsFetchedWithoutNamingItAgain() throws {
        let scene = ConsumerScene(["t": 1])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.consumer.seek(Self.t0, to: 0)
        scene.answerFetch(Self.t0, Self.batch(0, ["early"]))
        #expect(try scene.values() == [], "it was asked for before the seek")
        scene.advance()
        let again = scene.answerFetch(Self.t0, Self.batch(0, ["a"]))
        #expect(again?.topics.isEmpty == true && again?.sessionEpoch == 1)
        #expect(try scene.values() == ["a"])
    }

    @Test func aPartitionIsReadFromAFollowerForAsLongAsTheLeaderSaid() throws {
        let scene = ConsumerScene(["t": 2])
        scene.cluster.metadata.brokers[2] = ClusterMetadata.Broker(id: 2, host: "localhost", port: 9093)
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, TopicPartition("t", 1): 0])
        scene.cluster.answer(FetchRequest.self) { _ in
            var answer = FetchResponse()
            answer.sessionId = 7
            answer.responses = [.init()]
            answer.responses[0].topicId = scene.cluster.metadata.topic("t")?.id ?? .zero
            answer.responses[0].partitions = [.init()]
            answer.responses[0].partitions[0].preferredReadReplica = 2
            return answer
        }
        scene.advance()
        func fetches() -> [(node: Target, partitions: [Int32], forgotten: [Int32])] {
            scene.cluster.sent.compactMap { sent in
                (sent.request as? FetchRequest).map {
                    (sent.target, $0.topics.flatMap(\.partitions).map(\.partition), $0.forgottenTopicsData.flatMap(\.partitions))
                }
            }
        }
        let (leader, follower) = (try #require(fetches().first), try #require(fetches().last))
        #expect(fetches().count == 2 && leader.node == .node(1) && follower.node == .node(2))
        #expect(leader.partitions == [] && leader.forgotten == [0] && follower.partitions == [0] && follower.forgotten == [])
        scene.cluster.sent.removeAll { $0.target == .node(1) }
        scene.answerFetch(Self.t0, Self.batch(0, ["a"]))
        #expect(try scene.values() == ["a"])
        scene.advance(300_001)
        #expect(fetches().isEmpty, "the leader has not answered yet, and nothing is left for the follower")
    }

    @Test func aPartitionIsFetchedOnceItHasALeader() throws {
        let scene = ConsumerScene(["t": 2])
        scene.cluster.metadata.topics["t"]?.partitions[1].leader = -1
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, TopicPartition("t", 1): 0])
        #expect(scene.cluster.next(FetchRequest.self)?.topics.flatMap(\.partitions).map(\.partition) == [0])
        let refreshes = scene.cluster.refreshes
        #expect(refreshes > 0 && (scene.consumer.nextDeadline ?? .max) <= scene.cluster.now + 250)
        scene.advance(250)
        #expect(scene.cluster.refreshes == refreshes + 1, "it is asked for until there is one")
        scene.cluster.metadata.topics["t"]?.partitions[1].leader = 1
        scene.cluster.metadata.version += 1
        scene.answerFetch(Self.t0, .empty)
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.topics.flatMap(\.partitions).map(\.partition) == [1])
    }

    @Test func aPartitionThatWasRefusedIsTriedAgainAfterAPause() throws {
        let scene = ConsumerScene(["t": 2])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0, TopicPartition("t", 1): 0])
        scene.answerFetch(Self.t0, .empty, error: .notLeaderOrFollower)
        scene.advance()
        #expect(scene.answerFetch(TopicPartition("t", 1), .empty)?.forgottenTopicsData.first?.partitions == [0])
        #expect(scene.consumer.nextDeadline == scene.cluster.now + 100)
        scene.advance(100)
        #expect(scene.cluster.next(FetchRequest.self)?.topics.flatMap(\.partitions).map(\.partition) == [0])
    }

    @Test func automaticCommitsStopBeforeTheRecordsInHand() throws {
        let scene = ConsumerScene(["t": 1]) { $0.autoCommitIntervalMs = 1_000 }
        func committed() -> Int64? {
            scene.advance(1_000)
            return scene.cluster.answer(OffsetCommitRequest.self) { request in
                var answer = OffsetCommitResponse()
                var topic = OffsetCommitResponse.OffsetCommitResponseTopic()
                topic.name = "t"
                topic.partitions = [OffsetCommitResponse.OffsetCommitResponseTopic.OffsetCommitResponsePartition()]
                answer.topics = [topic]
                return answer
            }?.topics.first?.partitions.first?.committedOffset
        }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [Self.t0: 0])
        scene.answerFetch(Self.t0, Self.batch(0, ["a", "b"]))
        let first = try #require(try scene.consumer.poll())
        scene.consumer.inHand = (first.partition, first.startOffset)
        #expect(committed() == nil, "nothing is dealt with")
        scene.advance()
        scene.answerFetch(Self.t0, Self.batch(2, ["c"]))
        let second = try #require(try scene.consumer.poll())
        scene.consumer.inHand = (second.partition, second.startOffset)
        #expect(committed() == 2)
        scene.consumer.inHand = nil
        #expect(committed() == 3)
        #expect(committed() == nil, "nothing new")
    }

    @Test func durationsAreIso8601() {
        #expect(ResetPolicy("by_duration:PT1H") == .byDuration(ms: 3_600_000))
        #expect(ResetPolicy("by_duration:P1DT2H3M4.5S") == .byDuration(ms: 93_784_500))
        for bad in ["by_duration:", "by_duration:P", "by_duration:1H", "by_duration:PT", "by_duration:P1H", "by_duration:-PT1H", "sometimes"] {
            #expect(ResetPolicy(bad) == nil, "\(bad)")
        }
    }
}
