import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct CompactionTests {
    private static func config(segmentBytes: Int = 400) -> LogConfig {
        var config = LogConfig()
        (config.isCompacted, config.isDeleted) = (true, false)
        config.minCleanableDirtyRatio = 0
        config.deleteRetentionMs = 1000
        config.segmentBytes = segmentBytes
        config.indexIntervalBytes = 100
        return config
    }

    private func state(_ fixture: LogFixture) throws -> [String: String] {
        var state: [String: String] = [:]
        for record in try fixture.records() { state[record.key?.text ?? ""] = record.value?.text }
        return state
    }

    private func put(_ fixture: LogFixture, _ key: String, _ value: String?) throws {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: LogFixture.start, key: Bytes(key), value: value.map { Bytes($0) })
        _ = try fixture.log.append(builder.build(), leaderEpoch: 0, now: LogFixture.start, origin: .client)
    }

    @Test func theNewestRecordOfEachKeyStaysAtItsOffset() throws {
        let fixture = try LogFixture(Self.config())
        for index in 0..<100 { try put(fixture, "k\(index % 7)", "\(index)") }
        let before = try state(fixture)
        let result = try #require(try fixture.log.compact(now: LogFixture.start))
        #expect(result.bytesAfter < result.bytesBefore)
        #expect(try state(fixture) == before)
        let closed = try fixture.records().filter { $0.offset < result.cleanedOffset.value }
        #expect(closed.count <= 7 && closed.allSatisfy { Int64($0.value?.text ?? "") == $0.offset })
        for offset in 0..<100 { _ = try fixture.values(from: Offset(Int64(offset))) }
        #expect(try fixture.log.compact(now: LogFixture.start) == nil)
        for again in [try fixture.crashed(), try fixture.restarted()] {
            #expect(try state(again) == before)
            #expect(again.log.logEndOffset == 100)
        }
    }

    @Test func tombstonesGoWhenTheirTimeHasPassed() throws {
        let fixture = try LogFixture(Self.config())
        try put(fixture, "gone", "1")
        try put(fixture, "gone", nil)
        for index in 0..<20 { try put(fixture, "k", "\(index)") }
        try fixture.log.compact(now: LogFixture.start)
        #expect(try fixture.records().contains { $0.key?.text == "gone" && $0.value == nil })
        for index in 0..<20 { try put(fixture, "k", "\(index)") }
        try fixture.log.compact(now: LogFixture.start + 999)
        #expect(try fixture.records().contains { $0.key?.text == "gone" && $0.value == nil })
        for index in 0..<20 { try put(fixture, "k", "\(index)") }
        try fixture.log.compact(now: LogFixture.start + 1000)
        #expect(try !fixture.records().contains { $0.key?.text == "gone" })
    }

    @Test func producersAreStillKnownWhenTheirRecordsAreGone() throws {
        let fixture = try LogFixture(Self.config())
        try fixture.append(["a"], keys: ["k"], producer: (1, 2, 0))
        try fixture.append(["b"], keys: ["k"], producer: (1, 2, 1))
        for index in 0..<30 { try put(fixture, "k", "\(index)") }
        #expect(try fixture.log.compact(now: LogFixture.start) != nil)
        let disk = fixture.disk.copy { path, _, size in path.hasSuffix(".snapshot") ? 0 : size }
        let again = try LogFixture(Self.config(), disk: disk)
        let producer = try #require(again.log.activeProducers(now: LogFixture.start).first)
        #expect(producer.producerEpoch == 2 && producer.lastSequence == 1)
        #expect(try again.append(["b"], keys: ["k"], producer: (1, 2, 1)).firstOffset == 1)
    }

    @Test func youngRecordsAndOpenTransactionsAreLeftAlone() throws {
        var config = Self.config()
        config.minCompactionLagMs = 1000
        let fixture = try LogFixture(config)
        for index in 0..<30 { try put(fixture, "k", "\(index)") }
        #expect(try fixture.log.compact(now: LogFixture.start + 999) == nil)
        config.minCompactionLagMs = 0
        fixture.log.updateConfig(config)
        #expect(try fixture.log.compact(now: LogFixture.start) != nil)
        try fixture.append(["open"], keys: ["k"], producer: (1, 0, 0), isTransactional: true)
        let offset = fixture.log.logEndOffset.value - 1
        for index in 0..<30 { try put(fixture, "k", "\(index)") }
        try fixture.log.compact(now: LogFixture.start)
        #expect(try fixture.records().contains { $0.offset == offset })
        #expect(fixture.log.state.withLock { $0.cleanedOffset.value } <= offset)
    }

    @Test func abortedRecordsNeitherStayNorHideOthers() throws {
        let fixture = try LogFixture(Self.config())
        try put(fixture, "k", "kept")
        try fixture.append(["aborted"], keys: ["k"], producer: (1, 0, 0), isTransactional: true)
        try fixture.appendMarker(1, epoch: 0, commits: false)
        try fixture.append(["committed"], keys: ["t"], producer: (1, 0, 1), isTransactional: true)
        try fixture.appendMarker(1, epoch: 0, commits: true)
        for index in 0..<20 { try put(fixture, "other", "\(index)") }
        try fixture.log.compact(now: LogFixture.start)
        let data = try fixture.records().filter { $0.key?.text == "k" || $0.key?.text == "t" }.map { $0.value?.text }
        #expect(data == ["kept", "committed"])
        let end = fixture.log.logEndOffset
        #expect(try fixture.log.abortedTransactions(from: 0, to: end).map(\.firstOffset) == [1])
    }

    @Test func aLogWithMoreKeysThanMemoryIsCompactedPartByPart() throws {
        let fixture = try LogFixture(Self.config(segmentBytes: 2000))
        for index in 0..<400 { try put(fixture, "k\(index % 100)", "\(index)") }
        let before = try state(fixture)
        var passes = 0
        while try fixture.log.compact(now: LogFixture.start, maxMapBytes: 2000) != nil { passes += 1 }
        #expect(passes > 3)
        #expect(try state(fixture) == before)
    }

    @Test(arguments: 0..<6) func compactionKeepsWhatTheKeysSay(_ index: UInt64) throws {
        let seed = UInt64.random(in: 0 ..< .max) &+ index
        var generator = SeededGenerator(seed: seed)
        var fixture = try LogFixture(Self.config(segmentBytes: Int.random(in: 300...1500, using: &generator)))
        var expected: [String: String] = [:]
        var now = LogFixture.start
        var end: Int64 = 0
        for step in 0..<300 {
            let builder = RecordBatchBuilder(compression: [.none, .gzip, .zstd, .lz4][Int.random(in: 0..<4, using: &generator)])
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let key = "k\(Int.random(in: 0..<20, using: &generator))"
                let value = Int.random(in: 0..<4, using: &generator) == 0 ? nil : "\(step)"
                builder.append(timestamp: LogFixture.start, key: Bytes(key), value: value.map { Bytes($0) })
                expected[key] = value
                end += 1
            }
            _ = try fixture.log.append(builder.build(), leaderEpoch: 0, now: LogFixture.start, origin: .client)
            now += Int64.random(in: 0...100, using: &generator)
            switch Int.random(in: 0..<30, using: &generator) {
            case 0: try fixture.log.compact(now: now, maxMapBytes: Int.random(in: 100...5000, using: &generator))
            case 1: fixture = try fixture.restarted()
            case 2: fixture = try fixture.crashed()
            default: break
            }
            try #require(fixture.log.logEndOffset.value == end, "seed \(seed), step \(step)")
        }
        #expect(try state(fixture) == expected, "seed \(seed)")
    }
}
