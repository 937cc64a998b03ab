import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Testing
import Vocabulary

@testable import Broker

/// A coordinator of the simplest kind: it remembers texts, those of a transaction once that is committed.
private struct TextShard: CoordinatorShard {
    enum Reply: Sendable, Equatable {
        case noted
        case failed(ErrorCode)
    }

    var texts: [String] = []
    var pending: [Int64: [String]] = [:]
    var waiting: [UInt64] = []
    var nextDeadline: Int64? { nil }

    mutating func replay(_ record: CoordinatorRecord, offset: Int64, producerId: Int64) {
        let text = String(decoding: record.key.array, as: UTF8.self)
        if producerId == -1 { texts.append(text) } else { pending[producerId, default: []].append(text) }
    }

    mutating func replayEndTransaction(producerId: Int64, committed: Bool) {
        let ended = pending.removeValue(forKey: producerId) ?? []
        if committed { texts += ended }
    }

    mutating func finishLoading(now: Int64) -> CoordinatorOutcome<Reply> { .init() }
    mutating func tick(now: Int64) -> CoordinatorOutcome<Reply> { .init() }

    mutating func reject(_ outcome: CoordinatorOutcome<Reply>, error: ErrorCode, now: Int64) -> CoordinatorOutcome<Reply> {
        var rejected = CoordinatorOutcome<Reply>()
        rejected.replies = outcome.replies.map { ($0.token, .failed(error)) }
        return rejected
    }

    mutating func abandon(error: ErrorCode) -> CoordinatorOutcome<Reply> {
        var abandoned = CoordinatorOutcome<Reply>()
        abandoned.replies = waiting.map { ($0, .failed(error)) }
        waiting = []
        return abandoned
    }

    func note(_ text: String, token: UInt64) -> CoordinatorOutcome<Reply> {
        var outcome = CoordinatorOutcome<Reply>()
        outcome.records = [CoordinatorRecord(key: Bytes(text), value: Bytes("x"))]
        outcome.replies = [(token, .noted)]
        return outcome
    }

    static let kind = CoordinatorKind<TextShard>(
        topic: "texts", make: { _ in TextShard() }, show: { _, _ in }, failed: { .failed($0) }, announce: { _, _ in })
}

@Suite struct CoordinatorRuntimeTests {
    private func runtime(_ driver: BrokerDriver) -> CoordinatorRuntime<TextShard> {
        let broker = driver.broker
        return CoordinatorRuntime(
            TextShard.kind, settings: broker.settings, metadata: broker.metadata, partitions: broker.partitions, commits: broker.commits,
            timers: broker.timers, now: driver.now)
    }

    private func note(_ text: String, _ runtime: CoordinatorRuntime<TextShard>, _ driver: BrokerDriver, in transaction: ShardLog.Transaction? = nil)
        -> TextShard.Reply?
    {
        let reply = Mutex<TextShard.Reply?>(nil)
        runtime.submit("key", now: driver.now, in: transaction) { shard, token in
            shard.note(text, token: token)
        } then: { answer in
            reply.withLock { $0 = answer }
        }
        driver.broker.commits.drain()
        return reply.withLock { $0 }
    }

    private func texts(_ runtime: CoordinatorRuntime<TextShard>) -> [String]? {
        var waits: [(Partition, Offset)] = []
        return try? runtime.read("key", &waits) { $0.texts }.get()
    }

    @Test func aShardComesAndGoesWithItsPartition() throws {
        let driver = try BrokerDriver()
        let runtime = runtime(driver)
        #expect(note("early", runtime, driver) == .failed(.notCoordinator))
        try driver.create("texts", partitions: 3)
        #expect(note("a", runtime, driver) == .noted && texts(runtime) == ["a"])
        // Somebody who waits while the partition goes is told.
        let told = Mutex<TextShard.Reply?>(nil)
        runtime.submit("key", now: driver.now) { shard, token in
            shard.waiting.append(token)
            return .init()
        } then: { reply in
            told.withLock { $0 = reply }
        }
        #expect(told.withLock { $0 } == nil)
        try driver.delete("texts")
        #expect(told.withLock { $0 } == .failed(.notCoordinator))
        #expect(note("late", runtime, driver) == .failed(.notCoordinator))
        // A topic of the same name has other partitions.
        try driver.create("texts", partitions: 3)
        #expect(texts(runtime) == [])
    }

    @Test func whatIsAskedOfAShardThatIsBeingReadComesAgain() throws {
        let driver = try BrokerDriver()
        try driver.create("texts", partitions: 2)
        #expect(note("kept", runtime(driver), driver) == .noted)
        let loads = Mutex<[@Sendable () -> Void]>([])
        try driver.broker.shutDown(now: driver.now)
        let second = try BrokerDriver(disk: driver.disk) { settings in settings.blocking = { work in loads.withLock { $0.append(work) } } }
        let runtime = runtime(second)
        // The partition without records is there at once.
        #expect(loads.withLock { $0.count } == 1)
        #expect(note("x", runtime, second) == .failed(.coordinatorLoadInProgress))
        if case .failure(let error) = runtime.allRunners { #expect(error == .coordinatorLoadInProgress) } else { Issue.record("all are loaded") }
        let work = loads.withLock { $0[0] }
        work()
        #expect(texts(runtime) == ["kept"] && note("x", runtime, second) == .noted)
        #expect(try runtime.allRunners.get().count == 2)
    }

    @Test func aShardThatGoesWhileItIsReadIsNotServed() throws {
        let driver = try BrokerDriver()
        try driver.create("texts")
        #expect(note("kept", runtime(driver), driver) == .noted)
        try driver.broker.shutDown(now: driver.now)
        let loads = Mutex<[@Sendable () -> Void]>([])
        let second = try BrokerDriver(disk: driver.disk) { settings in settings.blocking = { work in loads.withLock { $0.append(work) } } }
        let runtime = runtime(second)
        try second.delete("texts")
        try second.create("texts")
        let work = loads.withLock { $0[0] }
        work()
        #expect(texts(runtime) == [])
    }

    @Test func whatIsAnnouncedIsCarriedOutOnceItsRecordsAreDurable() throws {
        let driver = try BrokerDriver()
        try driver.create("texts")
        let announced = Mutex<[TextShard.Reply]>([])
        var kind = TextShard.kind
        kind.announce = { runner, reply in
            let seen = (try? runner.read { $0.texts }.get())?.value ?? []
            announced.withLock { $0.append(seen == ["kept"] ? reply : .failed(.unknownServerError)) }
        }
        let broker = driver.broker
        let runtime = CoordinatorRuntime(
            kind, settings: broker.settings, metadata: broker.metadata, partitions: broker.partitions, commits: broker.commits, timers: broker.timers,
            now: driver.now)
        try runtime.runner(for: "key").get().perform(now: driver.now) { shard in
            var outcome = shard.note("kept", token: 0)
            outcome.announcements = [.noted]
            return outcome
        }
        #expect(announced.withLock { $0 } == [])
        driver.broker.commits.drain()
        #expect(announced.withLock { $0 } == [.noted])
    }

    @Test func recordsOfATransactionCountFromItsMarkerOnLiveAndAfterAStart() throws {
        let driver = try BrokerDriver()
        try driver.create("texts")
        let runtime = runtime(driver)
        let good = ShardLog.Transaction(producerId: 7, producerEpoch: 1)
        let bad = ShardLog.Transaction(producerId: 8, producerEpoch: 0)
        #expect(note("plain", runtime, driver) == .noted)
        #expect(note("committed", runtime, driver, in: good) == .noted)
        #expect(note("aborted", runtime, driver, in: bad) == .noted)
        #expect(texts(runtime) == ["plain"])
        let ended = Mutex<[ErrorCode]>([])
        let runner = try runtime.runner(for: "key").get()
        for (transaction, commits) in [(bad, false), (good, true)] {
            let marker = EndMarker(
                producerId: transaction.producerId, producerEpoch: transaction.producerEpoch, coordinatorEpoch: 0, commits: commits, version: 0)
            runner.endTransaction(marker, now: driver.now) { error in ended.withLock { $0.append(error) } }
        }
        driver.broker.commits.drain()
        #expect(ended.withLock { $0 } == [.none, .none])
        #expect(texts(runtime) == ["plain", "committed"])
        let log = try #require(driver.broker.partitions.partition("texts", 0)).log
        #expect(log.openTransactions.isEmpty && log.offsets.lastStable == 5)
        try driver.restart()
        #expect(texts(self.runtime(driver)) == ["plain", "committed"])
    }
}
