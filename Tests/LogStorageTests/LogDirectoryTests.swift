import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct LogDirectoryTests {
    private func open(_ disk: MemoryDisk, nodeId: Int32 = 1, clusterId: String? = nil) throws -> LogDirectory {
        var generator = SeededGenerator(seed: 7)
        return try LogDirectory(disk: disk, path: "/data", nodeId: nodeId, clusterId: clusterId, generator: &generator)
    }

    @Test func aDirectoryInUseIsRefused() throws {
        let disk = MemoryDisk()
        let first = try open(disk)
        #expect(throws: LogDirectoryError.self) { try open(disk) }
        try first.close()
        let second = try open(disk)
        #expect(second.clusterId == first.clusterId && second.directoryId == first.directoryId)
    }

    @Test func aDirectoryOfAnotherNodeOrClusterIsRefused() throws {
        let disk = MemoryDisk()
        let cluster = try open(disk).clusterId
        #expect(throws: LogDirectoryError.self) { try open(disk, nodeId: 2) }
        #expect(throws: LogDirectoryError.self) { try open(disk, clusterId: "other") }
        #expect(try open(disk, clusterId: cluster).clusterId == cluster)
    }

    @Test func partitionsAreKeptWithTheirTopicIds() throws {
        let disk = MemoryDisk()
        var directory = try open(disk)
        let names = (0..<3).map { TopicPartition("t", $0) }
        let id = Uuid(high: 5, low: 6)
        for name in names { _ = try directory.openPartition(name, topicId: id, config: LogConfig(), now: 0) }
        #expect(throws: LogDirectoryError.self) { try directory.openPartition(names[0], topicId: Uuid(high: 1, low: 1), config: LogConfig(), now: 0) }
        directory.delete([names[1]])
        #expect(directory.hasMarked)
        directory.removeMarked()
        #expect(!directory.hasMarked)
        for clean in [true, false, true] {
            try directory.close(clean: clean)
            directory = try open(disk)
            #expect(directory.wasClean == clean)
            try directory.openAll(now: 0)
            #expect(directory.partitions == [names[0], names[2]])
            #expect(directory.log(names[2])?.topicId == id)
        }
        #expect(try disk.names(in: "/data").filter { $0.contains("delete") } == [])
    }

    /// As a broker of a cluster does that is told to stop before it knows its partitions.
    @Test func aStopBeforeTheLogsWereRecoveredDoesNotCallThemClean() throws {
        let disk = MemoryDisk()
        var directory = try open(disk)
        func start(opensLogs: Bool) throws {
            directory = try open(disk)
            if opensLogs { _ = try directory.openPartition(TopicPartition("t", 0), topicId: Uuid(high: 5, low: 6), config: LogConfig(), now: 0) }
        }
        try directory.close()
        try start(opensLogs: true)
        try directory.close(clean: false)
        try start(opensLogs: false)
        try directory.close(brokerEpoch: 3)
        try start(opensLogs: true)
        #expect(!directory.wasClean && directory.previousBrokerEpoch == nil)
        try directory.close(brokerEpoch: 4)
        // What was clean stays so, whoever looked in.
        for _ in 0..<2 {
            try start(opensLogs: false)
            #expect(directory.wasClean && directory.previousBrokerEpoch == 4)
            try directory.close(brokerEpoch: 4)
        }
    }

    @Test func aDeletedLogRefusesWorkButFetchesInFlightEnd() throws {
        let fixture = try LogFixture()
        try fixture.append(["a"])
        let info = try fixture.log.read(from: 0, maxBytes: 1000, minOneBatch: true, upTo: 1)
        fixture.directory.delete([LogFixture.name])
        fixture.directory.removeMarked()
        #expect(throws: AppendError.self) { try fixture.append(["b"]) }
        #expect(throws: LogError.self) { try fixture.log.read(from: 0, maxBytes: 1000, minOneBatch: true, upTo: 1) }
        #expect(try RecordBatches.all(in: bytes(info)).count == 1)
    }

    @Test func filesAreWrittenAsKafkaWritesThem() throws {
        let fixture = try LogFixture()
        try fixture.append(["a", "b"], epoch: 4)
        _ = try fixture.log.deleteRecords(before: 1)
        try fixture.directory.close(clean: true, brokerEpoch: 9)
        func text(_ name: String) throws -> String { try fixture.disk.readFile("/data/" + name).text }
        #expect(try text("recovery-point-offset-checkpoint") == "0\n1\norders 0 2\n")
        #expect(try text("replication-offset-checkpoint") == "0\n1\norders 0 2\n")
        #expect(try text("log-start-offset-checkpoint") == "0\n1\norders 0 1\n")
        #expect(try text(".kafka_cleanshutdown") == "{\"version\":0,\"brokerEpoch\":9}")
        #expect(try text("orders-0/leader-epoch-checkpoint") == "0\n1\n4 1\n")
        #expect(try text("orders-0/partition.metadata") == "version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAg")
        #expect(
            try fixture.disk.names(in: "/data/orders-0") == [
                "00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex", "00000000000000000002.snapshot",
                "leader-epoch-checkpoint", "partition.metadata",
            ])
    }
}
