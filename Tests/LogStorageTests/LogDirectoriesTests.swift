import KafkaProtocol
import OffsetLiterals
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct LogDirectoriesTests {
    private static let id = Uuid(high: 1, low: 2)
    private static let now = LogFixture.start

    private func open(_ disk: MemoryDisk, _ paths: String..., metadata: String? = nil, seed: UInt64 = 7) throws -> LogDirectories {
        var generator = SeededGenerator(seed: seed)
        var opening = LogDirectories.Opening(paths: paths, nodeId: 1)
        opening.metadataPath = metadata
        return try LogDirectories(disk: disk, opening, generator: &generator)
    }

    private func partition(_ directories: LogDirectories, _ index: Int32, _ placement: LogPlacement = LogPlacement()) throws -> PartitionLog {
        try directories.openPartition(TopicPartition("t", index), topicId: Self.id, config: LogConfig(), placement: placement, now: Self.now)
    }

    private func append(_ log: PartitionLog, _ values: String..., producer: (Int64, Int16, Int32)? = nil, epoch: LeaderEpoch = 0) throws {
        _ = try log.append(batch(values, producer: producer), leaderEpoch: epoch, now: Self.now, origin: .client)
    }

    private func values(_ log: PartitionLog) throws -> [String] {
        let info = try log.read(from: log.logStartOffset, maxBytes: 1 << 20, minOneBatch: true, upTo: log.logEndOffset)
        return try RecordBatches.all(in: bytes(info)).flatMap { try $0.records() }.map { "\($0.offset):\($0.value?.text ?? "")" }
    }

    private func path(_ directories: LogDirectories, _ index: Int32) -> String? { directories.directory(of: TopicPartition("t", index))?.path }

    @Test func newPartitionsGoWhereThereAreFewest() throws {
        let directories = try open(MemoryDisk(), "/a", "/b", "/c", metadata: "/m")
        for index in 0..<5 as Range<Int32> { _ = try partition(directories, index) }
        #expect((0..<5).map { path(directories, $0) } == ["/a", "/b", "/c", "/a", "/b"])
        // Where somebody wants it, or the metadata has it already; and not where nothing is to come any more.
        directories.prefer(directories.all[0], for: TopicPartition("t", 5))
        _ = try partition(directories, 5)
        _ = try partition(directories, 6, LogPlacement(directoryId: directories.all[1].directoryId, isNew: false))
        directories.cordon([directories.all[2].directoryId])
        _ = try partition(directories, 7)
        #expect((5..<8).map { path(directories, $0) } == ["/a", "/b", "/a"])
        #expect(directories.metadata.path == "/m" && directories.metadata.partitions.isEmpty)
    }

    @Test func whatIsInADirectoryThatIsNotThereIsNotMadeAnew() throws {
        let disk = MemoryDisk()
        let other = Uuid(high: 9, low: 9)
        let directories = try open(disk, "/a", "/b")
        #expect(throws: LogDirectoryError.self) { try partition(directories, 0, LogPlacement(directoryId: other, isNew: false)) }
        // Others have what was in it.
        _ = try partition(directories, 0, LogPlacement(directoryId: other, isNew: false, isElsewhere: true))
        #expect(path(directories, 0) == "/a")
        // What came just now is nowhere.
        _ = try partition(directories, 1, LogPlacement(directoryId: .unassignedDirectory))
        #expect(path(directories, 1) == "/b")
    }

    @Test func aDirectoryThatFailsTakesItsPartitionsWithIt() throws {
        let directories = try open(MemoryDisk(), "/a", "/b")
        let logs = try [partition(directories, 0), partition(directories, 1)]
        let lost = directories.all[1]
        #expect(directories.isSpare(lost) && !directories.isSpare(directories.metadata))
        #expect(directories.abandon(lost, reason: "an error") == [TopicPartition("t", 1)])
        #expect(!logs[1].isUsable && logs[0].isUsable && directories.online.map(\.path) == ["/a"])
        #expect(directories.states.map(\.failure) == [nil, "an error"])
        #expect(throws: LogDirectoryError.self) { try partition(directories, 1, LogPlacement(directoryId: lost.directoryId, isNew: false)) }
        // What is made now cannot be in it; but of what was there before nobody knows.
        #expect(throws: LogDirectoryError.self) { try partition(directories, 2, LogPlacement(isNew: false)) }
        _ = try partition(directories, 3)
        #expect(path(directories, 3) == "/a" && !directories.isSpare(directories.all[0]))
        try directories.close(brokerEpoch: 3)
        #expect(!lost.disk.exists("/b/\(CleanShutdownFile.name)") && lost.disk.exists("/a/\(CleanShutdownFile.name)"))
    }

    /// A move was told to the controller, and the directory that the log was to leave has failed before it did.
    @Test func aLogThatDidNotArriveIsNotMadeAnewWhereItWasToGo() throws {
        let directories = try open(MemoryDisk(), "/a", "/b")
        _ = try partition(directories, 0)
        _ = directories.abandon(directories.all[0], reason: "an error")
        let target = directories.all[1].directoryId
        #expect(throws: LogDirectoryError.self) { try partition(directories, 0, LogPlacement(directoryId: target, isNew: false)) }
        // Others have what is committed; but as long as this replica is taken to have it too, they would follow it.
        #expect(throws: LogDirectoryError.self) {
            try partition(directories, 0, LogPlacement(directoryId: target, isNew: false, isElsewhere: true, isInSync: true))
        }
        _ = try partition(directories, 0, LogPlacement(directoryId: target, isNew: false, isElsewhere: true))
        #expect(path(directories, 0) == "/b")
    }

    @Test func directoriesMustBeOfOneNodeAndDifferent() throws {
        let disk = MemoryDisk()
        try open(disk, "/a", "/b").close(brokerEpoch: 4)
        var again = try open(disk, "/a", "/b")
        #expect(again.wasClean && again.previousBrokerEpoch == 4 && again.all[0].directoryId != again.all[1].directoryId)
        #expect(again.all[0].clusterId == again.all[1].clusterId)
        try again.close(brokerEpoch: 4)
        // A new one does not know how the others stopped.
        again = try open(disk, "/a", "/b", "/c", seed: 8)
        #expect(again.previousBrokerEpoch == nil)
        try again.close()
        try disk.writeFile("/c/meta.properties", try disk.readFile("/a/meta.properties"))
        #expect(throws: LogDirectoryError.self) { try open(disk, "/a", "/b", "/c") }
        // The metadata log is in one place.
        _ = try disk.createDirectory("/b/__cluster_metadata-0")
        #expect(throws: LogDirectoryError.self) { try open(disk, "/a", "/b") }
    }

    @Test func aPartitionInTwoDirectoriesIsRefused() throws {
        let disk = MemoryDisk()
        var directories = try open(disk, "/a", "/b")
        _ = try partition(directories, 0)
        try directories.close()
        _ = try disk.createDirectory("/b/t-0")
        // One that tells of no topic is put aside; one of the same topic could be the right one.
        directories = try open(disk, "/a", "/b")
        _ = try partition(directories, 0)
        try directories.settle(removed: [])
        #expect(try disk.names(in: "/b").contains { $0.hasPrefix("t-0.") && $0.hasSuffix("-stray") })
        try directories.close()
        _ = try disk.createDirectory("/b/t-0")
        try disk.writeFile("/b/t-0/partition.metadata", PartitionMetadata.content(Self.id))
        directories = try open(disk, "/a", "/b")
        #expect(throws: LogDirectoryError.self) { try partition(directories, 0) }
    }

    // MARK: Moves

    /// Brings a move to its end.
    private func finish(_ directories: LogDirectories, _ move: LogDirectories.Move) throws -> Bool {
        while try directories.copy(move, maxBytes: 100, now: Self.now) > 0 {}
        return try directories.finish(move, now: Self.now)
    }

    @Test func aMovedLogIsTheSameLogInAnotherPlace() throws {
        let disk = MemoryDisk()
        var directories = try open(disk, "/a", "/b")
        var log = try partition(directories, 0)
        let name = log.name
        log.lead(2)
        for index in 0..<20 as Range<Int32> { try append(log, "\(index)", producer: (1, 0, index), epoch: 2) }
        _ = try log.deleteRecords(before: 5)
        let move = try #require(try directories.begin(name, to: directories.all[1], now: Self.now))
        #expect(try directories.copy(move, maxBytes: 300, now: Self.now) > 0)
        #expect(directories.futureLog(move)?.logEndOffset ?? 0 > 5 && directories.moves.map(\.name) == [name])
        // It is written on meanwhile, also between the last look and the end.
        try append(log, "20", producer: (1, 0, 20), epoch: 2)
        #expect(try finish(directories, move))
        #expect(path(directories, 0) == "/b" && log.directory == "/b/t-0" && directories.moves.isEmpty && directories.log(name) === log)
        #expect(try directories.begin(name, to: directories.all[1], now: Self.now) == nil, "it is there already")
        #expect(try append(log, "20", producer: (1, 0, 20), epoch: 2) == ())
        #expect(log.logEndOffset == 21, "the producer's last batches are known")
        try append(log, "21", producer: (1, 0, 21), epoch: 2)
        let whole = (5..<22).map { "\($0):\($0)" }
        #expect(try values(log) == whole && log.logStartOffset == 5 && log.latestLeaderEpoch == 2)
        #expect(try disk.names(in: "/a").contains { $0.hasPrefix("t-0.") && $0.hasSuffix("-delete") })
        directories.removeMarked()
        #expect(try disk.names(in: "/a").allSatisfy { !$0.hasPrefix("t-0") })
        for isClean in [true, false] {
            try directories.close(clean: isClean)
            directories = try open(disk, "/a", "/b")
            log = try partition(directories, 0, LogPlacement(directoryId: directories.all[1].directoryId, isNew: false))
            #expect(try values(log) == whole && log.logStartOffset == 5)
        }
    }

    @Test func aMoveOutlivesAStopAndCanBeGivenUp() throws {
        let disk = MemoryDisk()
        var directories = try open(disk, "/a", "/b", "/c")
        var log = try partition(directories, 0)
        for index in 0..<9 { try append(log, "\(index)") }
        var move = try #require(try directories.begin(log.name, to: directories.all[1], now: Self.now))
        #expect(try directories.copy(move, maxBytes: 1, now: Self.now) > 0)
        try directories.close()
        directories = try open(disk, "/a", "/b", "/c")
        log = try partition(directories, 0)
        #expect(directories.moves.map(\.target.path) == ["/b"] && path(directories, 0) == "/a")
        move = try #require(try directories.begin(log.name, to: directories.all[1], now: Self.now))
        #expect(directories.futureLog(move)?.logEndOffset == 1)
        // To another place: what was copied goes.
        let other = try #require(try directories.begin(log.name, to: directories.all[2], now: Self.now))
        #expect(directories.futureLog(move) == nil && directories.futureLog(other)?.logEndOffset == 0)
        directories.abandon(other)
        #expect(directories.moves.isEmpty && directories.hasMarked)
        directories.removeMarked()
        #expect(try ["/b", "/c"].allSatisfy { path in try disk.names(in: path).allSatisfy { !$0.hasPrefix("t-0") } })
        #expect(try values(log).count == 9)
    }

    /// The log was taken away, and its copy not yet put in its place.
    @Test func aCopyWithoutItsLogIsTheLog() throws {
        let disk = MemoryDisk()
        var directories = try open(disk, "/a", "/b")
        var log = try partition(directories, 0)
        for index in 0..<9 { try append(log, "\(index)") }
        let move = try #require(try directories.begin(log.name, to: directories.all[1], now: Self.now))
        while try directories.copy(move, maxBytes: 1000, now: Self.now) > 0 {}
        try directories.close()
        try disk.rename("/a/t-0", to: "/a/t-0.0123-delete")
        directories = try open(disk, "/a", "/b")
        let (a, b) = (directories.all[0].directoryId, directories.all[1].directoryId)
        // Only where the metadata has it: elsewhere it may be unfinished.
        log = try partition(directories, 0, LogPlacement(directoryId: b, isNew: false))
        #expect(try values(log).count == 9 && path(directories, 0) == "/b")
        try directories.settle(removed: [])
        directories.removeMarked()
        #expect(try disk.names(in: "/a").allSatisfy { !$0.hasPrefix("t-0") })
        try directories.close()
        try disk.rename("/b/t-0", to: "/b/t-0.4567-future")
        directories = try open(disk, "/a", "/b")
        log = try partition(directories, 0, LogPlacement(directoryId: a, isNew: false))
        #expect(log.logEndOffset == 0 && path(directories, 0) == "/a")
    }
}
