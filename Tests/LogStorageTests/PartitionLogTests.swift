import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct PartitionLogTests {
    @Test func appendsGetConsecutiveOffsetsAndAreRead() throws {
        let fixture = try LogFixture()
        let first = try fixture.append(["a", "b"])
        let second = try fixture.append(["c"])
        #expect(first.firstOffset == 0 && first.lastOffset == 1 && first.logAppendTime == -1 && first.endOffset == 2)
        #expect(second.firstOffset == 2 && second.lastOffset == 2)
        #expect(try fixture.values() == ["0:a", "1:b", "2:c"])
        #expect(try fixture.log.read(from: 3, maxBytes: 100, minOneBatch: true, upTo: 3).sizeInBytes == 0)
        #expect(throws: LogError.self) { try fixture.log.read(from: 4, maxBytes: 100, minOneBatch: true, upTo: 3) }
    }

    @Test func readBeginsWithTheBatchThatContainsTheOffsetAndHasWholeBatches() throws {
        let fixture = try LogFixture()
        for index in 0..<10 { try fixture.append(["\(index)a", "\(index)b"]) }
        let size = batch(["0a", "0b"]).count
        let info = try fixture.log.read(from: 5, maxBytes: 3 * size - 1, minOneBatch: true, upTo: 20)
        #expect(info.sizeInBytes == 2 * size && info.firstOffset == 4 && info.nextOffset == 8 && !info.exceedsMaxBytes)
        let large = try fixture.log.read(from: 5, maxBytes: 1, minOneBatch: true, upTo: 20)
        #expect(large.sizeInBytes == size && large.exceedsMaxBytes && large.nextOffset == 6)
        #expect(try fixture.log.read(from: 5, maxBytes: 1, minOneBatch: false, upTo: 20).sizeInBytes == 0)
        // The limit keeps out what is not committed.
        #expect(try fixture.log.read(from: 0, maxBytes: 1 << 20, minOneBatch: true, upTo: 6).nextOffset == 6)
    }

    @Test func segmentsRollBySizeAndReadsGoOnInTheNextOne() throws {
        var config = LogConfig()
        config.segmentBytes = 500
        config.indexIntervalBytes = 50
        let fixture = try LogFixture(config)
        for index in 0..<100 { try fixture.append(["value \(index)"]) }
        #expect(try fixture.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }.count > 10)
        #expect(try fixture.values(maxBytes: 200).count == 100)
        for offset in 0..<100 { #expect(try fixture.values(from: Offset(Int64(offset)), maxBytes: 1).first == "\(offset):value \(offset)") }
        let again = try fixture.restarted()
        #expect(again.log.recovery == RecoveryReport())
        for offset in 0..<100 { #expect(try again.values(from: Offset(Int64(offset)), maxBytes: 1).first == "\(offset):value \(offset)") }
    }

    @Test func segmentsRollByTime() throws {
        var config = LogConfig()
        config.segmentMs = 1000
        let fixture = try LogFixture(config)
        try fixture.append(["a"], timestamp: LogFixture.start)
        try fixture.append(["b"], timestamp: LogFixture.start + 1000)
        try fixture.append(["c"], timestamp: LogFixture.start + 1001)
        #expect(try fixture.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }.map { Segment.offset(in: $0, suffix: ".log") } == [0, 2])
    }

    @Test func logAppendTimeReplacesTimestamps() throws {
        var config = LogConfig()
        config.messageTimestampType = .logAppendTime
        let fixture = try LogFixture(config)
        let info = try fixture.append(["a", "b"], timestamp: 5, now: LogFixture.start + 7)
        #expect(info.logAppendTime == LogFixture.start + 7)
        #expect(try fixture.records().map(\.timestamp) == [LogFixture.start + 7, LogFixture.start + 7])
    }

    @Test func storesWithTheTopicsCodec() throws {
        var config = LogConfig()
        config.compressionType = .gzip
        let fixture = try LogFixture(config)
        try fixture.append(["a", "b"], compression: .lz4, producer: (7, 0, 0))
        let info = try fixture.log.read(from: 0, maxBytes: 1 << 20, minOneBatch: true, upTo: 2)
        let stored = try #require(try RecordBatches.all(in: bytes(info)).first)
        #expect(stored.compression == .gzip && stored.producerId == 7 && stored.lastSequence == 1 && stored.isCrcValid)
        #expect(try fixture.values() == ["0:a", "1:b"])
    }

    @Test func timestampsAreFoundExactly() throws {
        var config = LogConfig()
        config.segmentBytes = 600
        config.indexIntervalBytes = 100
        let fixture = try LogFixture(config)
        let t = LogFixture.start
        for index in 0..<50 { try fixture.append(["a", "b"], timestamp: t + Int64(10 * index), compression: index % 2 == 0 ? .zstd : .none) }
        for restart in 0..<3 {
            let log = restart == 0 ? try fixture.crashed().log : restart == 1 ? fixture.log : try fixture.restarted().log
            defer { if restart == 0 { #expect(log.recovery.recoveredSegments > 1) } }
            guard restart < 2 else {
                #expect(try log.offset(forTimestamp: t + 301) == TimestampAndOffset(timestamp: t + 301, offset: 61, leaderEpoch: 0))
                continue
            }
            #expect(try log.offset(forTimestamp: 0) == TimestampAndOffset(timestamp: t, offset: 0, leaderEpoch: 0))
            #expect(try log.offset(forTimestamp: t + 101) == TimestampAndOffset(timestamp: t + 101, offset: 21, leaderEpoch: 0))
            #expect(try log.offset(forTimestamp: t + 102) == TimestampAndOffset(timestamp: t + 110, offset: 22, leaderEpoch: 0))
            #expect(try log.offset(forTimestamp: t + 492) == nil)
            #expect(try log.offsetOfMaxTimestamp() == TimestampAndOffset(timestamp: t + 491, offset: 99, leaderEpoch: 0))
            _ = try log.deleteRecords(before: 50)
            #expect(try log.offset(forTimestamp: 0) == TimestampAndOffset(timestamp: t + 250, offset: 50, leaderEpoch: 0))
        }
    }

    @Test func retentionRemovesOldSegmentsAndTooManyBytes() throws {
        var config = LogConfig()
        config.segmentBytes = 300
        config.retentionMs = 1000
        let fixture = try LogFixture(config)
        for index in 0..<20 { try fixture.append(["value"], timestamp: LogFixture.start + Int64(100 * index)) }
        try fixture.log.applyRetention(now: LogFixture.start + 2000)
        #expect(fixture.log.logStartOffset > 0 && fixture.log.logStartOffset <= 10)
        try fixture.log.applyRetention(now: LogFixture.start + 100_000)
        #expect(fixture.log.logStartOffset == 20 && fixture.log.logEndOffset == 20 && fixture.log.sizeInBytes == 0)
        config.retentionMs = -1
        config.retentionBytes = 600
        fixture.log.updateConfig(config)
        for _ in 0..<50 { try fixture.append(["value"]) }
        try fixture.log.applyRetention(now: LogFixture.start)
        #expect(fixture.log.sizeInBytes >= 600 && fixture.log.sizeInBytes < 900)
        #expect(try fixture.restarted().log.logStartOffset == fixture.log.logStartOffset)
    }

    @Test func deletedRecordsStayDeletedAcrossARestart() throws {
        let fixture = try LogFixture()
        for index in 0..<10 { try fixture.append(["\(index)"]) }
        #expect(try fixture.log.deleteRecords(before: 4) == 4)
        #expect(throws: LogError.self) { try fixture.log.read(from: 3, maxBytes: 100, minOneBatch: true, upTo: 10) }
        #expect(throws: LogError.self) { try fixture.log.deleteRecords(before: 11) }
        let again = try fixture.restarted()
        #expect(again.log.logStartOffset == 4)
        #expect(try again.values().first == "4:4")
    }

    @Test func leaderEpochsAnswerWhereTheyEnd() throws {
        let fixture = try LogFixture()
        try fixture.append(["a", "b"], epoch: 1)
        try fixture.append(["c"], epoch: 3)
        for log in [fixture.log, try fixture.restarted().log] {
            #expect(log.endOffset(forEpoch: 3) == EpochEndOffset(leaderEpoch: 3, endOffset: 3))
            #expect(log.endOffset(forEpoch: 2) == EpochEndOffset(leaderEpoch: 1, endOffset: 2))
            #expect(log.endOffset(forEpoch: 1) == EpochEndOffset(leaderEpoch: 1, endOffset: 2))
            #expect(log.endOffset(forEpoch: 0) == EpochEndOffset(leaderEpoch: 0, endOffset: 0))
            #expect(log.endOffset(forEpoch: 4) == EpochEndOffset(leaderEpoch: -1, endOffset: -1))
        }
    }

    @Test func syncReportsWhatIsDurable() throws {
        let fixture = try LogFixture()
        try fixture.append(["a", "b"])
        #expect(fixture.log.logEndOffset > 0 && fixture.log.flushedOffset == 0)
        #expect(try fixture.log.sync() == 2)
        #expect(fixture.log.flushedOffset == fixture.log.logEndOffset)
        try fixture.append(["lost"])
        // Power fails: only what was synced survives.
        let again = try fixture.crashed { _, durable, _ in durable }
        #expect(try again.values() == ["0:a", "1:b"])
    }

    @Test func openTransactionsHoldTheLastStableOffsetBack() throws {
        let fixture = try LogFixture()
        try fixture.append(["plain"])
        try fixture.append(["t1"], producer: (1, 0, 0), isTransactional: true)
        try fixture.append(["t2"], producer: (2, 0, 0), isTransactional: true)
        #expect(fixture.log.offsets.lastStable == 1)
        try fixture.appendMarker(1, epoch: 0, commits: false)
        #expect(fixture.log.offsets.lastStable == 2)
        #expect(fixture.log.activeProducers(now: LogFixture.start).map(\.currentTransactionStartOffset) == [-1, 2])
        for restart in 0..<3 {
            let log = restart == 0 ? fixture.log : restart == 1 ? try fixture.crashed().log : try fixture.restarted().log
            #expect(log.offsets.lastStable == 2)
            #expect(try log.abortedTransactions(from: 0, to: 4) == [AbortedTransaction(producerId: 1, firstOffset: 1)])
            #expect(try log.abortedTransactions(from: 0, to: 1) == [])
        }
    }
}
