import KafkaClient
import KafkaProtocol
import Vocabulary

/// A program that makes one transaction after another with a real producer: writes to several partitions, sometimes commits a group's offsets, and commits
/// or aborts. It aborts what fails, and ends when its producer can only be closed.
final class TransactionalProgram {
    /// What is to be done next.
    private enum Phase {
        case initializing, ready
        case filling(left: Int)
        case committing, aborting
        /// An answer is awaited, which says how to go on.
        case waiting
    }

    let number: Int
    let transactionalId: String
    let client: SimulatedClient
    private let world: World
    private let producer: Producer
    private let isBrief: Bool
    private let topics: [(name: String, partitions: Int32)]
    private var phase = Phase.initializing
    private var story: TransactionStory
    private var written = 0
    /// The transactions before.
    private var past: [TransactionStory] = []
    /// Finishes its transaction and makes no other.
    var isStopping = false
    private(set) var isOver = false
    private(set) var fenced = false
    /// What a program of its kind must never see.
    private(set) var complaints: [String] = []

    /// - Parameter isBrief: it commits one transaction, and takes its time for no call
    init(
        _ world: World, _ client: SimulatedClient, number: Int, transactionalId: String, topics: [(name: String, partitions: Int32)], isBrief: Bool = false
    ) {
        self.isBrief = isBrief
        (self.world, self.client, self.number, self.transactionalId, self.topics) = (world, client, number, transactionalId, topics)
        var config = ProducerConfig()
        config.transactionalId = transactionalId
        config.transactionTimeoutMs = 3_000 + world.below(10) * 1_000
        config.lingerMs = world.below(3) * 10
        config.batchSize = 200
        config.requestTimeoutMs = 2_000
        config.deliveryTimeoutMs = 6_000
        config.maxBlockMs = 1_000 + world.below(10) * 1_000
        producer = Producer(client.core, config: config, seed: world.random.next())
        story = TransactionStory(id: "\(number).0")
        later()
    }

    /// The program ends without a word.
    func kill() {
        client.kill()
        isOver = true
    }

    var stories: [TransactionStory] { past + [story] }

    /// Where it stands, for a report.
    var standing: String { "is \(producer.transactionState.rawValue) with \(producer.pendingBatches) batches, \(phase)" }

    // MARK: Steps

    private func later(_ ms: Int? = nil) { world.after(Int64(ms ?? 1 + world.below(150))) { [weak self] in self?.step() } }

    private func step() {
        guard !isOver, !client.isOver else { return }
        client.turn()
        do throws(ClientError) {
            switch phase {
            case .initializing: try initialize()
            case .ready: try begin()
            case .filling(let left): try fill(left)
            case .committing: try commit()
            case .aborting: try abort()
            case .waiting: break
            }
        } catch {
            goOn(after: error)
        }
        client.turn()
    }

    private func initialize() throws(ClientError) {
        try producer.initTransactions { [unowned self] error in
            guard let error else { return become(.ready) }
            if error.kind == .timeout, !isFatal { become(.initializing) } else { end(error) }
        }
        phase = .waiting
    }

    private func begin() throws(ClientError) {
        if isStopping || (isBrief && !past.isEmpty) { return end(nil) }
        try producer.beginTransaction()
        become(.filling(left: 1 + world.below(4)))
    }

    private func fill(_ left: Int) throws(ClientError) {
        if left == 0 { return become(!isBrief && world.isOneIn(4) ? .aborting : .committing) }
        phase = .filling(left: left - 1)
        if world.isOneIn(5), story.offsets.isEmpty { return try sendOffsets() }
        for _ in 0..<(1 + world.below(4)) { try write() }
        // Now and then longer than the transaction may last.
        later(!isBrief && world.isOneIn(40) ? 5_000 + world.below(10_000) : nil)
    }

    private func write() throws(ClientError) {
        let topic = topics[world.below(topics.count)]
        let partition = Int32(world.below(Int(topic.partitions)))
        let value = "\(story.id).\(written)", id = story.id
        let admission = try producer.offer(
            producer.topic(topic.name), partition: partition, key: nil, value: Bytes(value), timestamp: world.now
        ) { [unowned self] result in
            if case .success(let metadata) = result { acknowledge(value, of: id, metadata.offset) }
        }
        guard case .accepted = admission else { return }
        written += 1
        story.sent.append(.init(value: value, partition: TopicPartition(topic.name, partition)))
    }

    private func acknowledge(_ value: String, of id: String, _ offset: Int64) {
        if story.id == id {
            story.acknowledged[value] = offset
        } else if let index = past.lastIndex(where: { $0.id == id }) {
            past[index].acknowledged[value] = offset
        }
    }

    private func sendOffsets() throws(ClientError) {
        let group = "g\(world.below(3))"
        var offsets: [TopicPartition: CommitOffset] = [:]
        for partition in 0..<Int32(2) where !world.isOneIn(3) {
            let place = TopicPartition(topics[0].name, partition)
            let offset = Int64(number) * 100_000 + Int64(past.count) * 10 + Int64(partition)
            offsets[place] = CommitOffset(offset, metadata: story.id)
            story.offsets[GroupOffset(group: group, partition: place)] = offset
        }
        let next = phase
        phase = .waiting
        try producer.sendOffsets(offsets, group: ConsumerGroupMetadata(groupId: group)) { [unowned self] error in
            if let error { phase = .filling(left: 0); goOn(after: error) } else { become(next) }
        }
    }

    private func commit() throws(ClientError) {
        story.end = .commitAsked
        try producer.commitTransaction { [unowned self] error in
            guard let error else { return close(.committed) }
            // Only the same call may follow one that timed out.
            if error.kind == .timeout, producer.transactionState == .committing { become(.committing) } else { goOn(after: error) }
        }
        phase = .waiting
    }

    private func abort() throws(ClientError) {
        story.end = .abortAsked
        try producer.abortTransaction { [unowned self] error in
            guard let error else { return close(.aborted) }
            if error.kind == .timeout, !isFatal { become(.aborting) } else { goOn(after: error) }
        }
        phase = .waiting
    }

    private func close(_ end: TransactionStory.End) {
        story.end = end
        past.append(story)
        story = TransactionStory(id: "\(number).\(past.count)")
        written = 0
        become(.ready)
    }

    private func become(_ next: Phase) {
        phase = next
        later()
    }

    // MARK: Failures

    private var isFatal: Bool { producer.transactionState == .fatalError }

    private func goOn(after error: ClientError) {
        if isFatal { return end(error) }
        if error.kind == .illegalState { complaints.append("program \(number) made a call at the wrong time: \(error)") }
        become(.aborting)
    }

    private func end(_ error: ClientError?) {
        isOver = true
        if error?.code == .producerFenced || error?.code == .invalidProducerEpoch { fenced = true }
        // After this turn, for a core is not ended in the middle of it.
        world.after(0) { [client] in client.kill() }
    }
}
