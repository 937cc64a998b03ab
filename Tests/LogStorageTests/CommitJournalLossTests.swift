import KafkaProtocol
import OffsetLiterals
import Testing
import Vocabulary

@testable import LogStorage

/// Ways in which what the journal alone has could be lost.
@Suite struct CommitJournalLossTests {
    /// Logs of a directory that has failed are closed, and were not synced.
    @Test func aDirectoryThatWasAbandonedKeepsItsJournal() throws {
        var limits = JournalLimits()
        (limits.fileBytes, limits.stepBytes) = (300, 50)
        let fixture = try LogFixture.journaled(limits)
        for index in 0..<6 {
            try fixture.append(["\(index)"])
            #expect(fixture.commit())
        }
        #expect(fixture.directory.journal.isUntidy && fixture.log.flushedOffset == 1)
        _ = fixture.directory.abandon()
        // As `CommitQueue` does, which learnt before that the journal is untidy.
        fixture.directory.journal.tidy()
        #expect(try fixture.crashed(keep: LogFixture.synced).log.logEndOffset == 7)
    }

    /// What the metadata does not explain is put aside, never lost: nor may its end be.
    @Test func aLogThatIsPutAsideKeepsItsEnd() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a"])
        #expect(fixture.commit())
        let disk = fixture.disk.copy(keep: LogFixture.synced)
        let other = try LogFixture.directory(disk)
        // The metadata does not know it now.
        try other.settle(removed: [])
        let stray = try #require(try disk.names(in: "/data").first { $0.hasSuffix("-stray") })
        other.journal.tidy(endsFile: true)
        try other.close(clean: true)
        // The operator has found the metadata.
        try disk.rename("/data/\(stray)", to: "/data/\(LogFixture.name)")
        #expect(try LogFixture(disk: disk).values() == ["0:first", "1:a"])
    }

    /// What another broker, which knows of no journal, leaves of a directory when it has stopped in order.
    private func handled(_ disk: MemoryDisk, _ body: (LogFixture) throws -> Void) throws {
        let journals = try disk.journals().map { (path: "/data/\($0)", content: try disk.readFile("/data/\($0)")) }
        for journal in journals { try disk.removeFile(journal.path) }
        let other = try LogFixture(disk: disk)
        try body(other)
        try other.directory.close(clean: true)
        for journal in journals { try disk.writeFile(journal.path, journal.content) }
    }

    /// The directory had another broker since, which stopped in order: the journal says nothing any more, also once the marker is gone.
    @Test func aJournalOfBeforeACleanStopIsNotReadByALaterStart() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["ours"], epoch: 1)
        #expect(fixture.commit())
        // The power fails, and the other broker finds what was synced.
        let disk = fixture.disk.copy(keep: LogFixture.synced)
        try handled(disk) { #expect($0.log.logEndOffset == 1) }
        let again = try LogFixture(disk: disk)
        #expect(again.log.logEndOffset == 1)
        try again.append(["acknowledged"], epoch: 3)
        #expect(again.commit())
        #expect(try again.crashed(keep: LogFixture.synced).values() == ["0:first", "1:acknowledged"])
    }

    /// The same, where the log has less than the old journal goes on from.
    @Test func whatComesBehindAnEntryThatDoesNotFitIsTaken() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a"], epoch: 1)
        try fixture.log.sync()
        try fixture.append(["b"], epoch: 1)
        #expect(fixture.commit())
        let disk = fixture.disk.copy { _, _, size in size }
        // As a follower does whose leader went another way.
        try handled(disk) { try $0.directory.truncate(LogFixture.name, to: 1, now: LogFixture.start) }
        let again = try LogFixture(disk: disk)
        #expect(again.log.logEndOffset == 1)
        try again.append(["acknowledged"], epoch: 3)
        if !again.commit() { Issue.record("the journal takes it") }
        #expect(try again.crashed(keep: LogFixture.synced).values() == ["0:first", "1:acknowledged"])
    }

    /// A replica that was not this broker's when it started, and is again.
    @Test func aReplicaThatComesBackGetsNothingOfItsPast() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["past"], epoch: 1)
        #expect(fixture.commit())
        var again = fixture
        again.disk = fixture.disk.copy { _, _, size in size }
        again.directory = try LogFixture.directory(again.disk)
        try again.directory.settle(removed: [])
        again.log = try LogFixture.open(again.directory)
        #expect(again.log.logEndOffset == 0)
        try again.append(["new"], epoch: 2)
        try again.log.sync()
        try again.append(["acknowledged"], epoch: 3)
        #expect(again.commit())
        #expect(try again.crashed(keep: LogFixture.synced).values() == ["0:new", "1:acknowledged"])
    }

    /// A log that is not compacted rolls without a sync; a start that takes it for a compacted one must not jump what the journal has.
    @Test func aTopicThatBecomesCompactedKeepsWhatTheJournalHas() throws {
        let fixture = try LogFixture.journaled()
        try fixture.append(["a"])
        #expect(fixture.commit())
        // As an append does that nobody waits for the durability of.
        try fixture.log.roll(now: LogFixture.start)
        try fixture.append(["b"])
        var compacted = LogConfig()
        (compacted.isCompacted, compacted.isDeleted) = (true, false)
        fixture.log.updateConfig(compacted)
        let disk = fixture.disk.copy(keep: LogFixture.synced)
        let again = try LogFixture(compacted, disk: disk)
        #expect(try again.values().prefix(2) == ["0:first", "1:a"])
    }
}
