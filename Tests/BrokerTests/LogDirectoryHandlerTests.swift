import Broker
import KafkaProtocol
import LogStorage
import OffsetLiterals
import Synchronization
import Testing
import Vocabulary

/// Several log directories as clients and the controller see them.
@Suite struct LogDirectoryHandlerTests {
    private func driver() throws -> BrokerDriver { try BrokerDriver { $0.dataDirectories = ["/a", "/b", "/c"] } }

    private func create(_ driver: BrokerDriver, _ name: String, _ partitions: Int32) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        #expect(try driver.send(request).topics.map(\.errorCode) == [.none])
    }

    private func alter(_ driver: BrokerDriver, _ places: [(path: String, partition: Int32)], topic: String = "t") throws -> [Int32: ErrorCode] {
        var request = AlterReplicaLogDirsRequest()
        request.dirs = places.map { path, partition in
            var row = AlterReplicaLogDirsRequest.AlterReplicaLogDir()
            row.path = path
            row.topics = [AlterReplicaLogDirsRequest.AlterReplicaLogDir.AlterReplicaLogDirTopic()]
            row.topics[0].name = topic
            row.topics[0].partitions = [partition]
            return row
        }
        let response = try driver.send(request)
        return Dictionary(response.results.flatMap(\.partitions).map { ($0.partitionIndex, $0.errorCode) }, uniquingKeysWith: { first, _ in first })
    }

    /// Directory by partition of topic `t`; copies with a plus.
    private func places(_ driver: BrokerDriver) throws -> [String: String] {
        var found: [String: String] = [:]
        var request = DescribeLogDirsRequest()
        request.topics = nil
        for row in try driver.send(request).results {
            for topic in row.topics where topic.name == "t" {
                for partition in topic.partitions { found["\(partition.partitionIndex)\(partition.isFutureKey ? "+" : "")"] = row.logDir }
            }
        }
        return found
    }

    private func assigned(_ driver: BrokerDriver, _ index: Int32) -> String? {
        let id = driver.broker.metadata.image.partition("t", index)?.directory(of: 1)
        return driver.broker.storage.all.first { $0.directoryId == id }?.path
    }

    @Test func theMetadataSaysWhereEachReplicaIs() throws {
        let driver = try driver()
        try create(driver, "t", 3)
        #expect(try places(driver) == ["0": "/a", "1": "/b", "2": "/c"])
        #expect((0..<3).map { assigned(driver, $0) } == ["/a", "/b", "/c"])
        #expect(try alter(driver, [("/c", 0), ("/b", 1), ("/nowhere", 2), ("/a", 9)]) == [0: .none, 1: .none, 2: .logDirNotFound, 9: .replicaNotAvailable])
        #expect(try places(driver) == ["0": "/c", "1": "/b", "2": "/c"] && assigned(driver, 0) == "/c")
        let epochs = driver.broker.metadata.image.partition("t", 0)
        #expect(epochs?.leader == 1 && epochs?.leaderEpoch == 0, "a move is no election")
        try driver.restart()
        #expect(try places(driver) == ["0": "/c", "1": "/b", "2": "/c"] && assigned(driver, 0) == "/c")
    }

    @Test func aPartitionGoesWhereItWasWanted() throws {
        let driver = try driver()
        #expect(try alter(driver, [("/c", 0)]) == [0: .replicaNotAvailable])
        try create(driver, "t", 1)
        #expect(try places(driver) == ["0": "/c"])
    }

    private func cordon(_ driver: BrokerDriver, _ text: String) throws -> ErrorCode? {
        var entry = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
        (entry.name, entry.value) = ("cordoned.log.dirs", text)
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        (resource.resourceType, resource.resourceName, resource.configs) = (4, "1", [entry])
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        return try driver.send(request).responses.first?.errorCode
    }

    @Test func aCordonedDirectoryTakesNothingMore() throws {
        let driver = try BrokerDriver(properties: ["log.dirs": "/a,/b,/c"]) { $0.dataDirectories = ["/a", "/b", "/c"] }
        try create(driver, "t", 1)
        #expect(try cordon(driver, "/d") == .invalidRequest)
        #expect(try cordon(driver, "/b") == ErrorCode.none)
        #expect(try alter(driver, [("/b", 0)]) == [0: .invalidReplicaAssignment])
        #expect(try driver.send(DescribeLogDirsRequest()).results.map(\.isCordoned) == [false, true, false])
        let cordoned = try #require(driver.broker.storage.all.first { $0.path == "/b" })
        #expect(driver.broker.metadata.image.brokers[1]?.cordonedLogDirs == [cordoned.directoryId])
        try create(driver, "u", 3)
        #expect(cordoned.partitions.isEmpty)
    }

    @Test func onlyLogDirectoriesCanBeCordoned() throws {
        func remark(_ text: String) -> String? {
            var settings = BrokerSettings(properties: ["cordoned.log.dirs": text])
            settings.dataDirectories = ["/a", "/b"]
            do {
                _ = try settings.validate()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(["*", "/a", "/a,/b", ""].compactMap(remark).isEmpty)
        #expect(remark("/a,/c,/d")?.hasSuffix("must be present in log.dirs or log.dir. Missing entries : /c, /d") == true)
        #expect(remark("*,/a")?.hasSuffix("it must not contain other values") == true)
    }

    /// Its own controller notes that a node has lost a directory: nobody leads what was in it, until it is back.
    @Test func whatWasInADirectoryThatFailedIsLedByNobody() throws {
        let disk = MemoryDisk()
        let watched = WatchedDisk(disk, "/b/")
        let driver = try BrokerDriver(disk: disk, mounted: watched) { $0.dataDirectories = ["/a", "/b"] }
        try create(driver, "t", 2)
        try driver.append("t", ["kept"])
        let lost = Mutex<[String]>([])
        driver.broker.onLostDirectory { row in lost.withLock { $0.append("\(row.path) \(row.isSpare)") } }
        let partition = try #require(driver.broker.partitions.partition("t", 1))
        watched.failsToSync = true
        let builder = RecordBatchBuilder()
        builder.append(timestamp: driver.now, key: nil, value: Bytes("lost"))
        _ = try partition.log.append(builder.build(), leaderEpoch: 0, now: driver.now, origin: .client)
        #expect(throws: LogError.self) { try partition.log.sync() }
        driver.now += 1000
        driver.fireTimers()
        #expect(lost.withLock { $0 } == ["/b true"])
        #expect(driver.broker.metadata.image.partition("t", 1)?.leader == -1 && driver.broker.metadata.image.partition("t", 0)?.leader == 1)
        #expect(driver.broker.metadata.image.offlineReplicas(of: try #require(driver.broker.metadata.image.partition("t", 1))) == [1])
        #expect(try driver.send(DescribeLogDirsRequest()).results.map(\.errorCode) == [.none, .kafkaStorageError])
        #expect(try alter(driver, [("/a", 1), ("/b", 0)]) == [0: .kafkaStorageError, 1: .kafkaStorageError])
        watched.failsToSync = false
        try driver.restart()
        #expect(try places(driver) == ["0": "/a", "1": "/b"])
        #expect(driver.broker.metadata.image.partition("t", 1)?.leader == 1)
    }
}
