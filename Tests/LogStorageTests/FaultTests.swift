import KafkaProtocol
import Synchronization
import Testing
import Vocabulary

@testable import LogStorage

/// A disk in memory that fills up or stops syncing.
private final class FaultyDisk: Disk {
    let memory = MemoryDisk()
    /// Bytes that log files may still take.
    let room = Mutex(Int.max)
    let syncs = Mutex(true)

    func openFile(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        let file = try memory.openFile(path, create: create)
        return path.hasSuffix(".log") ? FaultyFile(file, self) : file
    }
    func names(in directory: String) throws(DiskError) -> [String] { try memory.names(in: directory) }
    func kind(of path: String) throws(DiskError) -> DiskEntryKind? { try memory.kind(of: path) }
    func createDirectory(_ path: String) throws(DiskError) -> Bool { try memory.createDirectory(path) }
    func removeFile(_ path: String) throws(DiskError) { try memory.removeFile(path) }
    func removeTree(_ path: String) throws(DiskError) { try memory.removeTree(path) }
    func rename(_ from: String, to: String) throws(DiskError) { try memory.rename(from, to: to) }
    func readFile(_ path: String) throws(DiskError) -> Bytes { try memory.readFile(path) }
    func writeFile(_ path: String, _ content: Bytes) throws(DiskError) { try memory.writeFile(path, content) }
    func syncDirectory(_ path: String) throws(DiskError) { try memory.syncDirectory(path) }
    func syncAll(_ path: String) throws(DiskError) -> Bool { try memory.syncAll(path) }
    func releaseIdleFiles() {}
    func lock(_ path: String) throws(DiskError) -> AnyObject { try memory.lock(path) }
}

private final class FaultyFile: DiskFile {
    private let file: any DiskFile
    private let disk: FaultyDisk

    init(_ file: any DiskFile, _ disk: FaultyDisk) {
        self.file = file
        self.disk = disk
    }

    var fileDescriptor: Int32? { nil }
    var size: Int { file.size }
    func bytes(at offset: Int, count: Int) throws -> Bytes { try file.bytes(at: offset, count: count) }
    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes { try file.read(at: offset, count: count) }
    func truncate(to size: Int) throws(DiskError) { try file.truncate(to: size) }
    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece { try file.piece(at: offset, count: count) }
    func close() { file.close() }

    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) {
        let all = Bytes(pieces.flatMap { $0.array })
        let taken = disk.room.withLock { room in
            let taken = min(room, all.count)
            room -= taken
            return taken
        }
        try file.write([all.prefix(taken)], at: offset)
        if taken < all.count { throw DiskError(operation: "write", path: "log", code: 28, message: "No space left on device") }
    }

    func sync() throws(DiskError) {
        guard disk.syncs.withLock({ $0 }) else { throw DiskError(operation: "sync", path: "log", code: 5, message: "Input/output error") }
        try file.sync()
    }
}

@Suite struct FaultTests {
    private func directory(_ disk: FaultyDisk) throws -> LogDirectory {
        var generator = SeededGenerator(seed: 1)
        return try LogDirectory(disk: disk, path: "/d", nodeId: 1, clusterId: nil, generator: &generator)
    }

    private func open(_ directory: LogDirectory, _ partition: Int32 = 0) throws -> PartitionLog {
        try directory.openPartition(TopicPartition("t", partition), topicId: LogFixture.topicId, config: LogConfig(), now: 0)
    }

    private func open(_ disk: FaultyDisk) throws -> PartitionLog { try open(try directory(disk)) }

    private func append(_ log: PartitionLog, _ value: String) throws(AppendError) -> AppendInfo {
        try log.append(batch([value]), leaderEpoch: 0, now: LogFixture.start, origin: .client)
    }

    @Test func aFullDiskRefusesAppendsAndTheLogGoesOnWhenThereIsRoom() throws {
        let disk = FaultyDisk()
        let log = try open(disk)
        #expect(try append(log, "first").firstOffset == 0)
        let size = log.sizeInBytes
        for room in [0, 10, 61, size - 1] {
            disk.room.withLock { $0 = room }
            let error = #expect(throws: AppendError.self) { try append(log, "no room") }
            #expect(error?.code == .kafkaStorageError)
            #expect(log.logEndOffset == 1 && log.sizeInBytes == size)
        }
        disk.room.withLock { $0 = .max }
        #expect(try append(log, "second").firstOffset == 1)
        #expect(try log.sync() == 2)
        let info = try log.read(from: 0, maxBytes: 1000, minOneBatch: true, upTo: 2)
        #expect(try RecordBatches.all(in: bytes(info)).flatMap { try $0.records() }.map { $0.value?.text } == ["first", "second"])
    }

    /// The metadata names it: it is tried again, and no stray.
    @Test func aPartitionThatCannotBeOpenedIsNotPutAside() throws {
        let disk = FaultyDisk()
        try { () throws in
            let before = try directory(disk), log = try open(before)
            _ = try append(log, "a")
            try log.sync()
            _ = try append(log, "b")
            if case .durable? = before.journal.commit([log]).first {} else { Issue.record("the journal takes it") }
        }()
        // The power fails: of the second batch there is a part.
        let file = try disk.memory.openFile("/d/t-0/00000000000000000000.log", create: false)
        try file.truncate(to: file.size - 5)
        let again = try directory(disk)
        disk.syncs.withLock { $0 = false }
        #expect(throws: LogDirectoryError.self) { try open(again) }
        try again.settle(removed: [])
        disk.syncs.withLock { $0 = true }
        #expect(try open(again).logEndOffset == 2)
    }

    @Test func afterAFailedSyncNothingIsPromisedAnyMore() throws {
        let disk = FaultyDisk()
        let log = try open(disk)
        _ = try append(log, "a")
        disk.syncs.withLock { $0 = false }
        #expect(throws: LogError.self) { try log.sync() }
        disk.syncs.withLock { $0 = true }
        #expect(throws: LogError.self) { try log.sync() }
        #expect(throws: AppendError.self) { try append(log, "b") }
        #expect(log.flushedOffset == 0)
    }

    @Test func theDirectoryTellsOnceThatItHasFailed() throws {
        let disk = FaultyDisk()
        let directory = try directory(disk)
        let told = Mutex<[String]>([])
        directory.onFailure { reason in told.withLock { $0.append(reason) } }
        let logs = [try open(directory, 0), try open(directory, 1)]
        disk.room.withLock { $0 = 10 }
        #expect(throws: AppendError.self) { try append(logs[0], "no room") }
        disk.room.withLock { $0 = .max }
        #expect(told.withLock { $0 }.isEmpty, "a full disk may have room again")
        for log in logs { _ = try append(log, "a") }
        disk.syncs.withLock { $0 = false }
        for log in logs { #expect(throws: LogError.self) { try log.sync() } }
        #expect(told.withLock { $0 } == ["t-0: cannot sync log: Input/output error"])
        let late = Mutex("")
        directory.onFailure { reason in late.withLock { $0 = reason } }
        #expect(late.withLock { $0 }.hasPrefix("t-0: "))
    }

    /// What a leader of an earlier epoch wrote may take the place of what is cut off.
    @Test func aLogThatIsCutToItsStartForgetsItsEpochs() throws {
        let fixture = try LogFixture()
        for epoch in [3, 4] { try fixture.append(["a"], epoch: LeaderEpoch(Int32(epoch))) }
        #expect(try fixture.log.truncate(to: 0, now: LogFixture.start) == 0)
        try fixture.append(["b"], epoch: 2)
        #expect(fixture.log.latestLeaderEpoch == 2 && fixture.log.endOffset(forEpoch: 2) == EpochEndOffset(leaderEpoch: 2, endOffset: 1))
        try fixture.log.restart(at: 90, now: LogFixture.start)
        #expect(fixture.log.logStartOffset == 90 && fixture.log.logEndOffset == 90 && fixture.log.latestLeaderEpoch == -1)
        try fixture.append(["c"], epoch: 1)
        #expect(try fixture.values() == ["90:c"] && fixture.log.latestLeaderEpoch == 1)
    }

    @Test func truncationDropsBatchesProducersAndEpochs() throws {
        var config = LogConfig()
        config.segmentBytes = 250
        let fixture = try LogFixture(config)
        for index in 0..<10 { try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index)), epoch: LeaderEpoch(Int32(index / 5))) }
        #expect(try fixture.log.truncate(to: 9, now: LogFixture.start) == 8)
        #expect(fixture.log.endOffset(forEpoch: 0).endOffset == 8 && fixture.log.latestLeaderEpoch == 0)
        #expect(try fixture.append(["c", "d"], producer: (1, 0, 8)).firstOffset == 8)
        #expect(try fixture.values().count == 10)
        #expect(try fixture.restarted().values().last == "9:d")
    }

    @Test func readersAndWritersWorkSideBySide() throws {
        var config = LogConfig()
        config.segmentBytes = 4000
        let fixture = try LogFixture(config)
        let log = fixture.log
        let seen = Mutex<[Int64]>([])
        try withThrowingThreads(4) { thread in
            for index in 0..<100 {
                if thread < 2 {
                    _ = try log.append(batch(["\(thread)"], producer: (Int64(thread), 0, Int32(index))), leaderEpoch: 0, now: LogFixture.start, origin: .client)
                } else if thread == 2 {
                    _ = try log.sync()
                } else {
                    let end = log.logEndOffset
                    let info = try log.read(from: max(0, end - 5), maxBytes: 10_000, minOneBatch: true, upTo: end)
                    for batch in try RecordBatches.all(in: bytes(info)) {
                        try batch.checkCrc()
                        seen.withLock { $0.append(batch.baseOffset) }
                    }
                }
            }
        }
        #expect(log.logEndOffset == 200)
        #expect(try log.sync() == 200)
        #expect(try fixture.records().map(\.offset) == Array(0..<200))
    }
}
