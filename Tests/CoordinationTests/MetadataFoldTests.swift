import Coordination
import Foundation
import KafkaProtocol
import Synchronization
import Testing

@Suite struct MetadataFoldTests {
    /// The metadata log that a Kafka 4.3.1 broker left after a clean stop.
    @Test func foldsTheLogOfARealBroker() throws {
        let bytes = try fixture("kafka-metadata.log")
        var fold = MetadataFold()
        var types: [String: Int] = [:]
        for batch in RecordBatches(bytes) where !batch.isControl {
            for record in try batch.records() {
                let value = try #require(record.value)
                let decoded = try MetadataRecord.decode(value)
                #expect(decoded.encoded() == value)
                types[type(of: decoded.message).name, default: 0] += 1
                try fold.replay(decoded, offset: record.offset)
            }
        }
        #expect(types["NoOpRecord"] == 475 && types["PartitionChangeRecord"] == 88 && types["TopicRecord"] == 12)
        let image = fold.image
        #expect(image.topicsByName.count == 11 && image.topic("gone") == nil)
        #expect(
            image.features == [
                "metadata.version": 30, "eligible.leader.replicas.version": 1, "group.version": 1, "share.version": 1, "streams.version": 1,
                "transaction.version": 2,
            ])
        #expect(image.config(of: .brokerDefault) == ["min.insync.replicas": "1"])
        #expect(image.config(of: .topic("compacted"))["segment.ms"] == "1000")
        #expect(image.nextProducerId == 1000)
        #expect(image.brokers[1]?.isFenced == true && image.brokers[1]?.isInControlledShutdown == true && image.brokers[1]?.epoch == 564)
        #expect(image.quotas[QuotaEntity(["client-id": "q-3144f60f905-8"])] == ["producer_byte_rate": 12345])
        #expect(image.scramCredentials.isEmpty)
        let plain = try #require(image.partition("plain", 2))
        #expect(plain.leader == -1 && plain.eligibleLeaderReplicas == [1])

        // Taking over such a directory, the node leads everything again, in a new epoch.
        let identity = BrokerIdentity(id: 1, incarnationId: Uuid(high: 5, low: 5), endpoints: [], logDirs: plain.directories)
        for (index, record) in Controller(nodeId: 1).startRecords(identity, offset: image.offset + 1, image: image).enumerated() {
            try fold.replay(record, offset: image.offset + 1 + Int64(index))
        }
        let led = try #require(fold.image.partition("plain", 2))
        #expect(led.leader == 1 && led.isr == [1] && led.eligibleLeaderReplicas == [] && led.lastKnownElr == [])
        #expect(led.leaderEpoch == plain.leaderEpoch + 1)
        #expect(fold.image.topicsByName.values.allSatisfy { $0.partitions.allSatisfy { $0.leader == 1 } })
        #expect(fold.image.brokers[1]?.isFenced == false)
    }

    /// A snapshot and the bootstrap file of a Kafka 4.3.1 controller.
    @Test func readsTheSnapshotsOfARealController() throws {
        let name = "00000000000000000312-0000000001.checkpoint"
        let snapshot = try #require(MetadataSnapshot(fileName: name))
        #expect(snapshot.endOffset == 312 && snapshot.epoch == 1)
        for other in ["00000000000000000312.snapshot", "bootstrap.checkpoint", "1-1.checkpoint", "00000000000000000312-0000000001.checkpoint.deleted"] {
            #expect(MetadataSnapshot(fileName: other) == nil)
        }
        let bytes = try fixture(name)
        var fold = MetadataFold()
        for value in try MetadataSnapshot.values(in: bytes) { try fold.replay(try MetadataRecord.decode(value), offset: snapshot.endOffset - 1) }
        #expect(fold.image.topicsByName.keys.sorted() == (1...6).map { "snap\($0)" })
        #expect(fold.image.topicsByName.values.allSatisfy { $0.partitions.count == 12 })
        #expect(fold.image.config(of: .topic("snap3")) == ["retention.ms": "3000"])
        #expect(fold.image.metadataVersion == 30 && fold.image.offset == 311)
        #expect(throws: SnapshotError.self) { try MetadataSnapshot.values(in: bytes.prefix(bytes.count - 60)) }

        let formatted = try MetadataSnapshot.values(in: try fixture("bootstrap.checkpoint")).map { try MetadataRecord.decode($0) }
        var new = MetadataFold()
        for (index, record) in Controller(nodeId: 1).bootstrapRecords(formatted: formatted).enumerated() { try new.replay(record, offset: Int64(index)) }
        #expect(new.image.features == fold.image.features)
        #expect(new.image.config(of: .brokerDefault) == ["min.insync.replicas": "1"])
    }

    @Test func aNodeThatStopsIsFencedUntilItStartsAgain() throws {
        var cluster = try ControllerDriver()
        try cluster.append(cluster.controller.stopRecords(1, image: cluster.image))
        #expect(cluster.image.brokers[1]?.isFenced == true)
        #expect(cluster.controller.stopRecords(1, image: cluster.image).isEmpty)
        let refused = try #require(try cluster.create("t", partitions: 1, factor: 1))
        #expect(refused.errorMessage == "Unable to replicate the partition 1 time(s): All brokers are currently fenced.")
        let identity = BrokerIdentity(id: 1, incarnationId: .zero, endpoints: [])
        try cluster.append(cluster.controller.startRecords(identity, offset: Int64(cluster.log.count), image: cluster.image))
        #expect(cluster.image.brokers[1]?.isFenced == false)
    }

    /// Such a partition would have nobody in sync, and so never a leader.
    @Test func nothingIsPlacedWhereEveryBrokerIsAboutToStop() throws {
        var cluster = try ControllerDriver()
        let broker = try #require(cluster.image.brokers[1])
        var change = BrokerRegistrationChangeRecord()
        (change.brokerId, change.brokerEpoch, change.inControlledShutdown) = (1, broker.epoch, 1)
        try cluster.append([MetadataRecord(change, version: 1)])
        let refused = try #require(try cluster.create("t", partitions: 1, factor: 1))
        #expect(refused.errorCode == .invalidReplicationFactor)
        #expect(refused.errorMessage == "Unable to replicate the partition 1 time(s): All brokers are currently fenced or in controlled shutdown.")
        #expect(cluster.image.topic("t") == nil)
    }

    private func fixture(_ name: String) throws -> Bytes {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
        return Bytes([UInt8](try Data(contentsOf: url)))
    }

    @Test func transactionsCountFromTheirEndOnOrNever() throws {
        var fold = MetadataFold()
        var feature = FeatureLevelRecord()
        feature.name = "metadata.version"
        feature.featureLevel = 30
        try fold.replay(MetadataRecord(BeginTransactionRecord()), offset: 0)
        try fold.replay(MetadataRecord(feature), offset: 1)
        #expect(fold.image.features.isEmpty && fold.isInTransaction)
        var aborted = fold
        try aborted.replay(MetadataRecord(AbortTransactionRecord()), offset: 2)
        #expect(aborted.image.features.isEmpty && !aborted.isInTransaction && aborted.image.offset == 2)
        try fold.replay(MetadataRecord(EndTransactionRecord()), offset: 2)
        #expect(fold.image.metadataVersion == 30)
    }

    @Test func brokenRecordsAreErrors() throws {
        for bytes: Bytes in [[], [2, 0, 0], [1, 99, 0], [1, 2, 9, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [1, 2, 0, 5]] {
            #expect(throws: MetadataError.self) { try MetadataRecord.decode(bytes) }
        }
        var fold = MetadataFold()
        #expect(throws: MetadataError.self) { try fold.replay(MetadataRecord(PartitionRecord()), offset: 0) }
        #expect(throws: MetadataError.self) { try fold.replay(MetadataRecord(RemoveTopicRecord()), offset: 0) }
        #expect(throws: MetadataError.self) { try fold.replay(MetadataRecord(PartitionChangeRecord()), offset: 0) }
    }

    @Test func producerIdsAreNeverGivenTwice() throws {
        var cluster = try ControllerDriver()
        var request = AllocateProducerIdsRequest()
        request.brokerId = 1
        request.brokerEpoch = try #require(cluster.image.brokers[1]?.epoch)
        var starts: [Int64] = []
        for _ in 0..<3 {
            let decision = cluster.controller.allocateProducerIds(request, image: cluster.image)
            try cluster.append(decision.records)
            starts.append(decision.response.producerIdStart)
            #expect(decision.response.producerIdLen == 1000)
        }
        #expect(starts == [0, 1000, 2000])
        request.brokerEpoch = 0
        #expect(cluster.controller.allocateProducerIds(request, image: cluster.image).response.errorCode == .staleBrokerEpoch)
    }

    @Test func storePublishesWhatItAppendedAndSurvivesARestart() throws {
        let source = MemorySource()
        let store = try MetadataStore(source)
        let controller = Controller(nodeId: 1)
        try store.change { _, _ in .init(controller.bootstrapRecords(), ()) }
        try store.change { image, offset in
            .init(controller.startRecords(BrokerIdentity(id: 1, incarnationId: .zero, endpoints: []), offset: offset, image: image), ())
        }
        #expect(store.image.brokers[1]?.epoch == 7)
        let again = try MetadataStore(source)
        #expect(again.image.brokers[1]?.epoch == 7 && again.image.features == store.image.features && again.image.offset == store.image.offset)
        source.fails = true
        #expect(throws: MetadataFailure.self) { try store.change { _, _ in .init(controller.bootstrapRecords(), ()) } }
        #expect(store.image.offset == 7)
    }
}

private final class MemorySource: MetadataSource {
    private let values = Mutex<[Bytes]>([])
    private let failing = Mutex(false)

    var fails: Bool {
        get { failing.withLock { $0 } }
        set { failing.withLock { $0 = newValue } }
    }
    var nextOffset: Int64 { values.withLock { Int64($0.count) } }

    func records(from offset: Int64, _ body: (Bytes, Int64) throws(MetadataError) -> Void) throws(MetadataError) {
        for (index, value) in values.withLock({ $0 }).enumerated().dropFirst(Int(offset)) { try body(value, Int64(index)) }
    }

    func append(_ new: [Bytes]) throws(ErrorCode) -> Int64 {
        if fails { throw .kafkaStorageError }
        return values.withLock { values in
            values += new
            return Int64(values.count - new.count)
        }
    }

    func commit() throws(ErrorCode) { if fails { throw .kafkaStorageError } }
}
