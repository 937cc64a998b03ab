import Broker
import KafkaProtocol
import LogStorage
import Simulation
import Synchronization
import Testing
import Vocabulary

/// Snapshots and trimming that fail on the way, and power failures right there.
@Suite struct MetadataLogFaultTests {
    private static let properties = [
        "internal.metadata.log.segment.bytes": "1500", "metadata.log.max.record.bytes.between.snapshots": "500", "metadata.max.retention.bytes": "1",
    ]
    private static let directory = "data/__cluster_metadata-0"

    @Test(arguments: [
        ("rename", ".checkpoint"), ("remove", ".checkpoint"), ("remove", "__cluster_metadata-0/0"), ("open", ".checkpoint"), ("list", "__cluster_metadata-0"),
    ])
    func whatFailsIsToldOnceAndLosesNothing(operation: String, path: String) throws {
        for seed in Seeds.all(1...20) {
            var random = SeededGenerator(seed: seed)
            let lines = Mutex<[String]>([])
            let log = OperatorLog(level: .warn, clock: { 0 }) { entry in lines.withLock { $0.append(entry.text) } }
            let node = try SimulatedBroker(seed: seed, properties: Self.properties, log: log)
            var topics: Set<String> = []
            func live(_ count: Int) throws {
                for _ in 0..<count {
                    try create(node, "t\(topics.count)")
                    topics.insert("t\(topics.count)")
                    node.advance(ms: 1001)
                }
            }
            try live(8 + Int(random.next() % 8))
            node.disk.faults.failing = (operation, path)
            try live(6)
            let told = lines.withLock { $0 }.filter { $0.contains("the metadata log is kept whole for now") }
            #expect(told.count == 1, "seed \(seed): \(told)")
            try node.losePower(using: &random)
            #expect(Set(node.broker.metadata.image.topicsByName.keys) == topics, "seed \(seed)")

            // What was not done then is done now.
            try live(8)
            let names = try node.disk.names(in: Self.directory)
            #expect(names.filter { MetadataSnapshot(fileName: $0) != nil }.count == 1, "seed \(seed): \(names)")
            #expect(!names.contains("00000000000000000000.log") && !names.contains { $0.hasSuffix(".part") }, "seed \(seed): \(names)")
            try node.losePower(using: &random)
            #expect(Set(node.broker.metadata.image.topicsByName.keys) == topics, "seed \(seed)")
        }
    }

    private func create(_ node: SimulatedBroker, _ name: String) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = 1
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        try #require(try node.call(request).topics.first?.errorCode == ErrorCode.none)
    }

    /// A failure is not tried again with every change, but after a while.
    @Test func aSnapshotThatCannotBeWrittenIsTriedAgainAfterAMinute() throws {
        let node = try SimulatedBroker(seed: 5, properties: Self.properties)
        func snapshots() throws -> Int { try node.disk.names(in: Self.directory).filter { MetadataSnapshot(fileName: $0) != nil }.count }
        node.disk.faults.failing = ("rename", ".checkpoint")
        for index in 0..<8 {
            try create(node, "t\(index)")
            node.advance(ms: 1001)
        }
        node.disk.faults.failing = nil
        node.advance(ms: 30_000)
        #expect(try snapshots() == 0)
        node.advance(ms: 31_000)
        #expect(try snapshots() == 1)
    }
}
