import KafkaClient
import Vocabulary

/// `find-hanging`: transactions that are open in a partition and unknown to their coordinator.
struct FindHangingTransactions {
    /// Where to search.
    struct Scope: Equatable {
        /// Nil for all topics.
        let topic: String?
        /// Nil for all partitions.
        let partition: Int32?
        /// Who is asked, and whose partitions are searched; nil for the leaders.
        let broker: Int32?
        let maxTimeoutMs: Int64

        init(_ options: ParsedOptions) throws(ToolError) {
            topic = try options.string("topic")
            partition = try options.int("partition")
            broker = try options.int("broker-id")
            maxTimeoutMs = Int64(try options.int("max-transaction-timeout") ?? 15) * 60_000
            if topic == nil, broker == nil {
                throw ToolError.invalid("The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search")
            }
            if topic == nil, partition != nil { throw ToolError.invalid("The --partition argument requires --topic to be provided") }
        }
    }

    /// Partitions or topics that one request may be about, so that none overwhelms a broker.
    static let batchSize = 500

    struct Row {
        let transaction: OpenTransaction
        let nowMs: Int64

        var producer: ProducerState { transaction.producer }
        var minutes: Int64 { (nowMs &- producer.lastTimestamp) / 60_000 }
    }

    static let hanging = Shape<Row>(
        "hanging", "a transaction that is open in a partition and unknown to its coordinator", text: .table(.tabbed),
        [
            Column("topic", "topic", heading: "Topic", width: .least(0)) { $0.transaction.partition.topic },
            Column("partition", "number of the partition", heading: "Partition", width: .least(0)) { $0.transaction.partition.partition },
            Column("producerId", "producer id", heading: "ProducerId", width: .least(0)) { $0.producer.producerId },
            Column("producerEpoch", "producer epoch", heading: "ProducerEpoch", width: .least(0)) { $0.producer.producerEpoch },
            Column("coordinatorEpoch", "epoch of its coordinator, -1 for none", heading: "CoordinatorEpoch", width: .least(0)) {
                $0.producer.coordinatorEpoch ?? -1
            },
            Column("startOffset", "offset at which it begins", heading: "StartOffset", width: .least(0)) {
                $0.producer.currentTransactionStartOffset ?? -1
            },
            Column(
                "lastTimestampMs", "timestamp of the producer's last batch, in milliseconds since 1970-01-01 UTC", heading: "LastTimestamp",
                width: .least(0)
            ) { $0.producer.lastTimestamp },
            Column("durationMinutes", "for how long its producer has written nothing, in minutes", heading: "Duration(min)", width: .least(0)) {
                $0.minutes
            },
        ])

    let run: Transactions

    func perform(_ scope: Scope) throws {
        var candidates: [OpenTransaction] = []
        for batch in Self.batches(of: try partitions(scope)) { candidates += try self.candidates(batch, scope) }
        let hanging = candidates.isEmpty ? [] : try self.hanging(candidates)
        let nowMs = run.context.wallClockMs
        run.context.report.add(hanging.map { Row(transaction: $0, nowMs: nowMs) }, as: Self.hanging)
    }

    static func batches<Item>(of items: [Item]) -> [[Item]] {
        stride(from: 0, to: items.count, by: batchSize).map { Array(items[$0..<min($0 + batchSize, items.count)]) }
    }

    // MARK: Asking

    private func topics(_ scope: Scope) throws -> [String] {
        if let topic = scope.topic { return [topic] }
        return try run.attempt("Failed to list topics") { () throws(ClientError) in try run.admin.listTopics().map(\.name) }
    }

    private func partitions(_ scope: Scope) throws -> [TopicPartition] {
        if let topic = scope.topic, let partition = scope.partition { return [TopicPartition(topic, partition)] }
        var partitions: [TopicPartition] = []
        for batch in Self.batches(of: try topics(scope)) {
            let descriptions = try run.attempt("Failed to describe \(batch.count) topics") { () throws(ClientError) in try run.admin.describeTopics(batch) }
            for (name, description) in descriptions.sorted(by: { $0.key < $1.key }) {
                let topic = try run.attempt("Failed to describe \(batch.count) topics") { () throws(ClientError) in try description.get() }
                let held = topic.partitions.filter { partition in scope.broker.map(partition.replicas.contains) ?? true }
                partitions += held.map { TopicPartition(name, $0.index) }
            }
        }
        return partitions
    }

    private func candidates(_ partitions: [TopicPartition], _ scope: Scope) throws -> [OpenTransaction] {
        let replicas = scope.broker.map { " on broker \($0)" } ?? ""
        let failing = "Failed to describe producers for \(partitions.count) partitions\(replicas)"
        let answers = try run.attempt(failing) { () throws(ClientError) in try run.admin.describeProducers(partitions, broker: scope.broker) }
        var producers: [TopicPartition: [ProducerState]] = [:]
        for (partition, answer) in answers.sorted(by: { $0.key < $1.key }) {
            producers[partition] = try run.attempt(failing) { () throws(ClientError) in try answer.get() }
        }
        return HangingTransactions.candidates(producers, nowMs: run.context.wallClockMs, maxTimeoutMs: scope.maxTimeoutMs)
    }

    private func hanging(_ candidates: [OpenTransaction]) throws -> [OpenTransaction] {
        let ids = try transactionalIds(of: Set(candidates.map(\.producer.producerId)))
        let known = Set(ids.values).sorted()
        var descriptions: [String: TransactionDescription] = [:]
        for (id, result) in run.admin.describeTransactions(known).sorted(by: { $0.key < $1.key }) {
            if case .failure(let error) = result, error.code == .transactionalIdNotFound { continue }
            descriptions[id] = try run.attempt("Failed to describe \(known.count) transactions") { () throws(ClientError) in try result.get() }
        }
        return HangingTransactions.hanging(candidates, ids: ids, descriptions: descriptions)
    }

    private func transactionalIds(of producerIds: Set<Int64>) throws -> [Int64: String] {
        var filter = TransactionFilter()
        filter.producerIds = producerIds.sorted()
        let listings = try run.attempt("Failed to list transactions for \(producerIds.count) producers") { () throws(ClientError) in
            try run.admin.listTransactions(filter)
        }
        var ids: [Int64: String] = [:]
        for listing in listings.values.flatMap({ $0 }) where producerIds.contains(listing.producerId) { ids[listing.producerId] = listing.transactionalId }
        return ids
    }
}
