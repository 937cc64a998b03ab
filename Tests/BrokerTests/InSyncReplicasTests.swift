import KafkaProtocol
import LogStorage
import Testing
import Vocabulary

@testable import Broker

/// What a leader makes of its followers' fetches; the rules are Kafka 4.3's (`Partition`, KIP-497, KIP-841, KIP-966).
@Suite struct InSyncReplicasTests {
    private let lag: Int64 = 30_000

    private func leader(_ inSync: [Int32] = [1, 2, 3], start: Offset = 0, now: Int64 = 1000) -> InSyncReplicas {
        InSyncReplicas(nodeId: 1, replicas: [1, 2, 3], inSync: inSync, leaderEpoch: 5, partitionEpoch: 7, epochStart: start, now: now)
    }

    private func fetch(
        _ others: inout InSyncReplicas, _ id: Int32, _ end: Offset, start: Offset = 0, leaderEnd: Offset, epoch: Int64 = 40, now: Int64 = 1000
    ) {
        let isKnown = others.fetched(by: id, from: end, start: start, leaderEnd: leaderEnd, brokerEpoch: epoch, now: now)
        #expect(isKnown)
    }

    private func mark(_ others: InSyncReplicas, end: Offset, required: Int = 1, now: Int64 = 1000, eligible: Set<Int32> = [2, 3]) -> Offset? {
        others.highWatermark(end: end, required: required, maxLagMs: lag, now: now) { id, _ in eligible.contains(id) }
    }

    @Test func theHighWatermarkIsWhatAllInSyncHave() {
        var others = leader()
        #expect(mark(others, end: 10) == -1, "nobody has fetched yet")
        fetch(&others, 2, 8, leaderEnd: 10)
        fetch(&others, 3, 6, leaderEnd: 10)
        #expect(mark(others, end: 10) == 6)
        fetch(&others, 3, 10, leaderEnd: 10)
        #expect(mark(others, end: 10) == 8)
    }

    /// In an epoch between, another may have led, and followers have cut their logs to what that one had.
    @Test func whatFollowersHadBeforeAnEpochOfAnotherCountsNoMore() {
        var others = leader()
        for id in [2, 3] as [Int32] { fetch(&others, id, 8, leaderEnd: 10) }
        var next = others
        next.begin(6, at: 10, now: 1000)
        #expect(mark(next, end: 10) == 8, "nobody can have led between")
        others.begin(7, at: 10, now: 1000)
        #expect(mark(others, end: 10) == -1)
        for id in [2, 3] as [Int32] { fetch(&others, id, 6, leaderEnd: 10) }
        #expect(mark(others, end: 10) == 6)
    }

    @Test func whoKeepsUpIsWaitedForAndWhoMayNotComeInIsNot() {
        var others = leader([1, 2])
        fetch(&others, 2, 10, leaderEnd: 10)
        fetch(&others, 3, 10, leaderEnd: 10, now: 1000)
        #expect(mark(others, end: 20, now: 1000) == 10)
        fetch(&others, 2, 20, leaderEnd: 20)
        #expect(mark(others, end: 20, now: 1000 + lag) == 10, "3 had everything a moment ago")
        #expect(mark(others, end: 20, now: 1001 + lag) == 20, "3 is too slow")
        #expect(mark(others, end: 20, now: 1000, eligible: [2]) == 20, "3 is fenced")
    }

    @Test func nothingIsCommittedWhileTooFewAreInSync() {
        var others = leader([1])
        #expect(mark(others, end: 10, required: 2, eligible: []) == nil)
        #expect(mark(others, end: 10, required: 1, eligible: []) == 10)
        #expect(mark(leader([1, 2, 3]), end: 10, required: 5) != nil, "there cannot be more than there are")
        others.take(replicas: [1], inSync: [1], partitionEpoch: 8, now: 0)
        #expect(mark(others, end: 10, required: 2) == 10)
    }

    @Test func aFollowerComesInOnceItHasWhatIsCommittedAndThisEpochsStart() {
        var others = leader([1, 2], start: 50)
        func expand(_ eligible: Bool = true) -> InSyncReplicas.Change? {
            others.expand(3, start: 0, highWatermark: 40, brokerEpoch: 99) { _, _ in eligible }
        }
        #expect(expand() == nil, "it has not fetched")
        fetch(&others, 3, 45, leaderEnd: 60)
        #expect(expand() == nil, "what is behind offset 45 may be committed")
        fetch(&others, 3, 50, leaderEnd: 60, epoch: 41)
        #expect(expand(false) == nil)
        let change = expand()
        #expect(change?.inSync == [.init(id: 1, brokerEpoch: 99), .init(id: 2, brokerEpoch: -1), .init(id: 3, brokerEpoch: 41)])
        #expect(change?.partitionEpoch == 7 && change?.leaderEpoch == 5)
        #expect(expand() == nil, "one change at a time")
        #expect(others.shrink(end: 60, maxLagMs: 0, brokerEpoch: 99, now: 99_999) == nil)
        // Who is asked for counts already; who is asked to go counts still.
        fetch(&others, 2, 60, leaderEnd: 60)
        #expect(mark(others, end: 60, now: 999_999) == 50)
    }

    /// It was away when records were deleted: were it elected, they would be back.
    @Test func aFollowerComesInOnceItHasDeletedWhatIsDeleted() {
        var others = leader([1, 2])
        func expand() -> InSyncReplicas.Change? { others.expand(3, start: 7, highWatermark: 10, brokerEpoch: 99) { _, _ in true } }
        fetch(&others, 3, 10, start: 6, leaderEnd: 10)
        #expect(expand() == nil)
        fetch(&others, 3, 10, start: 7, leaderEnd: 10)
        #expect(expand()?.joining == 3)
    }

    @Test func whoDoesNotKeepUpGoes() {
        var others = leader(now: 1000)
        fetch(&others, 2, 10, leaderEnd: 10, now: 1000)
        fetch(&others, 3, 10, leaderEnd: 10, now: 1000)
        #expect(others.shrink(end: 10, maxLagMs: lag, brokerEpoch: 1, now: 99_999) == nil, "who has everything may be silent")
        fetch(&others, 2, 15, leaderEnd: 20, now: 40_000)
        #expect(others.shrink(end: 20, maxLagMs: lag, brokerEpoch: 1, now: 31_000) == nil)
        let change = others.shrink(end: 20, maxLagMs: lag, brokerEpoch: 1, now: 31_001)
        #expect(change?.inSync.map(\.id) == [1], "2 has 15 of 20, and had all at 1000 the last time")
        guard let change else { return }
        #expect(mark(others, end: 20, now: 31_001) == 10, "before the controller has agreed they count")
        let taken1 = others.take(.changed(inSync: [1], leaderEpoch: 5, partitionEpoch: 8), to: change)
        #expect(taken1)
        #expect(others.inSync == [1] && others.partitionEpoch == 8 && others.pending == nil)
        #expect(mark(others, end: 20, now: 99_999) == 20)
    }

    @Test func aFetchFromWhereTheLeaderEndedBeforeCountsForThen() {
        var others = leader(now: 0)
        fetch(&others, 2, 5, leaderEnd: 10, now: 1000)
        fetch(&others, 2, 10, leaderEnd: 30, now: 2000)
        // At 1000 the leader had 10, all of which it has now.
        #expect(mark(others, end: 30, now: 1000 + lag) == -1)
        var gone = others
        #expect(gone.shrink(end: 30, maxLagMs: lag, brokerEpoch: 1, now: 1000 + lag)?.inSync.map(\.id) == [1, 2], "3 has never fetched")
        let change = others.shrink(end: 30, maxLagMs: lag, brokerEpoch: 1, now: 1001 + lag)
        #expect(change?.inSync.map(\.id) == [1])
    }

    @Test func answersThatAreOutOfDateChangeNothing() throws {
        var others = leader([1, 2])
        fetch(&others, 3, 0, leaderEnd: 0)
        let change = try #require(others.expand(3, start: 0, highWatermark: 0, brokerEpoch: 1) { _, _ in true })
        var refused = others
        let taken2 = refused.take(.refused, to: change)
        #expect(taken2 && refused.pending == nil && refused.inSync == [1, 2])
        var outdated = others
        let taken3 = outdated.take(.outdated, to: change)
        #expect(taken3 && outdated.pending == change, "until the metadata has come, nothing is asked")
        outdated.take(replicas: [1, 2, 3], inSync: [1, 2], partitionEpoch: 6, now: 0)
        #expect(outdated.pending == change, "older than what is known")
        outdated.take(replicas: [1, 2, 3], inSync: [1, 2], partitionEpoch: 7, now: 0)
        #expect(outdated.pending == change, "what was known when the change was asked for")
        outdated.take(replicas: [1, 2, 3], inSync: [1, 2, 3], partitionEpoch: 8, now: 0)
        #expect(outdated.pending == nil && outdated.inSync == [1, 2, 3])
        let taken4 = outdated.take(.changed(inSync: [1], leaderEpoch: 5, partitionEpoch: 9), to: change)
        #expect(!taken4, "the metadata came first")
        var later = others
        later.begin(6, at: 0, now: 0)
        let taken5 = later.take(.changed(inSync: [1, 2, 3], leaderEpoch: 5, partitionEpoch: 8), to: change)
        #expect(!taken5)
    }

    @Test func deletionWaitsForThoseAlive() {
        var others = leader([1])
        let known = [2, 4].map { others.fetched(by: $0, from: 9, start: 3, leaderEnd: 9, brokerEpoch: 1, now: 0) }
        #expect(known == [true, false])
        #expect(
            others.lowWatermark(start: 5) { _ in true } == -1 && others.lowWatermark(start: 5) { $0 == 2 } == 3
                && others.lowWatermark(start: 5) { _ in false } == 5)
    }

    /// The controller may have heard from it again, and take it in, before this broker hears that it is back.
    @Test func deletionWaitsForThoseInSyncAndAboutToBe() throws {
        var others = leader([1])
        fetch(&others, 2, 9, start: 3, leaderEnd: 9)
        let change = try #require(others.expand(2, start: 3, highWatermark: 9, brokerEpoch: 99) { _, _ in true })
        #expect(others.lowWatermark(start: 5) { _ in false } == 3)
        var refused = others
        _ = refused.take(.refused, to: change)
        #expect(refused.lowWatermark(start: 5) { _ in false } == 5)
        _ = others.take(.changed(inSync: [1, 2], leaderEpoch: 5, partitionEpoch: 8), to: change)
        #expect(others.lowWatermark(start: 5) { _ in false } == 3)
    }
}
