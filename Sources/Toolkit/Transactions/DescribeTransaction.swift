import KafkaClient

/// `describe`: what the coordinator knows of a transactional id.
struct DescribeTransaction {
    let run: Transactions

    struct Row {
        let id: String
        let description: TransactionDescription
        let nowMs: Int64

        var durationMs: Int64? { description.startTimeMs.map { nowMs &- $0 } }
    }

    static let descriptions = Shape<Row>(
        "descriptions", "what the coordinator knows of the transactional id", text: .table(.tabbed),
        [
            Column("coordinatorId", "id of the broker that coordinates it", heading: "CoordinatorId", width: .least(0)) { $0.description.coordinatorId },
            Column("transactionalId", "transactional id", heading: "TransactionalId", width: .least(0)) { $0.id },
            Column("producerId", "producer id", heading: "ProducerId", width: .least(0)) { $0.description.producerId },
            Column("producerEpoch", "producer epoch", heading: "ProducerEpoch", width: .least(0)) { $0.description.producerEpoch },
            Column("state", "state of its transaction", heading: "TransactionState", width: .least(0)) { $0.description.state.rawValue },
            Column("timeoutMs", "how long a transaction may last, in milliseconds", heading: "TransactionTimeoutMs", width: .least(0)) {
                $0.description.timeoutMs
            },
            Column(
                "startTimeMs", "when the current transaction began, in milliseconds since 1970-01-01 UTC", heading: "CurrentTransactionStartTimeMs",
                width: .least(0), cell: { $0.description.startTimeMs.map { "\($0)" } ?? "None" }
            ) { $0.description.startTimeMs },
            Column(
                "durationMs", "for how long it has lasted, in milliseconds", heading: "TransactionDurationMs", width: .least(0),
                cell: { $0.durationMs.map { "\($0)" } ?? "None" }
            ) { $0.durationMs },
            Column(
                "partitions", "partitions in the transaction", heading: "TopicPartitions", width: .least(0),
                cell: { $0.description.partitions.map(\.description).joined(separator: ",") }
            ) { $0.description.partitions },
        ])

    func perform(_ id: String) throws {
        let description = try run.attempt("Failed to describe transaction state of transactional-id `\(id)`") { () throws(ClientError) in
            try run.admin.describeTransactions([id])[id]?.get()
        }
        guard let description else { return }
        run.context.report.add(Row(id: id, description: description, nowMs: run.context.wallClockMs), as: Self.descriptions)
    }
}
