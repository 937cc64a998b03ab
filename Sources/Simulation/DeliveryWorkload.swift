import Broker
import KafkaProtocol
import Vocabulary

/// Idempotent producers that write with acks=all, lose replies and try again, while the broker restarts and loses power. Afterwards every acknowledged
/// record must be there once, where its acknowledgement said, and each producer's records must be in order. Everything follows from the seed.
public struct DeliveryWorkload {
    public let seed: UInt64
    public let steps: Int
    private let partitions: Int32 = 3

    /// What a run did, for a test to see that it did something.
    public struct Report: Sendable {
        public var acknowledged = 0
        public var retries = 0
        public var crashes = 0
        /// Times that the disk was full, or its syncs failed.
        public var faults = 0
        public var violations: [String] = []

        public init() {}
    }

    private struct Writer {
        var producerId: Int64
        var partition: Int32
        var sequence: Int32 = 0
        var written = 0
        /// The batch that has no acknowledgement yet: its values and the request that may still be answered.
        var open: (values: [String], pending: SimulatedBroker.Pending<ProduceRequest>?)?
    }

    public init(seed: UInt64, steps: Int = 300) {
        self.seed = seed
        self.steps = steps
    }

    public func run() throws -> Report {
        var random = SeededGenerator(seed: seed)
        var report = Report()
        let node = try SimulatedBroker(seed: seed)
        try createTopic(node)
        var writers = try (0..<4).map { number in Writer(producerId: try producerId(node), partition: Int32(number) % partitions) }
        var acknowledged: [String: Int64] = [:]
        for _ in 0..<steps {
            let index = Int(random.next() % UInt64(writers.count))
            switch random.next() % 20 {
            case 0:
                relieve(node)
                try node.losePower(using: &random)
                for other in writers.indices { writers[other].open?.pending = nil }
                report.crashes += 1
            case 1:
                relieve(node)
                do {
                    try node.restart()
                } catch {
                    // A log had failed, so the stop was not clean.
                    try node.losePower(using: &random)
                    for other in writers.indices { writers[other].open?.pending = nil }
                }
            case 2: node.advance(ms: Int64(random.next() % 60_000))
            case 3 where random.next() % 4 == 0:
                node.disk.faults.room = Int(random.next() % 300)
                report.faults += 1
            case 4 where random.next() % 16 == 0:
                // A disk whose syncs fail keeps nothing that was not synced before: all that is left is to start again.
                node.disk.faults.failsSyncs = true
                report.faults += 1
            case 3, 4, 5, 6, 7: node.sync()
            case 8: relieve(node)
            default: try step(&writers[index], index, node, &random, &acknowledged, &report)
            }
        }
        relieve(node)
        try node.losePower(using: &random)
        for other in writers.indices { writers[other].open?.pending = nil }
        for index in writers.indices {
            while writers[index].open != nil {
                node.sync()
                try step(&writers[index], index, node, &random, &acknowledged, &report)
            }
        }
        try check(node, acknowledged, writers.count, &report)
        return report
    }

    /// The disk works again. A log whose sync failed refuses everything until the broker starts again, which a power failure makes it do.
    private func relieve(_ node: SimulatedBroker) { node.disk.faults = SimulatedDisk.Faults() }

    /// Takes the open batch's answer, or sends it (again), or begins the next one.
    private func step(
        _ writer: inout Writer, _ index: Int, _ node: SimulatedBroker, _ random: inout SeededGenerator, _ acknowledged: inout [String: Int64],
        _ report: inout Report
    ) throws {
        guard let open = writer.open else {
            let values = (0...(random.next() % 4)).map { "\(index):\(writer.written + Int($0))" }
            let pending = submit(values, writer, node)
            writer.open = (values, pending)
            return
        }
        guard let pending = open.pending else {
            report.retries += 1
            let pending = submit(open.values, writer, node)
            writer.open = (open.values, pending)
            return
        }
        guard let response = try pending.response() else { return }
        guard random.next() % 6 != 0 else {
            // The reply is lost on its way: the producer cannot know and sends the batch again.
            writer.open?.pending = nil
            return
        }
        if response.responses.first?.partitionResponses.first?.errorCode == .kafkaStorageError {
            // Full, or the log's syncs failed: the producer tries again.
            writer.open?.pending = nil
            return
        }
        guard let result = response.responses.first?.partitionResponses.first, result.errorCode == .none else {
            throw SimulationError("seed \(seed): a produce was refused with \(response.responses.first?.partitionResponses.first?.errorCode.name ?? "nothing")")
        }
        for (position, value) in open.values.enumerated() { acknowledged[value] = result.baseOffset + Int64(position) }
        report.acknowledged += open.values.count
        writer.sequence += Int32(open.values.count)
        writer.written += open.values.count
        writer.open = nil
    }

    private func submit(_ values: [String], _ writer: Writer, _ node: SimulatedBroker) -> SimulatedBroker.Pending<ProduceRequest> {
        let builder = RecordBatchBuilder(producerId: writer.producerId, producerEpoch: 0, baseSequence: writer.sequence)
        for value in values { builder.append(timestamp: node.now, key: nil, value: Bytes(value)) }
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.index = writer.partition
        data.records = .bytes(builder.build())
        var topic = ProduceRequest.TopicProduceData()
        topic.name = "t"
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = -1
        request.timeoutMs = 30_000
        request.topicData = [topic]
        return node.submit(request, version: 12)
    }

    private func producerId(_ node: SimulatedBroker) throws -> Int64 {
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        let response = try node.call(request, version: 5)
        guard response.errorCode == .none else { throw SimulationError("no producer id: \(response.errorCode)") }
        return response.producerId
    }

    private func createTopic(_ node: SimulatedBroker) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "t"
        topic.numPartitions = partitions
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        guard try node.call(request).topics.first?.errorCode == ErrorCode.none else { throw SimulationError("the topic could not be created") }
    }

    private func check(_ node: SimulatedBroker, _ acknowledged: [String: Int64], _ writers: Int, _ report: inout Report) throws {
        var found: [String: Int64] = [:]
        var last = [Int](repeating: -1, count: writers)
        for partition in 0..<partitions {
            var expected: Int64 = 0
            for record in try read(node, partition) {
                let value = record.value?.text ?? ""
                if record.offset != expected { report.violations.append("partition \(partition): offset \(record.offset) where \(expected) was expected") }
                expected = record.offset + 1
                if found.updateValue(record.offset, forKey: value) != nil { report.violations.append("\(value) is there twice") }
                let parts = value.split(separator: ":").compactMap { Int($0) }
                guard parts.count == 2, parts[0] < writers else { continue }
                if parts[1] != last[parts[0]] + 1 { report.violations.append("\(value) follows \(last[parts[0]])") }
                last[parts[0]] = parts[1]
            }
        }
        for (value, offset) in acknowledged where found[value] != offset {
            report.violations.append("\(value) was acknowledged at \(offset) and is at \(found[value].map(String.init) ?? "no offset")")
        }
    }

    private func read(_ node: SimulatedBroker, _ partition: Int32) throws -> [Record] {
        var records: [Record] = []
        while true {
            var position = FetchRequest.FetchTopic.FetchPartition()
            position.partition = partition
            position.fetchOffset = (records.last?.offset ?? -1) + 1
            position.partitionMaxBytes = 10_000
            var topic = FetchRequest.FetchTopic()
            topic.topic = "t"
            topic.partitions = [position]
            var request = FetchRequest()
            request.topics = [topic]
            let answer = try node.call(request, version: 12).responses.first?.partitions.first
            let start = records.count
            for batch in RecordBatches(answer?.records?.bytes ?? .empty) { records += try batch.records().filter { $0.offset >= position.fetchOffset } }
            if records.count == start { return records }
        }
    }
}
