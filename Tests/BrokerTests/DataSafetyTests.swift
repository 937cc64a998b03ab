import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Testing

/// What a start and a deletion may do to a data directory.
@Suite struct DataSafetyTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        var log: OperatorLog { OperatorLog(level: .info, clock: { 0 }) { [self] entry in lines.withLock { $0.append("\(entry.level.name) \(entry.text)") } } }
    }

    private func names(_ disk: MemoryDisk) throws -> [String] { try disk.names(in: "ottla-data") }

    @Test(arguments: ["photos-2023", "my-app-1/src", "soft-delete", "notes.txt"])
    func aDirectoryOfSomebodyElseIsRefusedAndLeftAlone(_ name: String) throws {
        let disk = MemoryDisk()
        if name.hasSuffix(".txt") {
            try disk.createDirectory("ottla-data")
            try disk.writeFile("ottla-data/" + name, Bytes("mine"))
        } else {
            try disk.createDirectory("ottla-data/" + name)
            try disk.writeFile("ottla-data/\(name)/letter", Bytes("mine"))
        }
        let before = try names(disk)
        let error = #expect(throws: (any Error).self) { try BrokerDriver(disk: disk) }
        let first = name.split(separator: "/")[0]
        #expect("\(error.map { "\($0)" } ?? "")".contains(first) && "\(error.map { "\($0)" } ?? "")".contains("meta.properties"))
        #expect(try names(disk) == before)
    }

    @Test func hiddenFilesAndLostAndFoundAreNothing() throws {
        let disk = MemoryDisk()
        try disk.createDirectory("ottla-data/lost+found")
        try disk.writeFile("ottla-data/.DS_Store", Bytes("x"))
        let driver = try BrokerDriver(disk: disk)
        try driver.create("t")
        try driver.restart()
        #expect(driver.broker.partitions.partition("t", 0) != nil)
    }

    @Test func whatTheMetadataDoesNotKnowBecomesStrayAndIsNamed() throws {
        let first = try BrokerDriver()
        try first.create("t")
        try first.append("t", ["a", "b"])
        try first.broker.shutDown(now: first.now)
        // As if the metadata log had been lost.
        try first.disk.removeTree("ottla-data/__cluster_metadata-0")
        let lines = Lines()
        let second = try BrokerDriver(disk: first.disk, log: lines.log)
        #expect(second.broker.partitions.partition("t", 0) == nil)
        let stray = try #require(try names(first.disk).first { $0.hasPrefix("t-0.") && $0.hasSuffix("-stray") })
        let size = try first.disk.openFile("ottla-data/\(stray)/00000000000000000000.log", create: false).size
        #expect(size > 0)
        #expect(lines.all.contains { $0.contains("no metadata log") } && lines.all.contains { $0.contains("rm -r 'ottla-data/\(stray)'") })
        // The name is free, and the old records do not come with it.
        try second.create("t")
        #expect(second.broker.partitions.partition("t", 0)?.log.logEndOffset == 0)
    }

    @Test func aTopicMadeAgainDoesNotServeTheOldOnesRecords() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        try driver.append("t", ["old"])
        let old = try #require(try driver.disk.names(in: "ottla-data/t-0").first { $0.hasSuffix(".log") })
        let content = try driver.disk.readFile("ottla-data/t-0/" + old), id = try driver.disk.readFile("ottla-data/t-0/partition.metadata")
        try driver.delete("t")
        try driver.create("t")
        try driver.broker.shutDown(now: driver.now)
        // The rename did not last, and the new directory did not either.
        try driver.disk.writeFile("ottla-data/t-0/" + old, content)
        try driver.disk.writeFile("ottla-data/t-0/partition.metadata", id)
        let lines = Lines()
        let again = try BrokerDriver(disk: driver.disk, log: lines.log)
        #expect(again.broker.partitions.partition("t", 0)?.log.logEndOffset == 0)
        #expect(lines.all.contains { $0.contains("t-0") && $0.contains("-stray") })
    }

    @Test func aDeletionThatWasCutOffIsFinishedAndOnlyThat() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        try driver.append("t", ["old"])
        let id = try driver.disk.readFile("ottla-data/t-0/partition.metadata")
        try driver.delete("t")
        try driver.broker.shutDown(now: driver.now)
        for directory in ["t-0", "t-1.0123456789abcdef0123456789abcdef-delete"] {
            try driver.disk.createDirectory("ottla-data/" + directory)
            try driver.disk.writeFile("ottla-data/\(directory)/partition.metadata", id)
        }
        // Marked by whoever it was: the metadata log says nothing of this topic id.
        try driver.disk.createDirectory("ottla-data/u-0.0123456789abcdef0123456789abcdef-delete")
        try driver.disk.writeFile(
            "ottla-data/u-0.0123456789abcdef0123456789abcdef-delete/partition.metadata", Bytes("version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAg"))
        let lines = Lines()
        let again = try BrokerDriver(disk: driver.disk, log: lines.log)
        again.fireTimers()
        let left = try names(driver.disk).filter { $0.hasPrefix("t-") || $0.hasPrefix("u-") }
        // What was marked goes; what was not (a copy that somebody brought back, say) is kept as stray.
        #expect(left.count == 2 && left[0].hasPrefix("t-0.") && left[0].hasSuffix("-stray") && left[1] == "u-0.0123456789abcdef0123456789abcdef-delete")
        #expect(lines.all.contains { $0.contains("t-1.0123456789abcdef0123456789abcdef-delete is removed") })
        #expect(lines.all.contains { $0.contains("u-0.0123456789abcdef0123456789abcdef-delete") && $0.contains("rm -r") })
    }

    @Test func numbersThatNoBrokerWritesAreNoPartitions() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        try driver.append("t", ["kept"])
        try driver.broker.shutDown(now: driver.now)
        for directory in ["t-00", "photos-2023-01"] { try driver.disk.createDirectory("ottla-data/" + directory) }
        try driver.disk.writeFile("ottla-data/photos-2023-01/letter", Bytes("mine"))
        let lines = Lines()
        let again = try BrokerDriver(disk: driver.disk, log: lines.log)
        #expect(again.broker.partitions.partition("t", 0)?.log.logEndOffset == 1)
        for directory in ["t-00", "photos-2023-01"] {
            let stray = try #require(try names(driver.disk).first { $0.hasPrefix(directory + ".") && $0.hasSuffix("-stray") })
            #expect(lines.all.contains { $0.contains("rm -r 'ottla-data/\(stray)'") })
        }
    }

    /// Checkpoints name partitions, not topics: what they say of a deleted one must not be taken for the next of its name.
    @Test func aTopicMadeAgainBeginsWithoutTheOldOnesStart() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        try driver.append("t", (0..<15).map(String.init))
        _ = try driver.broker.partitions.partition("t", 0)?.log.deleteRecords(before: 15)
        try driver.broker.storage.writeCheckpoints()
        try driver.delete("t")
        try driver.create("t")
        try driver.append("t", ["a", "b"])
        let again = try BrokerDriver(disk: driver.disk.copy { _, _, size in size })
        let log = try #require(again.broker.partitions.partition("t", 0)?.log)
        #expect(log.logStartOffset == 0 && log.logEndOffset == 2 && log.recovery.cuts.isEmpty)
    }

    @Test func newPartitionsWhoseLogsCannotBeMadeAreTold() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        try driver.disk.writeFile("ottla-data/t-1", Bytes("a file"))
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        topic.name = "t"
        topic.count = 3
        topic.assignments = nil
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        let answer = try driver.send(request).results.first
        #expect(answer?.errorCode == .kafkaStorageError && answer?.errorMessage?.contains("t-1") == true)
        // Once what was in the way is gone, upkeep makes them.
        try driver.disk.removeFile("ottla-data/t-1")
        driver.now += 301_000
        driver.fireTimers()
        #expect(driver.broker.partitions.partition("t", 1) != nil)
    }

    @Test func aDamagedMetadataLogStopsTheStartWithItsPosition() throws {
        let driver = try BrokerDriver()
        for name in ["a", "b", "c"] { try driver.create(name) }
        let path = "ottla-data/__cluster_metadata-0/00000000000000000000.log"
        let whole = try driver.disk.readFile(path).array
        for position in [70, 300, whole.count - 3] {
            let disk = driver.disk.copy { _, _, size in size }
            var damaged = whole
            damaged[position] ^= 0x40
            try disk.writeFile(path, Bytes(damaged))
            let error = #expect(throws: (any Error).self) { try BrokerDriver(disk: disk) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains(path) && text.contains("byte ") && text.contains("truncate -s"), "\(position): \(text)")
            #expect(try disk.names(in: "ottla-data").filter { ["a-0", "b-0", "c-0"].contains($0) }.count == 3)
            #expect(try disk.readFile(path).array == damaged)
        }
        // What an append left unfinished was never acknowledged: it is cut off.
        let torn = driver.disk.copy { name, _, size in name == path ? size - 5 : size }
        #expect(try BrokerDriver(disk: torn).broker.metadata.image.topic("b") != nil)
    }

    @Test(arguments: [(1000, true), (90_001, false)])
    func transactionsThatHangAreNamedAtTheStart(maxTimeoutMs: Int, isNamed: Bool) throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        let builder = RecordBatchBuilder(producerId: 4711, producerEpoch: 0, baseSequence: 0, isTransactional: true)
        builder.append(timestamp: driver.now - 90_000, key: nil, value: Bytes("open"))
        _ = try driver.broker.partitions.partition("t", 0)?.log.append(builder.build(), leaderEpoch: 0, now: driver.now, origin: .coordinator)
        try driver.broker.shutDown(now: driver.now)
        let lines = Lines()
        _ = try BrokerDriver(properties: ["transaction.max.timeout.ms": String(maxTimeoutMs)], disk: driver.disk, log: lines.log)
        guard isNamed else { return #expect(!lines.all.contains { $0.contains("open transaction") }) }
        let line = try #require(lines.all.first { $0.contains("open transaction") })
        #expect(line.contains("t-0") && line.contains("4711") && line.contains("offset 0") && line.contains("90 s"), "\(line)")
    }

    @Test func whatIsCutOffALogIsKeptAndTold() throws {
        let driver = try BrokerDriver()
        try driver.create("t")
        for index in 0..<50 { try driver.append("t", ["value \(index)"]) }
        let path = "ottla-data/t-0/00000000000000000000.log"
        let disk = driver.disk.copy { _, _, size in size }
        var damaged = try disk.readFile(path).array
        let position = try #require(damaged.indices.dropLast(8).first { String(decoding: damaged[$0..<$0 + 8], as: UTF8.self) == "value 20" })
        damaged[position] ^= 1
        try disk.writeFile(path, Bytes(damaged))
        let lines = Lines()
        let again = try BrokerDriver(disk: disk, log: lines.log)
        let end = try #require(again.broker.partitions.partition("t", 0)?.log.logEndOffset)
        #expect(end == 20)
        let line = try #require(lines.all.first { $0.contains("t-0") })
        let cut = try #require(try disk.names(in: "ottla-data/t-0").first { $0.hasSuffix(".cut") })
        #expect(line.contains("offset \(end)") && line.contains(path) && line.contains(cut), "\(line)")
        #expect(try disk.readFile(path).array + disk.readFile("ottla-data/t-0/" + cut).array == damaged)
    }

    @Test func unreadableOffsetsOfGroupsDoNotStopTheStart() throws {
        let driver = try BrokerDriver(properties: ["offsets.topic.num.partitions": "1"])
        var find = FindCoordinatorRequest()
        find.coordinatorKeys = ["g"]
        _ = try driver.send(find, version: 4)
        try driver.create("t")
        try driver.append("__consumer_offsets", ["x"], asCoordinator: true)
        try driver.broker.shutDown(now: driver.now)
        let path = "ottla-data/__consumer_offsets-0/00000000000000000000.log"
        var damaged = try driver.disk.readFile(path).array
        damaged[damaged.count - 2] ^= 1
        try driver.disk.writeFile(path, Bytes(damaged))
        let lines = Lines()
        let again = try BrokerDriver(properties: ["offsets.topic.num.partitions": "1"], disk: driver.disk, log: lines.log)
        #expect(again.broker.partitions.partition("t", 0) != nil)
        #expect(lines.all.contains { $0.contains("__consumer_offsets-0 cannot be read") })
    }
}
