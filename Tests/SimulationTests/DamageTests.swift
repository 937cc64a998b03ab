import Broker
import Foundation
import KafkaProtocol
import LogStorage
import Simulation
import Synchronization
import Testing

/// Data directories of ours and of Kafka, after clean stops and kills, damaged at random.
@Suite struct DamageTests {
    private static let seeds = Seeds.all(1...2000)

    private struct Base {
        var name: String
        var disk: SimulatedDisk
        var deletedTopicIds: Set<String>
    }

    @Test func aStartServesOrRefusesAndLosesNothing() throws {
        let bases = try [
            Self.ours(isClean: true), Self.ours(isClean: false), Self.ours(isClean: true, isTrimmed: false), Self.ours(isClean: false, isTrimmed: true),
            Self.kafkas("clean"), Self.kafkas("killed"),
        ]
        var served = 0, refused = 0
        for seed in Self.seeds {
            let base = bases[Int(seed % UInt64(bases.count))]
            let disk = base.disk.copied()
            var damage = Damage(seed: seed, root: "data")
            try damage.inflict(on: disk)
            let (outcome, violations) = try DamageCheck(root: "data", deletedTopicIds: base.deletedTopicIds).run(on: disk)
            if outcome == .served { served += 1 } else { refused += 1 }
            #expect(violations.isEmpty, "OTTLA_SEED=\(seed) (\(base.name); \(damage.deeds.joined(separator: ", "))): \(violations.prefix(3))")
        }
        // A check that never served, or never refused, would not look at much.
        if Self.seeds.count > 100 { #expect(served > Self.seeds.count / 4 && refused > Self.seeds.count / 50, "\(served) served, \(refused) refused") }
    }

    @Test func undamagedDirectoriesAreServed() throws {
        for base in try [
            Self.ours(isClean: true), Self.ours(isClean: false), Self.ours(isClean: true, isTrimmed: false), Self.ours(isClean: false, isTrimmed: true),
            Self.kafkas("clean"), Self.kafkas("killed"),
        ] {
            let (outcome, violations) = try DamageCheck(root: "data", deletedTopicIds: base.deletedTopicIds).run(on: base.disk.copied())
            #expect(outcome == .served && violations.isEmpty, "\(base.name): \(violations)")
        }
    }

    /// What cannot be marked or removed stays in mind, and the new topic of the same name never gets the old one's log.
    @Test func aDeletionThatFailsIsTriedAgainAndTold() throws {
        let lines = Mutex<[String]>([])
        let log = OperatorLog(level: .info, clock: { 0 }) { entry in lines.withLock { $0.append(entry.text) } }
        let node = try SimulatedBroker(seed: 3, log: log)
        try Self.create(node, "t", 1, [:])
        try Self.produce(node, "t", 0, "old")
        for (operation, expected) in [("rename", "cannot be deleted now"), ("remove", "could not be removed")] {
            node.disk.faults.failing = (operation, "t-0")
            var request = DeleteTopicsRequest()
            var topic = DeleteTopicsRequest.DeleteTopicState()
            topic.name = "t"
            request.topics = [topic]
            #expect(try node.call(request).responses.first?.errorCode == ErrorCode.none)
            #expect(lines.withLock { $0.contains { $0.contains("t-0") && $0.contains(expected) } }, "\(operation)")
            if operation == "rename" {
                // The name is not free: nothing is created on top of the old records.
                var again = CreateTopicsRequest.CreatableTopic()
                again.name = "t"
                again.numPartitions = 1
                again.replicationFactor = 1
                var creation = CreateTopicsRequest()
                creation.topics = [again]
                let answer = try node.call(creation).topics.first
                #expect(answer?.errorCode == .kafkaStorageError && answer?.errorMessage?.contains("t-0") == true)
            }
            node.disk.faults.failing = nil
            node.advance(ms: 301_000)
            #expect(try node.disk.names(in: "data").filter { $0.hasPrefix("t-") } == [])
            try Self.create(node, "t", 1, [:])
            #expect(node.broker.partitions.partition("t", 0)?.log.logEndOffset == .zero)
        }
    }

    /// Upkeep that fails is told when it begins to fail, not at each interval.
    @Test func failingUpkeepIsToldOnce() throws {
        let lines = Mutex<[String]>([])
        let log = OperatorLog(level: .info, clock: { 0 }) { entry in lines.withLock { $0.append(entry.text) } }
        let node = try SimulatedBroker(seed: 3, log: log)
        try Self.create(node, "t", 1, ["retention.ms": "1000"])
        try Self.produce(node, "t", 0, "old")
        node.disk.faults.failing = ("remove", "t-0")
        for _ in 0..<4 { node.advance(ms: 301_000) }
        let told = lines.withLock { $0 }
        #expect(told.filter { $0.contains("retention of t-0 failed") }.count == 1, "\(told)")
    }

    // MARK: Directories

    /// - Parameter isTrimmed: whether the metadata log was trimmed behind its snapshots; nil when there are none
    private static func ours(isClean: Bool, isTrimmed: Bool? = nil) throws -> Base {
        var properties = ["offsets.topic.num.partitions": "2"]
        if let isTrimmed {
            properties["internal.metadata.log.segment.bytes"] = "1500"
            properties["metadata.log.max.record.bytes.between.snapshots"] = "500"
            properties["metadata.max.retention.bytes"] = isTrimmed ? "1" : "-1"
        }
        let node = try SimulatedBroker(seed: 3, properties: properties)
        for (name, partitions, configs) in [
            ("a", 3, ["segment.bytes": "1048576", "segment.index.bytes": "1000"]), ("c", 1, ["cleanup.policy": "compact"]), ("gone", 2, [:]),
        ] {
            try create(node, name, Int32(partitions), configs)
        }
        for index in 0..<60 {
            try produce(node, "a", Int32(index % 3), "value \(index) " + String(repeating: "x", count: index))
            try produce(node, "c", 0, "\(index % 7)")
            if index < 4 { try produce(node, "gone", Int32(index % 2), "gone") }
            if index % 25 == 24 { for partition in node.broker.partitions.all { try partition.log.roll(now: node.now) } }
        }
        var ids: Set<String> = []
        if let id = node.broker.metadata.image.topic("gone")?.id { ids.insert(id.description) }
        try commit(node)
        var request = DeleteTopicsRequest()
        var topic = DeleteTopicsRequest.DeleteTopicState()
        topic.name = "gone"
        request.topics = [topic]
        _ = try node.call(request)
        node.sync()
        if let isTrimmed {
            for index in 0..<12 {
                try create(node, "m\(index)", 1, ["retention.ms": "-1"])
                node.advance(ms: 1001)
            }
            let names = try node.disk.names(in: "data/__cluster_metadata-0")
            try #require(names.filter { MetadataSnapshot(fileName: $0) != nil }.count > (isTrimmed ? 0 : 3))
            try #require(names.contains("00000000000000000000.log") != isTrimmed)
        }
        if isClean { try node.broker.shutDown(now: node.now) }
        let name = (isClean ? "ours, clean" : "ours, killed") + (isTrimmed == nil ? "" : ", with snapshots")
        return Base(name: name, disk: node.disk.copied(), deletedTopicIds: ids)
    }

    private static func create(_ node: SimulatedBroker, _ name: String, _ partitions: Int32, _ configs: [String: String]) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = 1
        topic.configs = configs.map { key, value in
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = key
            config.value = value
            return config
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        try #require(try node.call(request).topics.first?.errorCode == ErrorCode.none)
    }

    private static func produce(_ node: SimulatedBroker, _ name: String, _ partition: Int32, _ value: String) throws {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: node.now, key: Bytes("k" + value.suffix(2)), value: Bytes(value))
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.index = partition
        data.records = .bytes(builder.build())
        var topic = ProduceRequest.TopicProduceData()
        topic.name = name
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = -1
        request.topicData = [topic]
        try #require(try node.call(request, version: 12).responses.first?.partitionResponses.first?.errorCode == ErrorCode.none)
    }

    private static func commit(_ node: SimulatedBroker) throws {
        var find = FindCoordinatorRequest()
        find.key = "g"
        find.coordinatorKeys = ["g"]
        _ = try node.call(find, version: 4)
        var partition = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
        partition.partitionIndex = 0
        partition.committedOffset = 5
        var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
        topic.name = "a"
        topic.partitions = [partition]
        var request = OffsetCommitRequest()
        request.groupId = "g"
        request.topics = [topic]
        request.generationIdOrMemberEpoch = -1
        let answer = try node.call(request, version: 8)
        try #require(answer.topics.first?.partitions.first?.errorCode == ErrorCode.none)
    }

    /// A directory that Kafka 4.3.1 left. Its preallocated indexes are cut to their first 64 KiB.
    private static func kafkas(_ name: String) throws -> Base {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("LogStorageTests/Fixtures/kafka-data-dir").path
        let root = NSTemporaryDirectory() + "ottla-damage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-xzf", "\(fixtures)/\(name).tar.gz", "-C", root]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let disk = SimulatedDisk()
        var deleted: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: root).sorted() {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory)
            if isDirectory.boolValue {
                try disk.createDirectory(path)
                continue
            }
            let handle = try #require(FileHandle(forReadingAtPath: root + "/" + path))
            let content = [UInt8](try handle.read(upToCount: path.hasSuffix("index") ? 65_536 : 1 << 30) ?? Data())
            try disk.writeFile(path, Bytes(content))
            if path.contains("-delete/partition.metadata"), let id = String(decoding: content, as: UTF8.self).split(separator: " ").last {
                deleted.insert(id.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        return Base(name: "Kafka's, \(name)", disk: disk, deletedTopicIds: deleted)
    }
}
