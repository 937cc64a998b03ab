import KafkaProtocol
import LogStorage
import Testing
import Vocabulary

@testable import Broker

/// What a follower asks its leader for, and makes of the answers.
@Suite struct ReplicaFetcherTests {
    private let a = ReplicaFetcher.Key(topicId: Uuid(high: 1, low: 1), partition: 0), b = ReplicaFetcher.Key(topicId: Uuid(high: 1, low: 1), partition: 3)

    private func position(_ end: Offset, epoch: LeaderEpoch = 4, last: LeaderEpoch = 3) -> ReplicaFetcher.Position {
        .init(leaderEpoch: epoch, end: end, lastEpoch: last, start: 0)
    }

    private func fetcher() -> ReplicaFetcher {
        var fetcher = ReplicaFetcher(.init(nodeId: 9))
        fetcher.follow(a, topic: "t", position(10))
        fetcher.follow(b, topic: "t", position(20))
        return fetcher
    }

    private func request(_ fetcher: inout ReplicaFetcher, now: Int64 = 0) -> FetchRequest? {
        if case .send(let request) = fetcher.next(now: now, brokerEpoch: 77) { request } else { nil }
    }

    private func answer(session: Int32 = 5, _ rows: (ReplicaFetcher.Key, (inout FetchResponse.FetchableTopicResponse.PartitionData) -> Void)...)
        -> FetchResponse
    {
        var response = FetchResponse()
        response.sessionId = session
        response.responses = rows.map { key, change in
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topicId = key.topicId
            var row = FetchResponse.FetchableTopicResponse.PartitionData()
            row.partitionIndex = key.partition
            change(&row)
            topic.partitions = [row]
            return topic
        }
        return response
    }

    @Test func whatIsSlowedDownWaitsUntilItIsInSync() throws {
        var fetcher = fetcher()
        func next(_ now: Int64) -> ReplicaFetcher.Next { fetcher.next(now: now, brokerEpoch: 77) { topic, partition in topic == "t" && partition == 0 } }
        guard case .send(let first) = next(0) else { return #expect(Bool(false)) }
        #expect(first.topics.flatMap(\.partitions).map(\.partition) == [3])
        _ = fetcher.answered(answer((b, { $0.highWatermark = 30 })), now: 0)
        fetcher.drop(b)
        guard case .wait(until: 1005) = next(5) else { return #expect(Bool(false), "nothing else to ask for") }
        // Without the throttle it comes into sync, and the throttle leaves it alone from then on.
        #expect(request(&fetcher, now: 10)?.topics.flatMap(\.partitions).map(\.partition) == [0])
        #expect(fetcher.answered(answer((a, { $0.highWatermark = 12 })), now: 10).count == 1)
        fetcher.moved(a, to: position(12))
        guard case .send = next(20) else { return #expect(Bool(false), "it is in sync") }
        #expect(fetcher.answered(answer((a, { $0.highWatermark = 15 })), now: 20).count == 1)
        fetcher.moved(a, to: position(13))
        guard case .wait = next(30) else { return #expect(Bool(false), "it has fallen behind") }
    }

    @Test func aSessionIsBegunWithEverythingAndGoesOnWithWhatIsNew() throws {
        var fetcher = fetcher()
        let first = try #require(request(&fetcher))
        #expect((first.sessionId, first.sessionEpoch) == (0, 0) && first.replicaState.replicaId == 9 && first.replicaState.replicaEpoch == 77)
        #expect(first.topics.flatMap(\.partitions).map(\.fetchOffset) == [10, 20] && first.topics[0].partitions[0].lastFetchedEpoch == 3)
        #expect(request(&fetcher) == nil, "one at a time")
        let steps = fetcher.answered(answer((a, { $0.highWatermark = 11 })), now: 0)
        #expect(steps.map(\.key) == [a])
        fetcher.moved(a, to: position(12))
        let second = try #require(request(&fetcher))
        #expect((second.sessionId, second.sessionEpoch) == (5, 1))
        #expect(second.topics.flatMap(\.partitions).map(\.fetchOffset) == [12], "the other is as it was")
        fetcher.drop(b)
        _ = fetcher.answered(answer(), now: 0)
        let third = try #require(request(&fetcher))
        #expect(third.sessionEpoch == 2 && third.topics.isEmpty && third.forgottenTopicsData.flatMap(\.partitions) == [3])
    }

    @Test func aLostSessionOrAnswerBeginsAnew() throws {
        var fetcher = fetcher()
        _ = request(&fetcher)
        _ = fetcher.answered(answer(), now: 0)
        _ = request(&fetcher)
        fetcher.failed(now: 1000)
        #expect(request(&fetcher, now: 1999) == nil, "the leader is not asked again at once")
        let again = try #require(request(&fetcher, now: 2000))
        #expect((again.sessionId, again.sessionEpoch) == (5, 0) && again.topics[0].partitions.count == 2, "the old session is ended by its id")
        var lost = answer()
        lost.errorCode = .fetchSessionIdNotFound
        _ = fetcher.answered(lost, now: 2000)
        let anew = try #require(request(&fetcher, now: 2000))
        #expect((anew.sessionId, anew.sessionEpoch) == (0, 0) && anew.topics[0].partitions.count == 2)
        // A leader without room for a session gives none: everything is said each time.
        _ = fetcher.answered(answer(session: 0), now: 2000)
        #expect(request(&fetcher, now: 2000)?.topics[0].partitions.count == 2)
    }

    @Test func whatAnAnswerMeansIsDoneBeforeThePartitionIsAskedAboutAgain() throws {
        var fetcher = fetcher()
        _ = request(&fetcher)
        let steps = fetcher.answered(
            answer(
                (a, { ($0.divergingEpoch.epoch, $0.divergingEpoch.endOffset) = (2, 8) }), (b, { $0.errorCode = .offsetOutOfRange })), now: 0)
        #expect(steps.count == 2)
        if case .truncate(let end) = steps[0].step { #expect(end == EpochEndOffset(leaderEpoch: 2, endOffset: 8)) } else { Issue.record("no cut") }
        if case .resolve = steps[1].step {} else { Issue.record("not resolved") }
        #expect(request(&fetcher) == nil)
        fetcher.moved(a, to: position(8, last: 2))
        let next = try #require(request(&fetcher))
        #expect(next.topics[0].partitions.map(\.fetchOffset) == [8])
        #expect(next.sessionId == 5 && next.sessionEpoch == 0 && next.forgottenTopicsData.isEmpty, "what the session was told is not known to be taken")
        fetcher.pause(b, at: position(20), now: 0)
        _ = fetcher.answered(answer(), now: 0)
        #expect(request(&fetcher, now: 999)?.topics.isEmpty ?? true)
        _ = fetcher.answered(answer(), now: 999)
        #expect(request(&fetcher, now: 1000)?.topics.flatMap(\.partitions).map(\.partition) == [3])
    }

    @Test func answersToWhatWasAskedInAnotherEpochAreNotTaken() {
        var fetcher = fetcher()
        _ = request(&fetcher)
        fetcher.follow(a, topic: "t", position(10, epoch: 5))
        #expect(fetcher.answered(answer((a, { $0.highWatermark = 99 }), (b, { _ in })), now: 0).map(\.key) == [b])
        fetcher.moved(a, to: position(50, epoch: 4))
        #expect(fetcher.position(a, 5)?.end == 10 && fetcher.position(a, 4) == nil)
    }

    @Test func whatPassesIsAskedAgainLaterAndWhatDoesNotIsLeftToTheMetadata() {
        var fetcher = fetcher()
        _ = request(&fetcher)
        let steps = fetcher.answered(answer((a, { $0.errorCode = .notLeaderOrFollower }), (b, { $0.errorCode = .fencedLeaderEpoch })), now: 0)
        #expect(steps.map(\.key) == [b])
        #expect(request(&fetcher, now: 999) == nil)
        let again = request(&fetcher, now: 1000)
        #expect(again?.topics.isEmpty == true && again?.forgottenTopicsData.flatMap(\.partitions) == [3], "the other waits for a new epoch")
        _ = fetcher.answered(answer(), now: 1000)
        fetcher.follow(b, topic: "t", position(20, epoch: 5))
        #expect(request(&fetcher, now: 1000)?.topics.flatMap(\.partitions).map(\.partition) == [3])
    }

    /// Its session answers at once as long as a partition is an error, and counts what it tells of it as told.
    @Test func theLeaderForgetsWhatIsNotAskedForNow() throws {
        var fetcher = fetcher()
        _ = request(&fetcher)
        _ = fetcher.answered(answer((a, { $0.errorCode = .unknownLeaderEpoch })), now: 0)
        #expect(try #require(request(&fetcher)).forgottenTopicsData.flatMap(\.partitions) == [0])
        _ = fetcher.answered(answer(), now: 0)
        let later = try #require(request(&fetcher, now: 1000))
        #expect(later.forgottenTopicsData.isEmpty && later.topics.flatMap(\.partitions).map(\.partition) == [0])
    }
}
