import KafkaClient

/// `describe`: what the coordinator knows of a transactional id.
struct DescribeTransaction {
    let run: Transactions

    static let header = [
        "CoordinatorId", "TransactionalId", "ProducerId", "ProducerEpoch", "TransactionState", "TransactionTimeoutMs", "CurrentTransactionStartTimeMs",
        "TransactionDurationMs", "TopicPartitions",
    ]

    func perform(_ id: String) throws {
        let description = try run.attempt("Failed to describe transaction state of transactional-id `\(id)`") { () throws(ClientError) in
            try run.admin.describeTransactions([id])[id]?.get()
        }
        guard let description else { return }
        run.writeTable(Self.header, [Self.row(id, description, nowMs: run.context.wallClockMs)])
    }

    static func row(_ id: String, _ description: TransactionDescription, nowMs: Int64) -> [String] {
        [
            "\(description.coordinatorId)", id, "\(description.producerId)", "\(description.producerEpoch)", description.state.rawValue,
            "\(description.timeoutMs)", description.startTimeMs.map { "\($0)" } ?? "None", description.startTimeMs.map { "\(nowMs &- $0)" } ?? "None",
            description.partitions.map(\.description).joined(separator: ","),
        ]
    }
}
