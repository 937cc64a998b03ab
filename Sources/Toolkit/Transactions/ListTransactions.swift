import KafkaClient

/// `list`: the transactional ids of every coordinator.
struct ListTransactions {
    let run: Transactions

    struct Row {
        let coordinator: Int32
        let listing: TransactionListing
    }

    static let transactions = Shape<Row>(
        "transactions", "a transactional id that a coordinator knows", text: .table(.tabbed),
        [
            Column("transactionalId", "transactional id", heading: "TransactionalId", width: .least(0)) { $0.listing.transactionalId },
            Column("coordinatorId", "id of the broker that coordinates it", heading: "Coordinator", width: .least(0)) { $0.coordinator },
            Column("producerId", "producer id", heading: "ProducerId", width: .least(0)) { $0.listing.producerId },
            Column("state", "state of its transaction", heading: "TransactionState", width: .least(0)) { $0.listing.state.rawValue },
        ])

    static func filter(_ options: ParsedOptions) throws(ToolError) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.durationMs = try options.long("duration-filter") ?? -1
        filter.idPattern = try options.string("transactional-id-pattern")
        return filter
    }

    func perform(_ filter: TransactionFilter) throws {
        let listings = try run.attempt("Failed to list transactions") { () throws(ClientError) in try run.admin.listTransactions(filter) }
        run.context.report.add(Self.rows(listings), as: Self.transactions)
    }

    /// A row for each id, by ascending coordinator, in the order of each coordinator's answer.
    static func rows(_ listings: [Int32: [TransactionListing]]) -> [Row] {
        listings.sorted { $0.key < $1.key }.flatMap { coordinator, ids in ids.map { Row(coordinator: coordinator, listing: $0) } }
    }
}
