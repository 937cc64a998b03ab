import KafkaProtocol
import OffsetLiterals
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct TruncationTests {
    private static let epochsFile = "/data/orders-0/leader-epoch-checkpoint"

    private func text(_ disk: MemoryDisk, _ name: String) throws -> String { try disk.readFile("/data/" + name).text }

    /// Twenty records in small segments, of epoch 1 and from 12 on of epoch 4, checkpointed.
    private func fixture() throws -> LogFixture {
        var config = LogConfig()
        config.segmentBytes = 250
        let fixture = try LogFixture(config)
        for index in 0..<10 { try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index)), epoch: index < 6 ? 1 : 4) }
        try fixture.directory.writeCheckpoints()
        fixture.log.follow(5)
        return fixture
    }

    @Test func whatTheCheckpointsSayIsTakenBackBeforeTheFilesAreCut() throws {
        let fixture = try fixture()
        #expect(try fixture.directory.truncate(LogFixture.name, to: 11, now: LogFixture.start) == 10)
        #expect(fixture.log.offsets == LogOffsets(start: 0, highWatermark: 10, lastStable: 10, end: 10) && fixture.log.flushedOffset == 10)
        #expect(try text(fixture.disk, "recovery-point-offset-checkpoint") == "0\n1\norders 0 10\n")
        #expect(try text(fixture.disk, "replication-offset-checkpoint") == "0\n1\norders 0 10\n")
        #expect(try fixture.disk.readFile(Self.epochsFile).text == "0\n1\n1 0\n")
        // What takes the place is not durable, and of other epochs; a crash leaves what the batches say.
        for index in 0..<6 {
            let builder = RecordBatchBuilder(baseOffset: 10 + 2 * Int64(index), partitionLeaderEpoch: index < 2 ? 2 : 5)
            for offset in [10 + 2 * Int64(index), 11 + 2 * Int64(index)] {
                builder.append(offset: offset, timestamp: LogFixture.start, key: nil, value: Bytes("new"), headers: [])
            }
            _ = try fixture.log.appendFromLeader(builder.build(), leaderEpoch: 5, highWatermark: 10, logStart: 0, now: LogFixture.start)
        }
        let again = try fixture.crashed()
        #expect(again.log.logEndOffset == 22 && again.log.checkpointedHighWatermark == 10)
        #expect([9, 10, 13, 14, 21].map { again.log.leaderEpoch(at: $0) } == [1, 2, 2, 5, 5])
    }

    @Test func aCheckpointThatIsUnderWayDoesNotClaimWhatIsCut() throws {
        let fixture = try fixture()
        for index in 10..<13 { try fixture.log.append(replica: "late", at: Int64(2 * index), epoch: 5) }
        _ = try fixture.log.flushForCheckpoint()
        try fixture.directory.truncate(LogFixture.name, to: 14, now: LogFixture.start)
        for index in 7..<12 { try fixture.log.append(replica: "other", at: Int64(2 * index), epoch: 5) }
        try fixture.log.sync()
        // The log is durable up to 24, but its epochs are not in their file yet.
        try fixture.directory.checkpoints.write([fixture.log])
        #expect(try text(fixture.disk, "recovery-point-offset-checkpoint") == "0\n1\norders 0 14\n")
        try fixture.directory.writeCheckpoints()
        #expect(try text(fixture.disk, "recovery-point-offset-checkpoint") == "0\n1\norders 0 24\n")
        #expect(try fixture.disk.readFile(Self.epochsFile).text == "0\n3\n1 0\n4 12\n5 14\n")
    }

    @Test func anEpochWithoutRecordsGoesThoughNothingIsCut() throws {
        let fixture = try fixture()
        fixture.log.lead(7)
        #expect(fixture.log.latestLeaderEpoch == 7)
        fixture.log.follow(8)
        #expect(try fixture.directory.truncate(LogFixture.name, to: 20, now: LogFixture.start) == 20)
        #expect(fixture.log.latestLeaderEpoch == 4 && fixture.log.offsets.end == 20)
        #expect(try fixture.directory.truncate(LogFixture.name, to: 99, now: LogFixture.start) == 20)
        #expect(try fixture.directory.truncate(TopicPartition("other", 0), to: 0, now: 0) == nil)
    }

    @Test func aLogThatBeginsAnewForgetsEverything() throws {
        let fixture = try fixture()
        _ = try fixture.log.deleteRecords(before: 5)
        try fixture.directory.writeCheckpoints()
        // Below its start, and behind its end.
        for target in [3, 90] as [Offset] {
            if target == 3 {
                #expect(try fixture.directory.truncate(LogFixture.name, to: target, now: LogFixture.start) == 3)
            } else {
                try fixture.directory.restart(LogFixture.name, at: target, now: LogFixture.start)
            }
            #expect(fixture.log.offsets == LogOffsets(start: target, highWatermark: target, lastStable: target, end: target))
            #expect(fixture.log.latestLeaderEpoch == -1 && fixture.log.activeProducers(now: LogFixture.start).isEmpty)
            #expect(try fixture.disk.readFile(Self.epochsFile).text == "0\n0\n")
            #expect(try text(fixture.disk, "recovery-point-offset-checkpoint") == "0\n0\n")
            let again = try fixture.crashed()
            #expect(again.log.logStartOffset == target && again.log.logEndOffset == target)
            #expect(again.log.recovery.cuts.isEmpty)
            // Of an earlier epoch than what is gone.
            try fixture.log.append(replica: "new", at: target.value, epoch: 2)
            #expect(try fixture.crashed().log.latestLeaderEpoch == 2)
        }
    }

    @Test func producersTransactionsAndSnapshotsFitTheCut() throws {
        var config = LogConfig()
        config.segmentBytes = 300
        let fixture = try LogFixture(config)
        try fixture.append(["t"], producer: (7, 0, 0), isTransactional: true)
        try fixture.append(["u"], producer: (8, 0, 0), isTransactional: true)
        for index in 0..<4 { try fixture.append(["a"], producer: (1, 0, Int32(index))) }
        try fixture.appendMarker(7, epoch: 0, commits: false)
        for index in 4..<9 { try fixture.append(["a"], producer: (1, 0, Int32(index))) }
        try fixture.appendMarker(8, epoch: 0, commits: true)
        #expect(fixture.log.offsets.lastStable == fixture.log.logEndOffset)
        let guarded = try #require(try fixture.log.startVerification(producerId: 9, epoch: 0, sequence: 0, bumpsEpochs: false, now: LogFixture.start))
        // Behind the abort, and before it.
        try fixture.directory.truncate(LogFixture.name, to: 9, now: LogFixture.start)
        #expect(fixture.log.offsets.lastStable == 1 && fixture.log.activeProducers(now: LogFixture.start).first?.lastSequence == 5)
        #expect(try fixture.log.abortedTransactions(from: 0, to: 9).map(\.producerId) == [7])
        try fixture.directory.truncate(LogFixture.name, to: 6, now: LogFixture.start)
        for opening in [{ fixture }, { try fixture.crashed() }, { try fixture.restarted() }] as [() throws -> LogFixture] {
            let log = try opening().log
            #expect(log.openTransactions.map(\.producerId) == [7, 8] && log.offsets.lastStable == 0 && log.logEndOffset == 6)
            #expect(try log.abortedTransactions(from: 0, to: 6).isEmpty)
            #expect(log.activeProducers(now: LogFixture.start).map(\.lastSequence) == [3, 0, 0])
            // No guard of before admits anything.
            #expect(
                try log.startVerification(producerId: 9, epoch: 0, sequence: 0, bumpsEpochs: false, now: LogFixture.start)
                    != (log === fixture.log ? guarded : nil))
        }
        let snapshots = try fixture.disk.names(in: "/data/orders-0").compactMap { Segment.offset(in: $0, suffix: ".snapshot") }
        #expect(snapshots.allSatisfy { $0 <= 6 })
    }

    @Test func aCompactionThatIsUnderWayComesToNothing() throws {
        var config = LogConfig()
        config.segmentBytes = 250
        config.isCompacted = true
        config.minCleanableDirtyRatio = 0
        let fixture = try LogFixture(config)
        for index in 0..<12 { try fixture.append(["v\(index)"], keys: ["k"]) }
        let plan = try #require(try fixture.log.state.withLock { try $0.compactionPlan(now: LogFixture.start) })
        let group = plan.groups(plan.sources)[0]
        try fixture.directory.truncate(LogFixture.name, to: 2, now: LogFixture.start)
        let isReplaced = try fixture.log.state.withLock { try $0.replace(group, of: plan, now: LogFixture.start) }
        #expect(!isReplaced)
        #expect(try fixture.values() == ["0:v0", "1:v1"])
    }

    /// A power failure may come between the removals of a segment's files.
    @Test func theIndexesOfASegmentThatIsGoneAreNotThoseOfTheNext() throws {
        let fixture = try LogFixture()
        try fixture.append(["t"], producer: (7, 0, 0), isTransactional: true)
        try fixture.log.roll(now: LogFixture.start)
        try fixture.appendMarker(7, epoch: 0, commits: false)
        try fixture.log.roll(now: LogFixture.start)
        try fixture.log.sync()
        for name in try fixture.disk.names(in: "/data/orders-0") where name.hasSuffix(".log") && !name.hasPrefix("00000000000000000000") {
            try fixture.disk.removeFile("/data/orders-0/" + name)
        }
        let again = try fixture.crashed()
        #expect(again.log.logEndOffset == 1)
        try again.log.roll(now: LogFixture.start)
        try again.append(["more"])
        let last = try again.restarted().log
        #expect(try last.abortedTransactions(from: 0, to: last.logEndOffset).isEmpty && last.openTransactions.count == 1)
    }

    /// The file of a segment may lose its end while that of the next one is there.
    @Test func aSegmentBehindALostEndIsTakenOut() throws {
        var config = LogConfig()
        config.segmentBytes = 250
        let fixture = try LogFixture(config)
        for index in 0..<9 { try fixture.append(["value \(index)"]) }
        let size = batch(["value 0"]).count
        let first = "/data/orders-0/00000000000000000000.log"
        let again = try fixture.crashed { path, _, whole in path == first ? 2 * size : whole }
        #expect(try again.values() == ["0:value 0", "1:value 1"])
        #expect(again.log.recovery.cuts.count == 2 && again.log.recovery.cuts.allSatisfy { $0.keptIn != nil })
        // After a clean stop nothing was lost: what is missing was compacted away, or so.
        try fixture.directory.close(clean: true)
        let disk = fixture.disk.copy { path, _, whole in path == first ? 2 * size : whole }
        #expect(try LogFixture(config, disk: disk).values().count == 8)
    }
}

extension PartitionLog {
    /// A batch of two records of a leader.
    fileprivate func append(replica value: String, at offset: Int64, epoch: Int32) throws {
        let builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: epoch)
        for offset in [offset, offset + 1] { builder.append(offset: offset, timestamp: LogFixture.start, key: nil, value: Bytes(value), headers: []) }
        _ = try appendFromLeader(builder.build(), leaderEpoch: 5, highWatermark: Offset(offset), logStart: 0, now: LogFixture.start)
    }
}
