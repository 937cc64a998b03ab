import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Simulation
import Synchronization
import Testing
import Vocabulary

/// Snapshots of the metadata, and the log that is trimmed behind them.
@Suite struct MetadataLogTests {
    private static let directory = "ottla-data/__cluster_metadata-0"
    /// Segments of a few changes, a snapshot after each, and nothing kept that need not be.
    private static let small = [
        "internal.metadata.log.segment.bytes": "2500", "metadata.log.max.record.bytes.between.snapshots": "500", "metadata.max.retention.bytes": "1",
    ]
    /// The same, but everything is kept.
    private static let kept = small.merging(["metadata.max.retention.bytes": "-1"]) { _, new in new }

    private func files(_ disk: MemoryDisk, _ suffix: String) throws -> [String] {
        try disk.names(in: Self.directory).filter { $0.hasSuffix(suffix) && !$0.hasPrefix("leader") }
    }

    private func live(_ driver: BrokerDriver, _ from: Int, _ to: Int) throws {
        for index in from..<to {
            try driver.create("t\(index)", partitions: 2, configs: [("retention.ms", "\(1000 + index)")])
            if index % 5 == 4 { try driver.delete("t\(index - 1)") }
            driver.now += 1001
            driver.fireTimers()
        }
    }

    @Test func snapshotsAreWrittenAndTheLogIsTrimmedBehindThem() throws {
        let driver = try BrokerDriver(properties: Self.small)
        try live(driver, 0, 40)
        let snapshots = try files(driver.disk, ".checkpoint").compactMap { MetadataSnapshot(fileName: $0) }
        #expect(snapshots.count == 1)
        let oldest = try #require(try files(driver.disk, ".log").first.flatMap { Int64($0.dropLast(4)) })
        #expect(oldest > 0 && oldest <= snapshots[0].endOffset && snapshots[0].endOffset <= driver.broker.metadata.image.offset + 1)

        let before = driver.broker.metadata.image
        try driver.restart()
        let after = driver.broker.metadata.image
        #expect(after.topicsByName == before.topicsByName && after.configs == before.configs && after.features == before.features)
        #expect(after.nextProducerId == before.nextProducerId && after.offset > before.offset)
        try live(driver, 40, 45)
    }

    @Test func aSnapshotAndTheRestOfTheLogGiveTheImageOfTheWholeLog() throws {
        let driver = try BrokerDriver(properties: Self.kept)
        for count in 1...20 {
            try live(driver, count, count + 1)
            let disk = driver.disk.copy { _, _, size in size }
            let bare = driver.disk.copy { _, _, size in size }
            for name in try files(bare, ".checkpoint") { try bare.removeFile(Self.directory + "/" + name) }
            let image = try BrokerDriver(properties: Self.kept, disk: disk).broker.metadata.image
            let isSame = try BrokerDriver(properties: Self.kept, disk: bare).broker.metadata.image == image
            #expect(isSame, "after \(count)")
        }
        #expect(try files(driver.disk, ".checkpoint").count > 5)
    }

    @Test func noSnapshotIsWrittenWithoutNewRecords() throws {
        let driver = try BrokerDriver(properties: ["metadata.log.max.snapshot.interval.ms": "60000"])
        try driver.create("t")
        for _ in 0..<5 {
            driver.now += 59_000
            driver.fireTimers()
        }
        #expect(try files(driver.disk, ".checkpoint").count == 1)
        try driver.create("u")
        driver.now += 120_000
        driver.fireTimers()
        #expect(try files(driver.disk, ".checkpoint").count == 2)
    }

    /// What a start is told when a snapshot is damaged.
    private func start(_ disk: MemoryDisk, _ properties: [String: String]) throws -> (driver: BrokerDriver, lines: [String]) {
        let lines = Mutex<[String]>([])
        let log = OperatorLog(level: .info, clock: { 0 }) { entry in lines.withLock { $0.append(entry.text) } }
        let driver = try BrokerDriver(properties: properties, disk: disk, log: log)
        return (driver, lines.withLock { $0 })
    }

    private func damage(_ disk: MemoryDisk, _ name: String) throws {
        let path = Self.directory + "/" + name
        var bytes = try disk.readFile(path).array
        bytes[100] ^= 1
        try disk.writeFile(path, Bytes(bytes))
    }

    @Test func aDamagedSnapshotIsPutAsideWhereTheLogTellsTheSame() throws {
        let driver = try BrokerDriver(properties: Self.kept)
        try live(driver, 0, 20)
        try driver.broker.shutDown(now: driver.now)
        let image = try BrokerDriver(properties: Self.kept, disk: driver.disk.copy { _, _, size in size }).broker.metadata.image
        let snapshots = try files(driver.disk, ".checkpoint")
        for count in [1, 3, snapshots.count] {
            let disk = driver.disk.copy { _, _, size in size }
            for name in snapshots.suffix(count) { try damage(disk, name) }
            let (again, lines) = try start(disk, Self.kept)
            let isSame = again.broker.metadata.image == image
            #expect(isSame, "\(count) damaged")
            let instead = count == snapshots.count ? "the log from its beginning" : snapshots[snapshots.count - count - 1]
            for name in snapshots.suffix(count) {
                #expect(lines.contains { $0.contains(name) && $0.contains(".cut") && $0.contains(instead) }, "\(lines)")
                #expect(!disk.exists(Self.directory + "/" + name) && disk.exists(Self.directory + "/" + name + ".0.cut"))
            }
        }
    }

    @Test func aDamagedSnapshotThatNothingStandsInForIsRefused() throws {
        let driver = try BrokerDriver(properties: Self.small)
        try live(driver, 0, 40)
        try driver.broker.shutDown(now: driver.now)
        let name = try #require(try files(driver.disk, ".checkpoint").first)
        let missing = driver.disk.copy { _, _, size in size }
        try damage(driver.disk, name)
        let error = #expect(throws: LogDirectoryError.self) { try start(driver.disk, Self.small) }
        #expect(
            error?.description.contains("is damaged at byte 83 of \(Self.directory)/\(name)") == true && error?.description.contains("copy") == true,
            "\(error as Any)")
        #expect(driver.disk.exists(Self.directory + "/" + name))
        try missing.removeFile(Self.directory + "/" + name)
        let other = #expect(throws: LogDirectoryError.self) { try start(missing, Self.small) }
        #expect(other?.description.contains("no snapshot there") == true, "\(other as Any)")
    }

    @Test func aCleanStopNotesTheEpochOfTheRegistration() throws {
        let driver = try BrokerDriver()
        try driver.restart()
        let epoch = try #require(driver.broker.metadata.image.brokers[1]?.epoch)
        try driver.broker.shutDown(now: driver.now)
        #expect(epoch > 0)
        #expect(try driver.disk.readFile("ottla-data/.kafka_cleanshutdown").text == "{\"version\":0,\"brokerEpoch\":\(epoch)}")
    }

    /// As when the operator cuts a damaged log, or files are lost: what the snapshot knows is not lost with them.
    @Test func aLogThatEndsBeforeItsSnapshotBeginsAnewThere() throws {
        let driver = try BrokerDriver(properties: Self.kept)
        try live(driver, 0, 20)
        try driver.broker.shutDown(now: driver.now)
        let newest = try #require(try files(driver.disk, ".checkpoint").last.flatMap { MetadataSnapshot(fileName: $0) })
        for name in try files(driver.disk, ".log").dropFirst(2) { try driver.disk.removeFile(Self.directory + "/" + name) }
        let (again, lines) = try start(driver.disk, Self.kept)
        #expect(again.broker.metadata.image.topicsByName.keys.contains("t10"))
        #expect(lines.contains { $0.contains(".cut") }, "\(lines)")
        #expect(try files(driver.disk, ".log").first.flatMap { Int64($0.dropLast(4)) } == newest.endOffset)
        try live(again, 50, 60)
        let image = again.broker.metadata.image
        try again.restart()
        #expect(again.broker.metadata.image.topicsByName == image.topicsByName)
    }

    /// That a topic was removed is what proves to the next start that what is left of it may be deleted.
    @Test func theLogIsNotTrimmedWhileDirectoriesOfDeletedTopicsAreThere() throws {
        let node = try SimulatedBroker(seed: 3, properties: Self.small)
        func make(_ names: [String]) throws {
            var request = CreateTopicsRequest()
            request.topics = names.map { name in
                var topic = CreateTopicsRequest.CreatableTopic()
                topic.name = name
                topic.numPartitions = 1
                topic.replicationFactor = 1
                return topic
            }
            #expect(try node.call(request).topics.allSatisfy { $0.errorCode == ErrorCode.none })
            node.advance(ms: 1001)
        }
        func begin() throws -> String? { try node.disk.names(in: "data/__cluster_metadata-0").first { $0.hasSuffix(".log") } }
        try make(["gone"])
        var request = DeleteTopicsRequest()
        var topic = DeleteTopicsRequest.DeleteTopicState()
        topic.name = "gone"
        request.topics = [topic]
        node.disk.faults.failing = ("remove", "data/gone-0")
        #expect(try node.call(request).responses.first?.errorCode == ErrorCode.none)
        for index in 0..<20 { try make(["a\(index)", "b\(index)"]) }
        #expect(try begin() == "00000000000000000000.log")
        // The next start still knows what became of it.
        node.disk.faults.failing = nil
        try node.restart()
        node.advance(ms: 1001)
        #expect(try node.disk.names(in: "data").filter { $0.hasPrefix("gone") } == [])
        for index in 0..<20 { try make(["c\(index)"]) }
        #expect(try begin() != "00000000000000000000.log")
    }

    @Test func theStateOfTheQuorumIsWrittenDown() throws {
        let driver = try BrokerDriver()
        let path = Self.directory + "/quorum-state"
        #expect(try driver.disk.readFile(path) == QuorumState(leaderId: 1, leaderEpoch: 1, voters: [1]).content)
        try driver.broker.shutDown(now: driver.now)
        try driver.disk.writeFile(path, QuorumState(leaderId: -1, leaderEpoch: 9, voters: [1]).content)
        let again = try BrokerDriver(disk: driver.disk)
        #expect(try driver.disk.readFile(path) == QuorumState(leaderId: 1, leaderEpoch: 9, voters: [1]).content)
        try again.create("t")
        try again.broker.shutDown(now: again.now)

        try driver.disk.writeFile(path, QuorumState(leaderId: 2, leaderEpoch: 9, voters: [1, 2, 3]).content)
        let error = #expect(throws: LogDirectoryError.self) { try BrokerDriver(disk: driver.disk) }
        #expect(error?.description.contains("quorum with the voters 1, 2, 3") == true, "\(error as Any)")
    }

    // MARK: Features

    private func features(_ driver: BrokerDriver) throws -> (supported: [String], finalized: [String: Int16]) {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "test"
        request.clientSoftwareVersion = "1"
        let response = try driver.send(request)
        return (
            response.supportedFeatures.map(\.name),
            Dictionary(response.finalizedFeatures.map { ($0.name, $0.maxVersionLevel) }, uniquingKeysWith: { first, _ in first })
        )
    }

    @Test func whatIsNotServedIsNotFinalized() throws {
        let (supported, finalized) = try features(try BrokerDriver())
        #expect(supported.sorted() == ["eligible.leader.replicas.version", "group.version", "kraft.version", "metadata.version", "transaction.version"])
        #expect(finalized == ["metadata.version": 30, "eligible.leader.replicas.version": 1, "group.version": 1, "transaction.version": 2])
    }

    /// The log of a directory that was taken over keeps its levels; clients are not told what is not served.
    @Test func levelsAboveWhatIsSupportedStayInTheLogAndAreNotTold() throws {
        let first = try BrokerDriver()
        try first.broker.shutDown(now: first.now)
        try append(first.disk, ["transaction.version": 1, "share.version": 1, "unheard.version": 3], now: first.now)
        let driver = try BrokerDriver(properties: Self.small, disk: first.disk)
        #expect(
            try features(driver).finalized == ["metadata.version": 30, "eligible.leader.replicas.version": 1, "group.version": 1, "transaction.version": 1])
        try live(driver, 0, 30)
        try driver.restart()
        let kept = driver.broker.metadata.image.features
        #expect(kept["transaction.version"] == 1 && kept["share.version"] == 1 && kept["unheard.version"] == 3)
    }

    @Test func theLogOfANewerReleaseIsRefused() throws {
        let first = try BrokerDriver()
        try first.broker.shutDown(now: first.now)
        try append(first.disk, ["metadata.version": 31], now: first.now)
        let error = #expect(throws: LogDirectoryError.self) { try BrokerDriver(disk: first.disk) }
        #expect(error?.description.contains("metadata.version is 31") == true, "\(error as Any)")
    }

    private func append(_ disk: MemoryDisk, _ levels: [String: Int16], now: Int64) throws {
        var generator = SeededGenerator(seed: 1)
        let directory = try LogDirectory(disk: disk, path: "ottla-data", nodeId: 1, clusterId: nil, generator: &generator)
        let log = try directory.openPartition(.clusterMetadata, topicId: Uuid(high: 0, low: 1), config: LogConfig(), now: now)
        let builder = RecordBatchBuilder()
        for (name, level) in levels.sorted(by: { $0.key < $1.key }) {
            var record = FeatureLevelRecord()
            record.name = name
            record.featureLevel = level
            builder.append(timestamp: now, key: nil, value: MetadataRecord(record).encoded())
        }
        _ = try log.append(builder.build(), leaderEpoch: 1, now: now, origin: .coordinator)
        try directory.close()
    }
}
