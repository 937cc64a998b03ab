import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A partition's log with transactions of several producers side by side, as its leader would serve it to a reader of committed records.
private struct TransactionalLog {
    typealias Aborted = FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction

    var batches: [(base: Int64, next: Int64, bytes: Bytes)] = []
    /// Aborted transactions with the offset of their marker.
    var aborted: [(producer: Int64, first: Int64, marker: Int64)] = []
    /// What a reader of committed records is to see, in order.
    var visible: [(offset: Int64, value: String)] = []
    var next: Int64 = 0
    private var open: [Int64: (first: Int64, values: [(offset: Int64, value: String)])] = [:]

    /// - Parameter keeps: which records are still there, as after a compaction
    mutating func write(_ values: [String], producer: Int64?, keeps: (Int) -> Bool = { _ in true }) {
        let builder = RecordBatchBuilder(
            baseOffset: next, compression: values.count > 2 ? .zstd : .none, producerId: producer ?? -1, producerEpoch: producer == nil ? -1 : 0,
            baseSequence: producer == nil ? -1 : 0, isTransactional: producer != nil)
        var kept: [(offset: Int64, value: String)] = []
        for (index, value) in values.enumerated() where keeps(index) {
            builder.append(offset: next + Int64(index), timestamp: 5, key: nil, value: Bytes(value))
            kept.append((next + Int64(index), value))
        }
        builder.lastOffsetDelta = Int32(values.count - 1)
        if let producer {
            open[producer, default: (next, [])].values += kept
        } else {
            visible += kept
        }
        if !kept.isEmpty { batches.append((next, next + Int64(values.count), builder.build())) }
        next += Int64(values.count)
    }

    mutating func end(_ producer: Int64, commits: Bool) {
        guard let transaction = open.removeValue(forKey: producer) else { return }
        if commits { visible += transaction.values } else { aborted.append((producer, transaction.first, next)) }
        let marker = RecordBatch.endTransactionMarker(
            commits: commits, baseOffset: next, timestamp: 1, producerId: producer, producerEpoch: 0, coordinatorEpoch: 0)
        batches.append((next, next + 1, marker))
        next += 1
        visible.sort { $0.offset < $1.offset }
    }

    mutating func endAll() { for producer in open.keys.sorted() { end(producer, commits: producer % 2 == 0) } }

    /// What a fetch from an offset brings: at most so many batches, and the aborted transactions that touch them, in no order.
    func fetch(from offset: Int64, batches count: Int) throws -> FetchedRecords? {
        let found = batches.filter { $0.next > offset }.prefix(count)
        guard let last = found.last else { return nil }
        let touching = aborted.filter { $0.marker >= offset && $0.first < last.next }.reversed().map { entry in
            var field = Aborted()
            (field.producerId, field.firstOffset) = (entry.producer, entry.first)
            return field
        }
        return try FetchedRecords(
            partition: TopicPartition("t", 0), startOffset: offset, bytes: Bytes(found.flatMap(\.bytes.array)), checksCrcs: true,
            abortedTransactions: touching)
    }

    /// Reads all of it, each fetch and each visit as long as the functions say.
    func read(batches: () -> Int, records: () -> Int) throws -> [(offset: Int64, value: String)] {
        var seen: [(offset: Int64, value: String)] = []
        var at: Int64 = 0
        while let fetched = try fetch(from: at, batches: batches()) {
            var left = records()
            at = try fetched.forEach { record, _ in
                seen.append((record.offset, record.value?.text ?? "null"))
                left -= 1
                return left > 0
            }
        }
        return seen
    }
}

@Suite struct CommittedReadTests {
    private func values(_ log: TransactionalLog, batches: Int = 100, records: Int = 100) throws -> [String] {
        try log.read(batches: { batches }, records: { records }).map(\.value)
    }

    @Test(arguments: [1, 2, 3, 100]) func interleavedProducersAreToldApart(batchesPerFetch: Int) throws {
        var log = TransactionalLog()
        log.write(["a1"], producer: 1)
        log.write(["b1"], producer: 2)
        log.write(["plain"], producer: nil)
        log.write(["a2"], producer: 1)
        log.end(1, commits: false)
        log.write(["b2"], producer: 2)
        log.write(["a3"], producer: 1)
        log.end(2, commits: true)
        log.end(1, commits: true)
        #expect(try values(log, batches: batchesPerFetch) == ["b1", "plain", "b2", "a3"])
    }

    @Test func aProducersNextTransactionIsNotTakenForTheAbortedOne() throws {
        var log = TransactionalLog()
        for round in 0..<6 {
            log.write(["x\(round)", "y\(round)"], producer: 1)
            log.end(1, commits: round % 2 == 1)
        }
        #expect(try values(log) == ["x1", "y1", "x3", "y3", "x5", "y5"])
        #expect(try values(log, batches: 1) == ["x1", "y1", "x3", "y3", "x5", "y5"])
    }

    @Test func anAbortedTransactionThatBeganBeforeTheFetchIsHiddenToItsMarker() throws {
        var log = TransactionalLog()
        for index in 0..<5 { log.write(["lost \(index)"], producer: 1) }
        log.end(1, commits: false)
        log.write(["kept"], producer: 1)
        log.end(1, commits: true)
        let fetched = try #require(try log.fetch(from: 3, batches: 100))
        var seen: [String] = []
        let next = try fetched.forEach { record, _ in
            seen.append(record.value?.text ?? "")
            return true
        }
        #expect(seen == ["kept"] && next == 8)
    }

    @Test func aTransactionWhoseFirstRecordsWereCompactedAwayIsStillHidden() throws {
        var log = TransactionalLog()
        log.write(["gone"], producer: 1) { _ in false }
        log.write(["lost", "gone", "lost"], producer: 1) { $0 != 1 }
        log.write(["kept", "gone"], producer: 2) { $0 == 0 }
        log.end(1, commits: false)
        log.end(2, commits: true)
        #expect(try values(log) == ["kept"])
        #expect(try log.read(batches: { 1 }, records: { 1 }).map(\.offset) == [4])
    }

    @Test func markersAreNeverHandedOutAndThePositionPassesThem() throws {
        var log = TransactionalLog()
        log.write(["lost"], producer: 1)
        log.end(1, commits: false)
        let fetched = try #require(try log.fetch(from: 0, batches: 100))
        #expect(fetched.nextOffset == 2)
        let next = try fetched.forEach { _, _ in
            Issue.record("nothing here is for the application")
            return true
        }
        #expect(next == 2)
    }

    @Test(arguments: 0..<200) func whateverTheLogAndTheFetchesExactlyWhatIsCommittedIsRead(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var log = TransactionalLog()
        for step in 0..<120 {
            let producer = Int64(random.below(4))
            switch random.below(6) {
            case 0: log.end(producer, commits: random.below(2) == 0)
            case 1: log.write(["p\(step)"], producer: nil)
            default:
                let isCompacted = random.below(3) == 0
                let holes = (0..<4).map { _ in random.below(3) == 0 }
                log.write((0...random.below(4)).map { "t\(step).\($0)" }, producer: producer) { !isCompacted || !holes[$0] }
            }
        }
        log.endAll()
        let seen = try log.read(batches: { 1 + random.below(6) }, records: { 1 + random.below(5) })
        #expect(seen.map(\.offset) == log.visible.map(\.offset))
        #expect(seen.map(\.value) == log.visible.map(\.value))
    }

    // MARK: The consumer

    @Test(arguments: [true, false]) func everyRequestSaysWhichRecordsAreWanted(committed: Bool) throws {
        let scene = ConsumerScene(["t": 1]) {
            $0.readsCommittedOnly = committed
            $0.resetPolicy = .latest
        }
        scene.consumer.subscribe(topics: ["t"])
        scene.advance()
        scene.lead(generation: 1)
        scene.advance()
        #expect(scene.cluster.next(OffsetFetchRequest.self)?.requireStable == committed)
        scene.answerCommitted([:])
        scene.advance()
        #expect(scene.answerOffsets(7)?.isolationLevel == (committed ? 1 : 0))
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.isolationLevel == (committed ? 1 : 0))
    }

    @Test func theNextFetchAndTheCommitGoOnBehindWhatWasLeftOut() throws {
        let scene = ConsumerScene(["t": 1]) { $0.readsCommittedOnly = true }
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: [ConsumerTests.t0: 0])
        var log = TransactionalLog()
        log.write(["lost"], producer: 1)
        log.write(["lost"], producer: 1)
        log.end(1, commits: false)
        scene.answerFetch(ConsumerTests.t0, Bytes(log.batches.flatMap(\.bytes.array)), aborted: [(1, 0)])
        #expect(try scene.values() == [])
        #expect(scene.consumer.position(ConsumerTests.t0) == 3)
        scene.advance()
        #expect(scene.cluster.next(FetchRequest.self)?.topics.first?.partitions.first?.fetchOffset == 3)
        scene.consumer.commit(nil) { _ in }
        #expect(scene.cluster.next(OffsetCommitRequest.self)?.topics.first?.partitions.first?.committedOffset == 3)
    }

    @Test func aConsumerWithoutAGroupHasNoGroupMetadata() throws {
        let scene = ConsumerScene(["t": 1]) { $0.groupInstanceId = "i" }
        scene.consumer.subscribe(topics: ["t"])
        #expect(scene.consumer.groupMetadata == ConsumerGroupMetadata(groupId: "g", groupInstanceId: "i"))
        scene.join(generation: 4, committed: [:])
        #expect(scene.consumer.groupMetadata == ConsumerGroupMetadata(groupId: "g", generationId: 4, memberId: "member-1", groupInstanceId: "i"))
        let alone = ConsumerScene(["t": 1]) { $0.groupId = nil }
        #expect(alone.consumer.groupMetadata == nil)
    }
}
