import KafkaProtocol
import OffsetLiterals
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct FollowerLogTests {
    /// A leader's log with some records, and a log that follows it.
    private func pair(_ config: LogConfig = LogConfig(), batches: Int = 5, epoch: LeaderEpoch = 3) throws -> (leader: LogFixture, follower: LogFixture) {
        let leader = try LogFixture(config), follower = try LogFixture(config)
        leader.log.lead(epoch)
        follower.log.follow(epoch)
        for index in 0..<batches { try leader.append(["value \(index)", "b"], epoch: epoch) }
        return (leader, follower)
    }

    private func records(_ leader: LogFixture, from offset: Offset = 0) throws -> Bytes {
        try bytes(leader.log.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: leader.log.logEndOffset))
    }

    @discardableResult
    private func take(
        _ follower: LogFixture, _ records: Bytes, epoch: LeaderEpoch = 3, highWatermark: Offset = 0, logStart: Offset = 0, fetchOffset: Offset? = nil
    ) throws(AppendError) -> LeaderAppend {
        try follower.log.appendFromLeader(
            records, leaderEpoch: epoch, highWatermark: highWatermark, logStart: logStart, fetchOffset: fetchOffset, now: LogFixture.start)
    }

    private func code<R>(_ body: () throws(AppendError) -> R) -> ErrorCode {
        do throws(AppendError) { _ = try body() } catch { return error.code }
        return .none
    }

    private func batch(at offset: Int64, count: Int = 1, epoch: Int32 = 3, value: String = "x") -> Bytes {
        let builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: epoch)
        for index in 0..<count { builder.append(offset: offset + Int64(index), timestamp: LogFixture.start, key: nil, value: Bytes(value), headers: []) }
        return builder.build()
    }

    // MARK: Who may append

    @Test func onlyTheRoleInForceMayAppend() throws {
        let (leader, follower) = try pair()
        let sent = try records(leader)
        #expect(code { () throws(AppendError) in try follower.append(["a"], epoch: 3) } == .notLeaderOrFollower)
        #expect(code { () throws(AppendError) in try follower.appendMarker(1, epoch: 0, commits: true) } == .notLeaderOrFollower)
        #expect(code { () throws(AppendError) in try take(follower, sent, epoch: 2) } == .fencedLeaderEpoch)
        #expect(code { () throws(AppendError) in try take(follower, sent, epoch: 4) } == .fencedLeaderEpoch)
        #expect(code { () throws(AppendError) in try take(leader, sent) } == .notLeaderOrFollower)
        #expect(code { () throws(AppendError) in try leader.append(["a"], epoch: 2) } == .notLeaderOrFollower)
        #expect(code { () throws(AppendError) in try leader.append(["a"], epoch: 4) } == .notLeaderOrFollower)
        #expect(follower.log.logEndOffset == 0 && leader.log.logEndOffset == 10)
        // The other way round, in the next epoch.
        try take(follower, sent)
        follower.log.lead(4)
        leader.log.follow(4)
        #expect(try follower.append(["a"], epoch: 4).firstOffset == 10)
        #expect(code { () throws(AppendError) in try leader.append(["a"], epoch: 4) } == .notLeaderOrFollower)
        #expect(follower.log.endOffset(forEpoch: 3) == EpochEndOffset(leaderEpoch: 3, endOffset: 10))
    }

    @Test func aFollowersEndIsNotItsHighWatermark() throws {
        let (leader, follower) = try pair()
        let sent = try records(leader)
        #expect(try take(follower, sent, highWatermark: 0) == LeaderAppend(endOffset: 10, latestEpoch: 3, hasMoved: false))
        #expect(follower.log.offsets == LogOffsets(start: 0, highWatermark: 0, lastStable: 0, end: 10))
    }

    // MARK: What a leader sends

    /// A reader is told of all aborted transactions that overlap what it reads, whether a leader sent them together or one by one.
    @Test func abortedTransactionsThatComeTogetherAreAllKnown() throws {
        for isTogether in [true, false] {
            let (leader, follower) = try pair(batches: 0, epoch: 0)
            for producer in [1, 2] as [Int64] { try leader.append(["a"], producer: (producer, 0, 0), isTransactional: true) }
            for producer in [1, 2, 3] as [Int64] {
                try leader.append(["b"], producer: (producer, 0, producer == 3 ? 0 : 1), isTransactional: true)
                try leader.appendMarker(producer, epoch: 0, commits: false)
            }
            try leader.append(["c"], producer: (4, 0, 0), isTransactional: true)
            if isTogether {
                try take(follower, try records(leader), epoch: 0)
            } else {
                for batch in try RecordBatches.all(in: try records(leader)) { try take(follower, batch.bytes, epoch: 0) }
            }
            for from in 0..<8 as Range<Int64> {
                for to in from + 1..<9 {
                    #expect(
                        try follower.log.abortedTransactions(from: Offset(from), to: Offset(to))
                            == leader.log.abortedTransactions(from: Offset(from), to: Offset(to)),
                        "\(from) to \(to), \(isTogether)")
                }
            }
            #expect(try follower.log.abortedTransactions(from: 0, to: 3).count == 2)
        }
    }

    @Test func batchesAreKeptByteForByteAndATornOneIsLeftOut() throws {
        let (leader, follower) = try pair()
        let all = try records(leader)
        let size = all.count / 5
        for cut in 0...size { #expect(try take(follower, all.prefix(cut)).endOffset == (cut < size ? 0 : 2)) }
        #expect(try take(follower, all.dropFirst(size).prefix(2 * size + 20)).endOffset == 6)
        #expect(try take(follower, all.dropFirst(3 * size)).endOffset == 10)
        #expect(try records(follower).array == all.array)
        #expect(follower.log.latestLeaderEpoch == 3)
    }

    @Test func whatIsDamagedOrOutOfOrderIsRefusedAsAWhole() throws {
        let (leader, follower) = try pair()
        let all = try records(leader).array
        let size = all.count / 5
        var damaged = all
        damaged[2 * size + 70] ^= 1
        #expect(code { () throws(AppendError) in try take(follower, Bytes(damaged), highWatermark: 10) } == .corruptMessage)
        #expect(code { () throws(AppendError) in try take(follower, Bytes(all[size...] + all[..<size])) } == .corruptMessage)
        #expect(code { () throws(AppendError) in try take(follower, Bytes(all + [UInt8](repeating: 0, count: 100))) } != .none)
        #expect(follower.log.offsets == LogOffsets(start: 0, highWatermark: 0, lastStable: 0, end: 0))
        try take(follower, Bytes(all))
        #expect(code { () throws(AppendError) in try take(follower, Bytes(all)) } == .offsetOutOfRange)
        #expect(code { () throws(AppendError) in try take(follower, Bytes(all), fetchOffset: 10) } == .invalidRecord)
        #expect(code { () throws(AppendError) in try take(follower, .empty, fetchOffset: 8) } == .offsetOutOfRange)
        #expect(try take(follower, .empty, fetchOffset: 10).endOffset == 10)
    }

    @Test func batchesOfALaterEpochAreLeftOut() throws {
        let (_, follower) = try pair()
        let sent = Bytes(batch(at: 0).array + batch(at: 1, epoch: 4).array + batch(at: 2).array)
        #expect(try take(follower, sent) == LeaderAppend(endOffset: 1, latestEpoch: 3, hasMoved: false))
        #expect(try take(follower, batch(at: 1, epoch: 4)).endOffset == 1)
    }

    @Test func whatIsFetchedIsSplitIntoSegments() throws {
        var config = LogConfig()
        config.segmentBytes = 300
        let (leader, follower) = try pair(config, batches: 1)
        var all = try records(leader).array
        for index in 0..<20 {
            try leader.append(["value \(index)"], epoch: 3)
            all += try records(leader, from: leader.log.logEndOffset - 1).array
        }
        // One that is larger than segments are now comes whole too.
        let large = batch(at: leader.log.logEndOffset.value, value: String(repeating: "x", count: 500))
        #expect(try take(follower, Bytes(all + large.array)).endOffset == leader.log.logEndOffset + 1)
        let sizes = try follower.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") }.map {
            try follower.disk.readFile("/data/orders-0/" + $0).count
        }
        #expect(sizes.count > 5 && sizes.dropLast().allSatisfy { $0 <= 300 } && sizes.last == large.count)
        #expect(try follower.values().count == 23)
    }

    @Test func aGapThatIndexesCannotCountBeginsASegmentOfItsOwn() throws {
        let (_, follower) = try pair()
        let far = Int64(Int32.max) + 5
        try take(follower, Bytes(batch(at: 0).array + batch(at: far).array + batch(at: 3 * far, count: 2).array))
        #expect(follower.log.logEndOffset == Offset(3 * far + 2))
        for opening in [{ follower }, { try follower.crashed() }, { try follower.restarted() }] as [() throws -> LogFixture] {
            let fixture = try opening()
            #expect(try fixture.records().map(\.offset) == [0, far, 3 * far, 3 * far + 1])
            #expect(try fixture.records(from: Offset(far + 1)).map(\.offset) == [3 * far, 3 * far + 1])
        }
        // The first segment may lie behind the start, too.
        let (_, other) = try pair()
        try take(other, batch(at: far))
        #expect(other.log.logEndOffset == Offset(far + 1))
        #expect(try other.directory.truncate(LogFixture.name, to: 9, now: LogFixture.start) == 0)
    }

    @Test func anEmptyLogBeginsAnewWithTheBatchThatHoldsItsEnd() throws {
        let (_, follower) = try pair()
        try follower.directory.restart(LogFixture.name, at: 12, now: LogFixture.start)
        #expect(follower.log.offsets == LogOffsets(start: 12, highWatermark: 12, lastStable: 12, end: 12))
        #expect(code { () throws(AppendError) in try take(follower, batch(at: 10, count: 2), fetchOffset: 12) } == .invalidRecord)
        #expect(try take(follower, batch(at: 10, count: 5), highWatermark: 15, logStart: 12, fetchOffset: 12).endOffset == 15)
        #expect(follower.log.offsets == LogOffsets(start: 12, highWatermark: 15, lastStable: 15, end: 15))
        #expect(try follower.records().map(\.offset) == [12, 13, 14] && follower.log.leaderEpoch(at: 12) == 3)
        #expect(try follower.disk.names(in: "/data/orders-0").filter { $0.hasSuffix(".log") } == ["00000000000000000010.log"])
        try follower.directory.writeCheckpoints()
        for fixture in [try follower.crashed(), try follower.restarted()] {
            #expect(fixture.log.logStartOffset == 12 && fixture.log.logEndOffset == 15 && fixture.log.leaderEpoch(at: 12) == 3)
        }
    }

    /// It went another way, was cut where its leader begins, and that lies within a batch.
    @Test func aLogOfWhichItsLeaderHasNothingBeginsAnewWithTheBatchThatHoldsItsEnd() throws {
        let (leader, follower) = try pair()
        try take(follower, records(leader), highWatermark: 4)
        #expect(follower.log.offsets == LogOffsets(start: 0, highWatermark: 4, lastStable: 4, end: 10))
        let next = batch(at: 8, count: 5)
        #expect(code { () throws(AppendError) in try take(follower, next, highWatermark: 13, logStart: 9, fetchOffset: 10) } == .invalidRecord)
        #expect(try take(follower, next, highWatermark: 13, logStart: 11, fetchOffset: 10).endOffset == 13)
        #expect(follower.log.offsets == LogOffsets(start: 11, highWatermark: 13, lastStable: 13, end: 13))
        #expect(try follower.records().map(\.offset) == [11, 12])
        try follower.directory.writeCheckpoints()
        for fixture in [try follower.crashed(), try follower.restarted()] {
            #expect(fixture.log.logStartOffset == 11 && fixture.log.logEndOffset == 13)
        }
    }

    // MARK: Marks

    @Test func highWatermarkAndStartFollowTheLeadersAndNeverGoBack() throws {
        let (leader, follower) = try pair()
        let all = try records(leader)
        #expect(try take(follower, all.prefix(2 * all.count / 5), highWatermark: 9, logStart: 8).hasMoved)
        #expect(follower.log.offsets == LogOffsets(start: 4, highWatermark: 4, lastStable: 4, end: 4))
        #expect(try !take(follower, .empty, highWatermark: 2, logStart: 1).hasMoved)
        #expect(follower.log.offsets == LogOffsets(start: 4, highWatermark: 4, lastStable: 4, end: 4))
        #expect(try take(follower, all.dropFirst(2 * all.count / 5), highWatermark: 6, logStart: 5).hasMoved)
        #expect(follower.log.offsets == LogOffsets(start: 5, highWatermark: 6, lastStable: 6, end: 10))
        #expect(try take(follower, .empty, highWatermark: 7, logStart: 5) == LeaderAppend(endOffset: 10, latestEpoch: 3, hasMoved: true))
    }

    @Test func retentionAndCompactionStopAtTheHighWatermark() throws {
        var config = LogConfig()
        config.segmentBytes = 100
        config.retentionMs = 1000
        let (leader, follower) = try pair(config, batches: 1)
        for index in 1..<10 { try leader.append(["value \(index)", "b"], epoch: 3) }
        while follower.log.logEndOffset < leader.log.logEndOffset { try take(follower, try records(leader, from: follower.log.logEndOffset), highWatermark: 7) }
        try follower.log.applyRetention(now: LogFixture.start + 100_000)
        #expect(follower.log.offsets.start == 6 && follower.log.offsets.end == 20)
        config.isCompacted = true
        config.minCleanableDirtyRatio = 0
        (config.retentionMs, config.retentionBytes) = (-1, 1)
        follower.log.updateConfig(config)
        try take(follower, .empty, highWatermark: 13)
        #expect(try follower.log.compact(now: LogFixture.start)?.cleanedOffset == 12)
        try follower.log.applyRetention(now: LogFixture.start)
        #expect(follower.log.offsets.start == 12 && follower.log.offsets.highWatermark == 13)
    }

    @Test func theHighWatermarkOfTheCheckpointIsOfferedWithinTheLog() throws {
        let (leader, follower) = try pair()
        #expect(follower.log.checkpointedHighWatermark == 0)
        try take(follower, try records(leader), highWatermark: 6)
        try follower.directory.writeCheckpoints()
        try follower.log.sync()
        #expect(try follower.crashed().log.checkpointedHighWatermark == 6)
        let lost = try follower.crashed { path, durable, _ in path.hasSuffix(".log") ? min(durable, 200) : durable }
        #expect(lost.log.logEndOffset == 4 && lost.log.checkpointedHighWatermark == 4)
        let path = "/data/replication-offset-checkpoint"
        let disk = follower.disk.copy { name, _, size in name == path ? 3 : size }
        #expect(try LogFixture(disk: disk).log.checkpointedHighWatermark == 0)
        let again = try follower.restarted()
        #expect(again.log.checkpointedHighWatermark == 6)
        #expect(try again.directory.truncate(LogFixture.name, to: 3, now: LogFixture.start) == 2)
        #expect(again.log.checkpointedHighWatermark == 2)
    }

    @Test func aPartitionThatWasMovedAwayBeginsEmptyWhenItComesBack() throws {
        let (leader, follower) = try pair()
        try take(follower, try records(leader), highWatermark: 6, logStart: 2)
        try follower.directory.writeCheckpoints()
        follower.directory.delete([LogFixture.name])
        #expect(!follower.log.isUsable)
        #expect(code { () throws(AppendError) in try take(follower, .empty) } == .kafkaStorageError)
        for _ in 0..<2 {
            let log = try follower.directory.openPartition(LogFixture.name, topicId: LogFixture.topicId, config: LogConfig(), now: LogFixture.start)
            #expect(log.offsets == LogOffsets(start: 0, highWatermark: 0, lastStable: 0, end: 0) && log.latestLeaderEpoch == -1)
            #expect(log.checkpointedHighWatermark == 0)
            log.follow(5)
            #expect(
                try log.appendFromLeader(try records(leader), leaderEpoch: 5, highWatermark: 4, logStart: 0, now: LogFixture.start).endOffset == 10)
            try follower.directory.writeCheckpoints()
            follower.directory.delete([LogFixture.name])
            follower.directory.removeMarked()
        }
        #expect(try follower.disk.names(in: "/data").filter { $0.contains("orders") } == [])
    }
}
