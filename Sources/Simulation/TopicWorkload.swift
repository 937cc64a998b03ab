import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// Topics that are made, written to, trimmed, rolled, compacted, deleted and made again under the same names, while the broker restarts and loses
/// power. What was acknowledged must hold afterwards: records are there where they were put, deleted ones stay deleted, and no topic ever serves
/// what an earlier one of its name held. Everything follows from the seed.
public struct TopicWorkload {
    public struct Report: Sendable {
        public var written = 0
        public var deletions = 0
        public var trims = 0
        public var crashes = 0
        public var violations: [String] = []

        public init() {}
    }

    /// What is known of one topic: of its one partition, that is.
    private struct Topic {
        var incarnation: Int
        var isCompacted: Bool
        /// By offset; of a compacted topic all that were ever written.
        var values: [Int64: (key: String, value: String)] = [:]
        /// Offsets below were deleted by a request that was answered.
        var start: Int64 = 0
        var written = 0
    }

    public let seed: UInt64
    public let steps: Int
    private static let names = ["a", "b", "c"]

    public init(seed: UInt64, steps: Int = 150) {
        self.seed = seed
        self.steps = steps
    }

    public func run() throws -> Report {
        var random = SeededGenerator(seed: seed)
        var report = Report()
        // The metadata log is trimmed often, so that most starts begin with a snapshot.
        let properties = [
            "log.cleaner.min.cleanable.ratio": "0.01", "internal.metadata.log.segment.bytes": "1500", "metadata.log.max.record.bytes.between.snapshots": "700",
            "metadata.max.retention.bytes": "1",
        ]
        let node = try SimulatedBroker(seed: seed, properties: properties)
        var topics: [String: Topic] = [:]
        var incarnations = 0
        for _ in 0..<steps where report.violations.isEmpty {
            let name = Self.names[Int(random.next() % 3)]
            switch (random.next() % 20, topics[name]) {
            case (0, _):
                try node.losePower(using: &random)
                report.crashes += 1
                try check(node, topics, &report)
            case (1, _):
                try node.restart()
                try check(node, topics, &report)
            case (2, _): node.advance(ms: Int64(random.next() % 400_000))
            case (3, _): try node.broker.storage.writeCheckpoints()
            case (_, nil):
                incarnations += 1
                topics[name] = try create(node, name, incarnations, isCompacted: random.next() % 3 == 0)
            case (4, _?):
                try delete(node, name)
                topics[name] = nil
                report.deletions += 1
            case (5, let topic?) where !topic.isCompacted:
                topics[name]?.start = try trim(node, name, to: topic.start + Int64(random.next() % 4))
                report.trims += 1
            case (6, _?): try node.broker.partitions.partition(name, 0)?.log.roll(now: node.now)
            case (_, let topic?):
                topics[name] = try write(node, name, topic, &random)
                report.written += 1
            }
        }
        try node.losePower(using: &random)
        try check(node, topics, &report)
        return report
    }

    // MARK: Requests

    private func create(_ node: SimulatedBroker, _ name: String, _ incarnation: Int, isCompacted: Bool) throws -> Topic {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = 1
        topic.replicationFactor = 1
        if isCompacted {
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = "cleanup.policy"
            config.value = "compact"
            topic.configs = [config]
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let row = try node.call(request).topics.first
        guard row?.errorCode == ErrorCode.none else { throw SimulationError("seed \(seed): \(name) was not created: \(row?.errorMessage ?? "no answer")") }
        return Topic(incarnation: incarnation, isCompacted: isCompacted)
    }

    private func delete(_ node: SimulatedBroker, _ name: String) throws {
        var state = DeleteTopicsRequest.DeleteTopicState()
        state.name = name
        var request = DeleteTopicsRequest()
        request.topics = [state]
        guard try node.call(request).responses.first?.errorCode == ErrorCode.none else { throw SimulationError("seed \(seed): \(name) was not deleted") }
    }

    private func trim(_ node: SimulatedBroker, _ name: String, to offset: Int64) throws -> Int64 {
        var row = DeleteRecordsRequest.DeleteRecordsTopic.DeleteRecordsPartition()
        row.offset = min(offset, node.broker.partitions.partition(name, 0)?.log.logEndOffset.value ?? 0)
        var topic = DeleteRecordsRequest.DeleteRecordsTopic()
        topic.name = name
        topic.partitions = [row]
        var request = DeleteRecordsRequest()
        request.topics = [topic]
        guard let answer = try node.call(request).topics.first?.partitions.first, answer.errorCode == .none else {
            throw SimulationError("seed \(seed): the records of \(name) were not deleted")
        }
        return answer.lowWatermark
    }

    private func write(_ node: SimulatedBroker, _ name: String, _ topic: Topic, _ random: inout SeededGenerator) throws -> Topic {
        var topic = topic
        let builder = RecordBatchBuilder()
        var records: [(key: String, value: String)] = []
        for _ in 0...(random.next() % 3) {
            topic.written += 1
            records.append(("k\(random.next() % 5)", "\(topic.incarnation):\(topic.written)"))
        }
        for record in records { builder.append(timestamp: node.now, key: Bytes(record.key), value: Bytes(record.value)) }
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.index = 0
        data.records = .bytes(builder.build())
        var form = ProduceRequest.TopicProduceData()
        form.name = name
        form.partitionData = [data]
        var request = ProduceRequest()
        request.acks = -1
        request.topicData = [form]
        guard let answer = try node.call(request, version: 12).responses.first?.partitionResponses.first else {
            throw SimulationError("seed \(seed): a produce was not answered")
        }
        guard answer.errorCode == .none else {
            throw SimulationError("seed \(seed): \(name) was not written to: \(answer.errorCode.name) \(answer.errorMessage ?? "")")
        }
        for (index, record) in records.enumerated() { topic.values[answer.baseOffset + Int64(index)] = record }
        return topic
    }

    // MARK: The check

    private func check(_ node: SimulatedBroker, _ topics: [String: Topic], _ report: inout Report) throws {
        for name in Self.names {
            let log = node.broker.partitions.partition(name, 0)?.log
            guard let topic = topics[name] else {
                if log != nil { report.violations.append("\(name) was deleted and is there") }
                continue
            }
            guard let log else {
                report.violations.append("\(name) was created and is not there")
                continue
            }
            let start = log.logStartOffset.value
            if start < topic.start { report.violations.append("\(name) begins at \(start), before \(topic.start)") }
            let found = try records(of: log)
            for (offset, value) in found where topic.values[offset]?.value != value {
                report.violations.append(
                    "\(name) holds \(value) at \(offset), where \(topic.values[offset]?.value ?? "nothing") was written by \(topic.incarnation)")
            }
            let newest = Dictionary(topic.values.sorted { $0.key < $1.key }.map { ($0.value.key, $0.key) }, uniquingKeysWith: { _, later in later })
            let expected = topic.isCompacted ? Array(newest.values) : topic.values.keys.filter { $0 >= max(topic.start, start) }
            for offset in expected where found[offset] == nil { report.violations.append("\(name) has lost offset \(offset) of \(topic.incarnation)") }
            if start > topic.start {
                report.violations.append("\(name) begins at \(start), but only up to \(topic.start) was deleted")
            }
        }
    }

    private func records(of log: PartitionLog) throws -> [Int64: String] {
        var found: [Int64: String] = [:]
        var offset = log.logStartOffset
        while offset < log.logEndOffset {
            let read = try log.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: log.logEndOffset)
            guard read.nextOffset > offset else { break }
            if case .pieces(let pieces) = read.records {
                for batch in try RecordBatches.all(in: try RecordData.pieces(pieces).gathered()) {
                    for record in try batch.records() where Offset(record.offset) >= offset { found[record.offset] = record.value?.text ?? "" }
                }
            }
            offset = read.nextOffset
        }
        return found
    }
}
