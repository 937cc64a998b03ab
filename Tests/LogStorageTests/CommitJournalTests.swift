import KafkaProtocol
import OffsetLiterals
import Synchronization
import Testing
import Vocabulary

@testable import LogStorage

/// What is made durable by the journal of a log directory, and what a start makes of it.
@Suite struct CommitJournalTests {
    @Test func whatWasCommittedOutlivesAPowerFailure() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a", "b"], producer: (7, 0, 0), epoch: 3)
        #expect(fixture.commit() && fixture.log.durableOffset == 3 && fixture.log.flushedOffset == 1)
        try fixture.append(["c"], producer: (8, 1, 0), isTransactional: true, epoch: 4)
        let marker = RecordBatch.endTransactionMarker(
            commits: false, timestamp: LogFixture.start, producerId: 8, producerEpoch: 1, coordinatorEpoch: 0)
        _ = try fixture.log.append(marker, leaderEpoch: 4, now: LogFixture.start, origin: .coordinator)
        #expect(fixture.commit() && fixture.log.durableOffset == 5)
        try fixture.append(["lost"], epoch: 4)
        let again = try fixture.crashed(keep: LogFixture.synced)
        #expect(try again.values(from: 0).prefix(4) == ["0:first", "1:a", "2:b", "3:c"] && again.log.logEndOffset == 5)
        #expect(again.log.recovery.restoredBatches == 3)
        #expect(again.log.leaderEpoch(at: 2) == 3 && again.log.leaderEpoch(at: 3) == 4)
        #expect(again.log.activeProducers(now: LogFixture.start).map(\.lastSequence).sorted() == [0, 1])
        #expect(try again.log.abortedTransactions(from: 0, to: 5).map(\.producerId) == [8])
        // What was sent again is known for what it is.
        #expect(try again.append(["a", "b"], producer: (7, 0, 0), epoch: 4).isDuplicate)
        // Its files are whole from the next sync on, and a second failure loses nothing.
        #expect(!again.commit())
        try again.log.sync()
        again.directory.journal.tidy(endsFile: true)
        #expect(try again.disk.journals() == [])
        #expect(try again.crashed(keep: LogFixture.synced).log.logEndOffset == 5)
    }

    @Test func nothingIsTakenTwiceWhenTheProcessAloneWasKilled() throws {
        let fixture = try LogFixture.journaled()
        let first = fixture.log.sizeInBytes
        for value in ["a", "b", "c"] {
            try fixture.append([value])
            #expect(fixture.commit())
        }
        try fixture.append(["unsynced"])
        let again = try fixture.crashed()
        #expect(try again.values() == ["0:first", "1:a", "2:b", "3:c", "4:unsynced"] && again.log.recovery.restoredBatches == 0)
        // The same files, and then the power fails.
        let third = try again.crashed { path, durable, size in path.hasSuffix(".log") ? first : durable }
        #expect(try third.values() == ["0:first", "1:a", "2:b", "3:c"])
    }

    @Test func aStopInOrderNeedsNoJournal() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a"])
        #expect(try fixture.commit() && fixture.disk.journals() == ["commits-1.journal"])
        let again = try fixture.restarted()
        #expect(try again.values() == ["0:first", "1:a"] && again.disk.journals() == [])
        // What is known to be durable since then is so for the journal, too.
        try again.append(["b"])
        #expect(again.commit())
    }

    @Test func fullFilesGoOnceTheirLogsAreSynced() throws {
        var limits = JournalLimits()
        limits.fileBytes = 300
        limits.stepBytes = 50
        let fixture = try LogFixture.journaled(limits)
        for index in 0..<12 {
            try fixture.append(["\(index)"])
            #expect(fixture.commit())
        }
        let before = try fixture.disk.journals()
        #expect(before.count > 2 && fixture.directory.journal.isUntidy && fixture.log.flushedOffset == 1)
        // As many as there are, in the order of their numbers.
        #expect(try fixture.crashed(keep: LogFixture.synced).log.logEndOffset == 13)
        fixture.directory.journal.tidy()
        #expect(try fixture.disk.journals().count == 1 && fixture.log.flushedOffset == 13 && !fixture.directory.journal.isUntidy)
        try fixture.directory.writeCheckpoints()
        #expect(try fixture.disk.journals() == [])
    }

    @Test func aJournalThatIsFullLeavesLogsToTheirFiles() throws {
        var limits = JournalLimits()
        limits.fileBytes = 300
        limits.stepBytes = 0
        limits.totalBytes = 500
        let fixture = try LogFixture.journaled(limits)
        var taken = 0
        for index in 0..<12 {
            try fixture.append(["\(index)"])
            if fixture.commit() { taken += 1 } else { try fixture.log.sync() }
        }
        #expect((2..<8).contains(taken) && fixture.log.durableOffset == 13)
        try fixture.append([String(repeating: "x", count: 40 << 10)])
        #expect(!fixture.commit(), "what is large is not written twice")
    }

    @Test func aLogThatWasCutIsForgotten() throws {
        let fixture = try LogFixture.journaled()
        for value in ["a", "b", "c", "d"] {
            try fixture.append([value], epoch: 1)
            #expect(fixture.commit())
        }
        try fixture.directory.truncate(LogFixture.name, to: 2, now: LogFixture.start)
        #expect(!fixture.commit() || fixture.log.logEndOffset == 2)
        try fixture.append(["e"], epoch: 1)
        try fixture.log.sync()
        #expect(try fixture.crashed(keep: LogFixture.synced).values() == ["0:first", "1:a", "2:e"])
        try fixture.append(["f"], epoch: 1)
        #expect(fixture.commit())
        #expect(try fixture.crashed(keep: LogFixture.synced).values() == ["0:first", "1:a", "2:e", "3:f"])
        try fixture.directory.restart(LogFixture.name, at: 50, now: LogFixture.start)
        let again = try fixture.crashed(keep: LogFixture.synced)
        #expect(again.log.logStartOffset == 50 && again.log.logEndOffset == 50)
    }

    /// Another broker had the directory since, and had it go another way.
    @Test func whatIsOfAnEarlierEpochThanTheLogIsLeftOut() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["ours"], epoch: 1)
        #expect(fixture.commit())
        let disk = fixture.disk.copy(keep: LogFixture.synced)
        let path = "/data/orders-0/00000000000000000000.log"
        // The log as it was before, and a batch of a later epoch behind it.
        let other = try LogFixture(disk: MemoryDisk())
        try other.append(["first"])
        try other.append(["theirs"], epoch: 2)
        try disk.writeFile(path, try other.disk.readFile(path))
        let file = try disk.openFile(path, create: false)
        #expect(file.size > 100)
        try fixture.append(["more of ours"], epoch: 1)
        let again = try LogFixture(disk: disk)
        #expect(try again.values() == ["0:first", "1:theirs"])
        #expect(try again.crashed(keep: LogFixture.synced).log.logEndOffset <= 2)
    }

    @Test func aTopicOfTheSameNameGetsNothing() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["old"])
        #expect(fixture.commit())
        fixture.directory.delete([LogFixture.name])
        let log = try fixture.directory.openPartition(LogFixture.name, topicId: Uuid(high: 9, low: 9), config: LogConfig(), now: LogFixture.start)
        try log.sync()
        var generator = SystemRandomNumberGenerator()
        let disk = fixture.disk.copy(keep: LogFixture.synced)
        let directory = try LogDirectory(disk: disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator)
        let again = try directory.openPartition(LogFixture.name, topicId: Uuid(high: 9, low: 9), config: LogConfig(), now: LogFixture.start)
        #expect(again.logEndOffset == 0)
    }

    @Test func aGapIsToldAndNotJumped() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a"])
        #expect(fixture.commit())
        let disk = fixture.disk.copy { path, durable, _ in path.hasSuffix(".log") ? 0 : durable }
        let told = Mutex<[String]>([])
        let events = OperatorLog(level: .info, clock: { 0 }) { entry in told.withLock { $0.append(entry.text) } }
        let again = try LogFixture(disk: disk, events: events)
        #expect(again.log.logEndOffset == 0)
        #expect(told.withLock { $0 }.contains { $0.contains("orders-0 ends at offset 0, and the commit journal goes on at 1") })
        // The next start has nothing left to ask.
        #expect(try again.crashed(keep: LogFixture.synced).log.recovery.restoredBatches == 0)
    }

    @Test func blocksAreReadUpToTheFirstThatIsNotWhole() throws {
        let key = JournalKey(topicId: Uuid(high: 1, low: 2), partition: 3)
        let entries: [[JournalEntry]] = [
            [.records(key, from: 5, Bytes("one")), .forget(key)], [.records(key, from: 9, .empty)], [.forget(key)],
        ]
        let file = entries.flatMap { JournalBlock.encode($0).array }
        #expect(JournalBlock.entries(in: Bytes(file + [UInt8](repeating: 0, count: 100))) == entries.flatMap { $0 })
        for cut in file.indices {
            let read = JournalBlock.entries(in: Bytes(file[..<cut]))
            #expect(read == Array(entries.flatMap { $0 }.prefix(read.count)) && [0, 2, 3].contains(read.count))
        }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            var damaged = file
            for _ in 0...(random.next() % 4) { damaged[Int(random.next() % UInt64(file.count))] = UInt8(truncatingIfNeeded: random.next()) }
            let read = JournalBlock.entries(in: Bytes(damaged))
            #expect(read == Array(entries.flatMap { $0 }.prefix(read.count)))
        }
    }
}
