import KafkaClient
import KafkaProtocol
import Testing
import Vocabulary

@testable import Toolkit

private let partition = TopicPartition("t", 0)

/// Batches of so many records each, from an offset on, as one replica has them.
private func records(from offset: Int64, _ counts: [Int], value: (_ batch: Int) -> String = { _ in "v" }) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = offset
    for (index, count) in counts.enumerated() {
        let builder = RecordBatchBuilder(baseOffset: next)
        for _ in 0..<count { builder.append(timestamp: 1, key: nil, value: Bytes(Array(value(index).utf8))) }
        next = builder.nextOffset
        bytes += builder.build().array
    }
    return bytes
}

private func replica(_ bytes: [UInt8], highWatermark: Int64) -> ReplicaRecords { ReplicaRecords(highWatermark: highWatermark, records: Bytes(bytes)) }

@Suite struct ReplicaComparisonTests {
    @Test func whatAllReplicasHaveIsPassedOver() throws {
        var comparison = ReplicaComparison(from: [partition: 5])
        let all = replica(records(from: 5, [3, 2]), highWatermark: 10)
        #expect(try comparison.compare([partition: [1: all, 2: all, 3: all]]).isEmpty)
        #expect(comparison.offsets == [partition: 10])
        #expect(comparison.lag == ReplicaComparison.Lag(records: 0, partition: partition, offset: 10))
    }

    @Test func aReplicaThatIsBehindKeepsTheOthersWaiting() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        let ahead = replica(records(from: 0, [3, 2]), highWatermark: 5)
        let behind = replica(records(from: 0, [3]), highWatermark: 3)
        #expect(try comparison.compare([partition: [1: ahead, 2: behind]]).isEmpty)
        #expect(comparison.offsets == [partition: 3])
        #expect(comparison.lag == ReplicaComparison.Lag(records: 2, partition: partition, offset: 3))
        // Nothing of one of them: nothing moves.
        #expect(try comparison.compare([partition: [1: replica(records(from: 3, [2]), highWatermark: 5), 2: replica([], highWatermark: -1)]]).isEmpty)
        #expect(comparison.offsets == [partition: 3] && comparison.lag.records == 2)
    }

    @Test func whatIsNotCommittedIsNotCompared() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        let one = replica(records(from: 0, [2, 2]), highWatermark: 2)
        let other = replica(records(from: 0, [2, 2]) { $0 == 0 ? "v" : "other" }, highWatermark: 3)
        #expect(try comparison.compare([partition: [1: one, 2: other]]).isEmpty)
        #expect(comparison.offsets == [partition: 2])
    }

    @Test func aBatchThatIsCutShortIsFetchedAgain() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        let whole = records(from: 0, [2, 2])
        let all = [Int32(1): replica(whole, highWatermark: 4), 2: replica(whole.dropLast(5), highWatermark: 4)]
        #expect(try comparison.compare([partition: all]).isEmpty)
        #expect(comparison.offsets == [partition: 2])
    }

    @Test func anotherChecksumIsToldAndTheComparisonGoesOn() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        let good = replica(records(from: 0, [2, 2, 1]), highWatermark: 5)
        let damaged = replica(records(from: 0, [2, 2, 1]) { $0 == 1 ? "w" : "v" }, highWatermark: 5)
        let mismatches = try comparison.compare([partition: [1: good, 2: damaged, 3: good]])
        #expect(mismatches.map(\.kind) == [.checksum] && mismatches.map(\.first.replica) == [1] && mismatches.map(\.other.replica) == [2])
        #expect(mismatches[0].other.lastOffset == 3 && mismatches[0].first.checksum != mismatches[0].other.checksum)
        #expect(comparison.offsets == [partition: 5])
    }

    @Test func batchesThatEndElsewhereEndTheComparison() throws {
        let other = TopicPartition("u", 0)
        var comparison = ReplicaComparison(from: [partition: 0, other: 0])
        let first = replica(records(from: 0, [2, 2]), highWatermark: 4), second = replica(records(from: 0, [3, 1]), highWatermark: 4)
        let both = [Int32(1): first, 2: second]
        let mismatches = try comparison.compare([partition: both, other: both])
        #expect(mismatches.count == 1 && mismatches[0].kind == .offset)
        #expect(mismatches[0].first.lastOffset == 1 && mismatches[0].other.lastOffset == 2)
        #expect(comparison.offsets == [partition: 0, other: 0])
    }

    @Test func bytesThatAreNoBatchAreNamed() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        var bytes = records(from: 0, [2])
        bytes[16] = 7
        let error = #expect(throws: ReplicaComparison.Unreadable.self) {
            _ = try comparison.compare([partition: [1: replica(bytes, highWatermark: 2), 2: replica([], highWatermark: 2)]])
        }
        #expect(error == ReplicaComparison.Unreadable(partition: partition, replica: 1, offset: 0, reason: .unknownMagic(7)))
    }

    /// Of partitions that are equally far behind, the first in the order of a Java hash table is named.
    @Test func theLargestLagIsNamed() throws {
        let all = (0..<3).map { TopicPartition("t1", $0) }
        var comparison = ReplicaComparison(from: Dictionary(uniqueKeysWithValues: all.map { ($0, 0) }))
        let empty = replica([], highWatermark: 1000)
        _ = try comparison.compare(Dictionary(uniqueKeysWithValues: all.map { ($0, [1: empty]) }))
        #expect(comparison.lag == ReplicaComparison.Lag(records: 1000, partition: TopicPartition("t1", 2), offset: 0))
        _ = try comparison.compare([all[0]: [1: replica([], highWatermark: 3)], all[1]: [1: replica([], highWatermark: 9)]])
        #expect(comparison.lag == ReplicaComparison.Lag(records: 9, partition: all[1], offset: 0))
    }

    @Test func withoutAnyAnswerNothingIsKnown() throws {
        var comparison = ReplicaComparison(from: [partition: 0])
        _ = try comparison.compare([:])
        #expect(comparison.lag == ReplicaComparison.Lag(records: -1, partition: nil, offset: -1))
    }
}

@Suite struct ReplicaVerificationToolTests {
    private static func run(_ words: [String]) -> Ran { Ran(ReplicaVerificationTool.tool, words) }

    @Test(arguments: [
        (["--time", "-1"], "Missing required argument \"[broker-list]\""),
        (["--broker-list", "nohostport"], "Please provide valid host:port like host1:9091,host2:9092"),
        (["--bogus"], "bogus is not a recognized option"),
        (["--broker-list", "127.0.0.1:1", "--time", "x"], "Cannot parse argument 'x' of option time"),
        (["--broker-list", "127.0.0.1:1", "--time", "-3"], "--time is -1, -2 or a number of milliseconds, not -3"),
        (["--broker-list", "127.0.0.1:1", "--fetch-size", "9999999999"], "Cannot parse argument '9999999999' of option fetch-size"),
        (["--broker-list", "127.0.0.1:1", "--max-wait-ms", "0.5"], "Cannot parse argument '0.5' of option max-wait-ms"),
        (["--broker-list", "127.0.0.1:1", "--report-interval-ms", ""], "Cannot parse argument '' of option report-interval-ms"),
        (["--broker-list", "127.0.0.1:1", "--topics-include", "["], "[ is an invalid regex."),
    ])
    func aBadCallIsOneClearLine(words: [String], message: String) {
        let ran = Self.run(words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error.split(separator: "\n").first.map(String.init) == message)
    }

    @Test func linesAreKafkas() throws {
        let one = ReplicaComparison.Batch(replica: 1, lastOffset: 4, nextOffset: 5, checksum: 4_000_000_000)
        let other = ReplicaComparison.Batch(replica: 2, lastOffset: 6, nextOffset: 7, checksum: 17)
        func text(_ kind: ReplicaComparison.Mismatch.Kind) throws -> String {
            let row = VerificationRun.Difference(
                timeMs: 1_700_000_000_000, mismatch: ReplicaComparison.Mismatch(kind: kind, partition: partition, first: one, other: other))
            return try line(row, VerificationRun.mismatches)
        }
        #expect(try text(.offset) == ": partition t-0: replica 1's offset 4 doesn't match replica 2's offset 6")
        #expect(
            try text(.checksum)
                == ": partition t-0 has unmatched checksum at offset 6; replica 1's checksum 4000000000; replica 2's checksum 17")
        let none = VerificationRun.Standing(timeMs: 1_700_000_000_000, lag: ReplicaComparison.Lag(), partitions: 3)
        #expect(try line(none, VerificationRun.lags) == ": max lag is -1 for partition null at offset -1 among 3 partitions")
        let behind = VerificationRun.Standing(
            timeMs: 1_700_000_000_000, lag: ReplicaComparison.Lag(records: 7, partition: partition, offset: 2), partitions: 3)
        #expect(try line(behind, VerificationRun.lags) == ": max lag is 7 for partition t-0 at offset 2 among 3 partitions")
    }

    /// A row's text behind its time, which is the machine's zone's.
    private func line<Row>(_ row: Row, _ shape: Shape<Row>) throws -> String {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        shape.write([row], hiding: [], to: output)
        output.flush()
        let time = try #require(sink.text.firstRange(of: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,000/))
        return String(sink.text[time.upperBound...].dropLast())
    }
}
