import KafkaProtocol
import LogStorage
import Synchronization
import Testing
import Vocabulary

@testable import Broker

/// What waits: long polls on the loop of their connection, and writes for the disk.
@Suite struct WaitingTests {
    /// A connection whose loop runs what was posted when told.
    private final class HeldLoop: Sendable {
        private final class Posted: Sendable {
            let work = Mutex<[@Sendable () -> Void]>([])
        }

        let timers = Timers()
        private let posted = Posted()
        private let loop: ConnectionLoop

        init() { loop = ConnectionLoop(timers: timers) { [posted] work in posted.work.withLock { $0.append(work) } } }

        func connection(_ id: UInt64) -> ClientConnection { ClientConnection(id: id, listener: "PLAINTEXT", peerHost: "/127.0.0.1", loop: loop) }

        var waiting: Int { posted.work.withLock { $0.count } }

        func run() {
            while true {
                let work = posted.work.withLock { posted in
                    defer { posted = [] }
                    return posted
                }
                guard !work.isEmpty else { return }
                for work in work { work() }
            }
        }
    }

    private func fetch(minBytes: Int32 = 1, maxWaitMs: Int32 = 500) -> FetchRequest {
        var fetch = FetchRequest()
        fetch.maxBytes = 1 << 20
        fetch.minBytes = minBytes
        fetch.maxWaitMs = maxWaitMs
        fetch.sessionEpoch = -1
        fetch.topics = [.init()]
        fetch.topics[0].topic = "t"
        fetch.topics[0].partitions = [.init()]
        fetch.topics[0].partitions[0].partitionMaxBytes = 1 << 20
        return fetch
    }

    private func send<R: Request>(_ request: R, version: Int16, from connection: ClientConnection, _ driver: BrokerDriver) -> Answered {
        let answered = Answered()
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: 1, clientId: "test")
            .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        driver.broker.handle(writer.finishedBytes(), from: connection, now: driver.now) { answered.note($0) }
        return answered
    }

    private final class Answered: Sendable {
        private let replies = Mutex<[Reply]>([])
        func note(_ reply: Reply) { replies.withLock { $0.append(reply) } }
        var count: Int { replies.withLock { $0.count } }
        var bytes: Bytes? {
            replies.withLock { if case .frame(let pieces, _)? = $0.first { try? RecordData.pieces(pieces).gathered() } else { nil } }
        }
        var isFrame: Bool { replies.withLock { if case .frame? = $0.first { true } else { false } } }
    }

    @Test func aParkedFetchIsAnsweredOnItsLoop() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let answered = send(fetch(), version: 12, from: loop.connection(2), driver)
        #expect(answered.count == 0 && loop.waiting == 0)
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        for _ in 0..<3 { _ = try partition.append(batch("v"), now: driver.now, origin: .client) }
        #expect(answered.count == 0 && loop.waiting == 1, "who appends only tells the loop, once")
        loop.run()
        #expect(answered.count == 1 && answered.isFrame)
        #expect(loop.timers.heldEntries <= 64 && loop.timers.fire(now: driver.now + 1000) == nil)
        #expect(answered.count == 1)
    }

    /// The loop is told once, and reads once from the file and once more for all that ask for the same; who asks for something else gets that.
    @Test func whoWaitsForTheSameIsAnsweredAlike() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        var narrow = fetch(), session = fetch()
        narrow.topics[0].partitions[0].partitionMaxBytes = 1
        session.sessionEpoch = 0
        let alike = (0..<5).map { send(fetch(), version: 12, from: loop.connection($0), driver) }
        let others = [narrow, session, session].enumerated().map { send($1, version: 12, from: loop.connection(UInt64(10 + $0)), driver) }
        for value in ["first", "second"] { _ = try partition.append(batch(value), now: driver.now, origin: .client) }
        #expect(loop.waiting == 1)
        loop.run()
        func records(_ answered: Answered) throws -> (session: Int32, values: [String]) {
            let bytes = try #require(answered.bytes)
            let response = try FetchResponse.decode(bytes.dropFirst(9), version: 12)
            let data = try #require(response.responses.first?.partitions.first?.records)
            return (response.sessionId, try RecordBatches.all(in: data.bytes).flatMap { try $0.records() }.compactMap { $0.value?.text })
        }
        for answered in alike {
            #expect(try records(answered).session == 0 && records(answered).values == ["first", "second"] && answered.bytes == alike[0].bytes)
        }
        #expect(try records(others[0]).values == ["first"])
        #expect(try records(others[1]).values == ["first", "second"] && records(others[1]).session != 0)
        #expect(try records(others[2]).values == ["first", "second"] && records(others[2]).session != records(others[1]).session)
        #expect(partition.waitingFetches == 0)
    }

    /// What an open transaction writes is nothing that a reader of committed records may have; its marker gives all of it free at once.
    @Test func aReaderOfCommittedRecordsWaitsForTheMarker() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        var request = fetch(minBytes: 100)
        request.isolationLevel = 1
        let answered = send(request, version: 11, from: loop.connection(1), driver)
        for sequence in 0..<3 as Range<Int32> {
            let builder = RecordBatchBuilder(producerId: 7, producerEpoch: 0, baseSequence: sequence, isTransactional: true)
            builder.append(timestamp: 0, key: nil, value: Bytes(String(repeating: "x", count: 100)))
            _ = try partition.append(builder.build(), now: driver.now, origin: .client)
            #expect(loop.waiting == 1)
            loop.run()
            #expect(answered.count == 0 && partition.waitingFetches == 1)
        }
        let marker = EndMarker(producerId: 7, producerEpoch: 0, coordinatorEpoch: 0, commits: true, version: 0)
        _ = try partition.append(marker.batch(now: driver.now), now: driver.now, origin: .coordinator, transaction: .marker(version: 0))
        loop.run()
        #expect(answered.isFrame && partition.waitingFetches == 0)
    }

    @Test func aDeadlineAnswersWhatNobodyWoke() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let answered = send(fetch(minBytes: 1000, maxWaitMs: 500), version: 12, from: loop.connection(2), driver)
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        _ = try partition.append(batch("v"), now: driver.now, origin: .client)
        _ = loop.timers.fire(now: driver.now + 499)
        #expect(answered.count == 0 && loop.waiting == 0)
        _ = loop.timers.fire(now: driver.now + 500)
        #expect(answered.count == 1 && answered.isFrame)
    }

    @Test func aClosedConnectionGivesUpWhatItWaitsFor() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        for round in 0..<100 {
            let connection = loop.connection(UInt64(round))
            let answered = (0..<10).map { _ in send(fetch(maxWaitMs: 1_000_000), version: 12, from: connection, driver) }
            #expect(partition.waitingFetches == 10)
            connection.close()
            #expect(partition.waitingFetches == 0)
            #expect(answered.allSatisfy { $0.count == 1 && !$0.isFrame })
            let late = send(fetch(), version: 12, from: connection, driver)
            #expect(late.count == 1 && !late.isFrame && partition.waitingFetches == 0)
        }
        #expect(loop.timers.heldEntries <= 100, "nothing is kept of a thousand fetches that asked to wait for a quarter of an hour")
        _ = try partition.append(batch("v"), now: driver.now, origin: .client)
        #expect(loop.waiting == 0)
    }

    @Test func aFetchThatIsWokenWhileItsConnectionClosesEndsOnce() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let loop = HeldLoop()
        let connection = loop.connection(2)
        let answered = send(fetch(), version: 12, from: connection, driver)
        _ = try #require(driver.broker.partitions.partition("t", 0)).append(batch("v"), now: driver.now, origin: .client)
        connection.close()
        loop.run()
        _ = loop.timers.fire(now: driver.now + 1000)
        #expect(answered.count == 1)
    }

    // MARK: Writes

    @Test func aSlowFileHoldsUpItsOwnProducersOnly() throws {
        let disk = WatchedDisk(MemoryDisk(), "slow-0")
        let driver = try BrokerDriver(mounted: disk)
        for topic in ["slow", "quick"] { try driver.create(topic) }
        let commits = driver.broker.commits
        let order = Mutex<[String]>([])
        func write(_ topic: String) throws {
            let partition = try #require(driver.broker.partitions.partition(topic, 0))
            let info = try partition.append(batch("v"), now: driver.now, origin: .client)
            commits.commit(partition, upTo: info.endOffset) { code in order.withLock { $0.append("\(topic) \(code.name)") } }
        }
        try write("slow")
        try write("quick")
        // While the slow file is synced, another thread takes its turn.
        let isFirst = Once()
        disk.onSync { _ in if isFirst.take() { while commits.drainOne() {} } }
        commits.drain()
        #expect(order.withLock { $0 } == ["quick NONE", "slow NONE"])
        #expect(!commits.drainOne())
    }

    @Test func oneWriteOfTheJournalAnswersManyPartitions() throws {
        let disk = WatchedDisk(MemoryDisk(), "ottla-data")
        let driver = try BrokerDriver(mounted: disk)
        let topics = (0..<20).map { "t\($0)" }
        for topic in topics { try driver.create(topic) }
        let commits = driver.broker.commits
        let outcomes = Mutex<[ErrorCode]>([])
        func write() throws {
            for topic in topics {
                let partition = try #require(driver.broker.partitions.partition(topic, 0))
                let info = try partition.append(batch("v"), now: driver.now, origin: .client)
                commits.commit(partition, upTo: info.endOffset) { code in outcomes.withLock { $0.append(code) } }
            }
        }
        // What is new is synced in its own files, with its directory.
        try write()
        commits.drain()
        #expect(outcomes.withLock { $0 } == Array(repeating: .none, count: 20))
        let synced = Mutex<[String]>([])
        disk.onSync { path in synced.withLock { $0.append(path) } }
        try write()
        #expect(commits.drainOne() && !commits.drainOne())
        #expect(outcomes.withLock { $0 } == Array(repeating: .none, count: 40))
        #expect(synced.withLock { $0 } == ["ottla-data/commits-1.journal"])
        let log = try #require(driver.broker.partitions.partition("t7", 0)).log
        #expect(log.durableOffset == 2 && log.flushedOffset == 1)
    }

    @Test func aJournalThatFailsLeavesEachToItsOwnFile() throws {
        let disk = WatchedDisk(MemoryDisk(), ".journal")
        let driver = try BrokerDriver(mounted: disk)
        try driver.create("t")
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        let commits = driver.broker.commits
        let outcomes = Mutex<[ErrorCode]>([])
        func write() throws {
            let info = try partition.append(batch("v"), now: driver.now, origin: .client)
            commits.commit(partition, upTo: info.endOffset) { code in outcomes.withLock { $0.append(code) } }
            commits.drain()
        }
        for round in 0..<4 {
            disk.failsToSync = round == 2
            try write()
        }
        #expect(outcomes.withLock { $0 } == [.none, .none, .none, .none] && partition.log.flushedOffset == 4)
        #expect(disk.syncs == 2, "once in order, once in vain")
    }

    /// A coordinator that ends a transaction while the broker starts writes before anybody is there to sync.
    @Test func whatWaitsBeforeThereIsAHostIsSyncedOnceThereIsOne() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        let done = Mutex(false)
        let calls = Mutex(0)
        let info = try partition.append(batch("early"), now: driver.now, origin: .client)
        driver.broker.commits.commit(partition, upTo: info.endOffset) { _ in done.withLock { $0 = true } }
        driver.broker.commits.onWork { calls.withLock { $0 += 1 } }
        var served = 0
        while served < calls.withLock({ $0 }) {
            driver.broker.commits.drainOne()
            served += 1
        }
        #expect(done.withLock { $0 })
    }

    @Test func whatIsAppendedDuringASyncIsSyncedAgain() throws {
        let disk = WatchedDisk(MemoryDisk(), "t-0/0")
        let driver = try BrokerDriver(mounted: disk)
        try driver.create("t")
        let partition = try #require(driver.broker.partitions.partition("t", 0))
        let commits = driver.broker.commits
        let turns = Mutex(0)
        commits.onWork { turns.withLock { $0 += 1 } }
        let done = Mutex<[Offset]>([])
        @Sendable func write() {
            guard let info = try? partition.append(batch("v"), now: 1_000_000, origin: .client) else { return }
            commits.commit(partition, upTo: info.endOffset) { _ in done.withLock { $0.append(info.endOffset) } }
        }
        write()
        write()
        #expect(turns.withLock { $0 } == 1, "one sync answers both")
        let isFirst = Once()
        disk.onSync { _ in if isFirst.take() { write() } }
        // The journal has nothing for a log that is new: its files are synced.
        #expect(commits.drainOne() && turns.withLock { $0 } == 2)
        #expect(commits.drainOne())
        #expect(done.withLock { $0 } == [1, 2] && turns.withLock { $0 } == 3)
        #expect(commits.drainOne())
        #expect(done.withLock { $0 } == [1, 2, 3] && partition.log.durableOffset == 3 && partition.log.flushedOffset == 2)
    }
}

/// True the first time that it is asked.
private final class Once: Sendable {
    private let isLeft = Atomic(true)
    func take() -> Bool { isLeft.exchange(false, ordering: .acquiringAndReleasing) }
}

/// A batch of one record.
func batch(_ value: String) -> Bytes {
    let builder = RecordBatchBuilder()
    builder.append(timestamp: 1_000_000, key: nil, value: Bytes(value))
    return builder.build()
}
