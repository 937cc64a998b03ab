import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct RecoveryTests {
    private static let logFile = "/data/orders-0/00000000000000000000.log"

    @Test func aTailTornAtAnyByteIsCutAtTheLastWholeBatch() throws {
        let fixture = try LogFixture()
        var ends: [(bytes: Int, offset: Offset)] = [(0, 0)]
        for index in 0..<4 {
            try fixture.append(["value \(index)", "b"], keys: ["k", "l"], compression: index % 2 == 0 ? .none : .gzip, producer: (1, 0, Int32(2 * index)))
            ends.append((fixture.log.sizeInBytes, fixture.log.logEndOffset))
        }
        for kept in 0...fixture.log.sizeInBytes {
            let again = try fixture.crashed { path, _, size in path == Self.logFile ? kept : size }
            let whole = try #require(ends.last { $0.bytes <= kept })
            #expect(again.log.logEndOffset == whole.offset && again.log.sizeInBytes == whole.bytes)
            #expect(again.log.recovery.truncatedBytes == kept - whole.bytes)
            // The log goes on where it was cut, also for the producer.
            let next = Int32(whole.offset.value)
            #expect(try again.append(["again", "b"], keys: ["k", "l"], producer: (1, 0, next)).firstOffset == whole.offset)
            #expect(try again.restarted().values().count == Int(whole.offset.value) + 2)
        }
    }

    @Test func aDamagedByteEndsTheLogThere() throws {
        let fixture = try LogFixture()
        for index in 0..<3 { try fixture.append(["value \(index)"]) }
        let size = batch(["value 0"]).count
        // Not the first 8 bytes (the offset) nor the leader epoch: the checksum does not cover them.
        for position in [8, 11, 16, 17, 20, 21, 30, 57, 61, size - 1] {
            let disk = fixture.disk.copy { _, _, size in size }
            let file = try disk.openFile(Self.logFile, create: false)
            let byte = try file.read(at: size + position, count: 1)[0]
            try file.write([[byte ^ 0x55]], at: size + position)
            let again = try LogFixture(disk: disk)
            #expect(again.log.logEndOffset == 1, "byte \(position)")
            #expect(try again.values() == ["0:value 0"])
        }
    }

    @Test func segmentsBehindATornOneAreDropped() throws {
        var config = LogConfig()
        config.segmentBytes = 200
        let fixture = try LogFixture(config)
        for index in 0..<9 { try fixture.append(["value \(index)"]) }
        let again = try fixture.crashed { path, _, size in path == Self.logFile ? size - 1 : size }
        #expect(try again.values() == ["0:value 0"])
        #expect(try again.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }.count == 1)
        #expect(try again.append(["again"]).firstOffset == 1)
    }

    @Test func aDamagedSnapshotOrIndexIsMadeAnew() throws {
        var config = LogConfig()
        config.segmentBytes = 300
        config.indexIntervalBytes = 1
        let fixture = try LogFixture(config)
        for index in 0..<20 { try fixture.append(["a"], producer: (1, 0, Int32(index))) }
        try fixture.directory.close(clean: true)
        for suffix in [".snapshot", ".index", ".timeindex"] {
            let disk = fixture.disk.copy { path, _, size in path.hasSuffix(suffix) ? max(0, size - 3) : size }
            let again = try LogFixture(config, disk: disk)
            #expect(try again.values().count == 20)
            #expect(try again.append(["a"], producer: (1, 0, 19)).isDuplicate)
            #expect(try again.log.offset(forTimestamp: 0)?.offset == 0)
        }
    }

    @Test func leftoversOfCompactionAreRemovedOrCompleted() throws {
        var config = LogConfig()
        config.segmentBytes = 150
        let fixture = try LogFixture(config)
        for index in 0..<6 { try fixture.append(["value \(index)"]) }
        let disk = fixture.disk
        let names = try disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }
        #expect(names.count == 3)
        // The first two segments were compacted into one that keeps offset 3 only.
        let kept = RecordBatchBuilder(baseOffset: 3)
        kept.append(offset: 3, timestamp: LogFixture.start, key: nil, value: Bytes("three"))
        let swap = try disk.openFile(Self.logFile + ".swap", create: true)
        try swap.write([kept.build()], at: 0)
        let stray = try disk.openFile("/data/orders-0/00000000000000000004.log.cleaned", create: true)
        try stray.write([Bytes("junk")], at: 0)
        let again = try fixture.crashed()
        #expect(try again.values() == ["3:three", "4:value 4", "5:value 5"])
        #expect(!(try again.disk.names(in: "/data/orders-0")).contains { $0.hasSuffix(".swap") || $0.hasSuffix(".cleaned") })
    }

    /// The checksum does not cover a batch's offset: a flipped bit there must not take other segments along.
    @Test func aSwapWhoseOffsetsAreDamagedDeletesNothing() throws {
        var config = LogConfig()
        config.segmentBytes = 150
        for bit in [24, 1] {
            let fixture = try LogFixture(config)
            for index in 0..<6 { try fixture.append(["value \(index)"]) }
            let disk = fixture.disk.copy { _, _, size in size }
            try disk.rename(Self.logFile, to: Self.logFile + ".swap")
            let file = try disk.openFile(Self.logFile + ".swap", create: false)
            let last = file.size - batch(["value 1"]).count
            let offset = Int64(1) + Int64(1) << bit
            try file.write([Bytes((0..<8).map { UInt8(truncatingIfNeeded: offset >> (56 - 8 * $0)) })], at: last)
            let before = try disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }
            let contents = try before.map { try disk.readFile("/data/orders-0/" + $0) }
            let again = try LogFixture(config, disk: disk)
            let after = try disk.names(in: "/data/orders-0").filter { $0.contains(".log") }.map { try disk.readFile("/data/orders-0/" + $0) }
            #expect(contents.allSatisfy { content in after.contains(content) }, "bit \(bit)")
            #expect(!again.log.recovery.cuts.isEmpty)
        }
    }

    @Test func theFirstEpochIsWrittenThoughACheckpointCameBeforeTheFirstRecord() throws {
        let fixture = try LogFixture()
        fixture.log.lead(3)
        try fixture.directory.writeCheckpoints()
        try fixture.append(["a"], epoch: 3)
        let again = try fixture.restarted()
        #expect(again.log.latestLeaderEpoch == 3)
        #expect(try again.disk.readFile("/data/orders-0/leader-epoch-checkpoint").text == "0\n1\n3 0\n")
    }

    @Test func theLogBeginsAnewWhenItsEndWasLostBehindItsStart() throws {
        let fixture = try LogFixture()
        for index in 0..<10 { try fixture.append(["\(index)"]) }
        _ = try fixture.log.deleteRecords(before: 8)
        try fixture.directory.writeCheckpoints()
        let again = try fixture.crashed { path, _, size in path == Self.logFile ? 100 : size }
        #expect(again.log.logStartOffset == 8 && again.log.logEndOffset == 8)
        #expect(try again.append(["new"]).firstOffset == 8)
    }

    /// What was durable in the segment when it stopped needs no sync any more, but its indexes do: a segment that lies behind the recovery point is not
    /// looked into after a crash.
    @Test func aCleanStopMakesTheLastSegmentsIndexesDurable() throws {
        var fixture = try LogFixture()
        try fixture.append(["hidden"], producer: (7, 0, 0), isTransactional: true)
        try fixture.appendMarker(7, epoch: 0, commits: false)
        try fixture.log.sync()
        fixture = try fixture.restarted()
        for value in ["second", "third", "fourth"] {
            try fixture.log.roll(now: LogFixture.start)
            try fixture.append([value])
        }
        try fixture.log.sync()
        try fixture.directory.writeCheckpoints()
        fixture = try fixture.crashed { path, durable, size in path.hasSuffix(".txnindex") ? durable : size }
        #expect(try fixture.log.abortedTransactions(from: 0, to: 1).map(\.producerId) == [7])
    }

    /// A power failure may bring back a segment that a start had removed, without what was in it. To go on in such a one would be to write behind the log's end,
    /// and the next start would take that for an overlap.
    @Test(arguments: [false, true]) func anEmptySegmentThatIsBackBeforeTheEndIsNoPartOfTheLog(isCheckpointed: Bool) throws {
        let fixture = try LogFixture()
        for index in 0..<5 { try fixture.append(["\(index)"]) }
        try fixture.log.sync()
        if isCheckpointed { try fixture.directory.writeCheckpoints() }
        let disk = fixture.disk.copy { _, _, size in size }
        for base: Int64 in [2, 3] { _ = try disk.openFile("/data/orders-0/\(Segment.stem(Offset(base))).log", create: true) }
        var again = try LogFixture(disk: disk)
        #expect(try again.values() == (0..<5).map { "\($0):\($0)" })
        try again.append(["5"])
        try again.log.sync()
        again = try again.crashed()
        #expect(try again.values() == (0..<6).map { "\($0):\($0)" })
        #expect(try again.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }.count == 1)
    }
}
