import KafkaProtocol
import LogStorage
import Testing

@testable import Broker

/// Fetch sessions (KIP-227) as a client sees them, and the cache that bounds them.
@Suite struct FetchSessionTests {
    private func fetch(
        _ partitions: [(topic: String, index: Int32, offset: Int64)], session: Int32 = 0, epoch: Int32 = 0, forgotten: [String] = [], maxBytes: Int32 = 1 << 20
    ) -> FetchRequest {
        var request = FetchRequest()
        request.maxBytes = maxBytes
        request.sessionId = session
        request.sessionEpoch = epoch
        request.topics = partitions.map { topic, index, offset in
            var row = FetchRequest.FetchTopic()
            row.topic = topic
            row.partitions = [.init()]
            row.partitions[0].partition = index
            row.partitions[0].fetchOffset = offset
            row.partitions[0].partitionMaxBytes = 1 << 20
            return row
        }
        request.forgottenTopicsData = forgotten.map { topic in
            var row = FetchRequest.ForgottenTopic()
            row.topic = topic
            row.partitions = [0]
            return row
        }
        return request
    }

    private func driver(_ topics: String..., properties: [String: String] = [:]) throws -> BrokerDriver {
        let driver = try BrokerDriver(properties: properties)
        for topic in topics { try driver.create(topic) }
        return driver
    }

    private func names(_ response: FetchResponse) -> [String] { response.responses.map(\.topic) }

    @Test func onlyWhatIsNewIsToldFromTheSecondFetchOn() throws {
        let driver = try driver("a", "b")
        let first = try driver.send(fetch([("a", 0, 0), ("b", 0, 0)]), version: 12)
        #expect(first.sessionId > 0 && names(first) == ["a", "b"])
        #expect(try names(driver.send(fetch([], session: first.sessionId, epoch: 1), version: 12)).isEmpty)
        try driver.append("b", ["x"])
        let news = try driver.send(fetch([], session: first.sessionId, epoch: 2), version: 12)
        #expect(names(news) == ["b"] && news.responses[0].partitions[0].highWatermark == 1)
        // Not read on by the client, so it is told again; with the new position it is silent.
        #expect(try names(driver.send(fetch([], session: first.sessionId, epoch: 3), version: 12)) == ["b"])
        #expect(try names(driver.send(fetch([("b", 0, 1)], session: first.sessionId, epoch: 4), version: 12)).isEmpty)
    }

    @Test func whoAsksInAnotherEpochIsToldAgain() throws {
        let driver = try driver("a", "b")
        let id = try driver.send(fetch([("a", 0, 0), ("b", 0, 0)]), version: 12).sessionId
        var request = fetch([("b", 0, 0)], session: id, epoch: 1)
        request.topics[0].partitions[0].currentLeaderEpoch = 0
        #expect(try names(driver.send(request, version: 12)) == ["b"])
        request.sessionEpoch = 2
        #expect(try names(driver.send(request, version: 12)).isEmpty)
    }

    @Test func whoHadGoneAnotherWayIsToldAgain() throws {
        let driver = try driver("a", "b")
        try driver.append("a", ["x"])
        var request = fetch([("a", 0, 3), ("b", 0, 0)])
        request.topics[0].partitions[0].lastFetchedEpoch = 0
        let first = try driver.send(request, version: 12)
        #expect(first.responses.first?.partitions.first?.divergingEpoch.endOffset == 1)
        // Its log is the leader's now, and where that is committed it has not taken.
        var next = fetch([("a", 0, 1)], session: first.sessionId, epoch: 1)
        next.topics[0].partitions[0].lastFetchedEpoch = 0
        let second = try driver.send(next, version: 12)
        #expect(names(second) == ["a"] && second.responses.first?.partitions.first?.highWatermark == 1)
        #expect(try names(driver.send(fetch([], session: first.sessionId, epoch: 2), version: 12)).isEmpty)
    }

    @Test func sessionsEndAndEpochsAreKept() throws {
        let driver = try driver("a")
        let id = try driver.send(fetch([("a", 0, 0)]), version: 12).sessionId
        #expect(try driver.send(fetch([], session: id, epoch: 2), version: 12).errorCode == .invalidFetchSessionEpoch)
        #expect(try driver.send(fetch([], session: id, epoch: 1), version: 12).errorCode == .none)
        #expect(try driver.send(fetch([], session: id, epoch: 1), version: 12).errorCode == .invalidFetchSessionEpoch)
        #expect(try driver.send(fetch([], session: id + 1, epoch: 2), version: 12).errorCode == .fetchSessionIdNotFound)
        // A session that names topics by name is not one that names them by id.
        #expect(try driver.send(fetch([], session: id, epoch: 2), version: 13).errorCode == .fetchSessionTopicIdError)
        // -1 ends it, and answers everything once more.
        let last = try driver.send(fetch([("a", 0, 0)], session: id, epoch: -1), version: 12)
        #expect(last.sessionId == 0 && names(last) == ["a"])
        #expect(try driver.send(fetch([], session: id, epoch: 2), version: 12).errorCode == .fetchSessionIdNotFound)
    }

    @Test func whatIsForgottenIsNotToldAndTheLastOneEndsTheSession() throws {
        let driver = try driver("a", "b")
        let id = try driver.send(fetch([("a", 0, 0), ("b", 0, 0)]), version: 12).sessionId
        try driver.append("a", ["x"])
        #expect(try names(driver.send(fetch([], session: id, epoch: 1, forgotten: ["a"]), version: 12)).isEmpty)
        let ended = try driver.send(fetch([], session: id, epoch: 2, forgotten: ["b"]), version: 12)
        #expect(ended.errorCode == .none && ended.sessionId == 0)
        #expect(try driver.send(fetch([], session: id, epoch: 3), version: 12).errorCode == .fetchSessionIdNotFound)
    }

    @Test func aPartitionThatWasServedGoesBehindTheOthers() throws {
        let driver = try driver("a", "b")
        for topic in ["a", "b"] { try driver.append(topic, [String(repeating: "x", count: 500)]) }
        // Room for one of them at a time.
        let first = try driver.send(fetch([("a", 0, 0), ("b", 0, 0)], maxBytes: 300), version: 12)
        #expect(first.responses.map { ($0.partitions[0].records?.count ?? 0) > 0 } == [true, false])
        let second = try driver.send(fetch([], session: first.sessionId, epoch: 1, maxBytes: 300), version: 12)
        let third = try driver.send(fetch([], session: first.sessionId, epoch: 2, maxBytes: 300), version: 12)
        func served(_ response: FetchResponse) -> [String] { response.responses.filter { ($0.partitions[0].records?.count ?? 0) > 0 }.map(\.topic) }
        #expect(served(second) == ["a"] && served(third) == ["b"])
    }

    @Test func theCacheIsBoundedAndIdleSessionsMakeRoom() {
        let cache = FetchSessionCache(slots: 2, evictAfterMs: 1000, firstID: .max - 1)
        let first = cache.create(usesTopicIds: false, now: 0), second = cache.create(usesTopicIds: false, now: 500)
        #expect(first?.id == .max - 1 && second?.id == .max)
        #expect(cache.create(usesTopicIds: false, now: 1000) == nil)
        let third = cache.create(usesTopicIds: false, now: 1001)
        #expect(third?.id == 1 && cache.session(.max - 1) == nil && cache.session(.max) != nil)
        cache.remove(1)
        #expect(cache.create(usesTopicIds: false, now: 1002)?.id == 2)
    }
}
