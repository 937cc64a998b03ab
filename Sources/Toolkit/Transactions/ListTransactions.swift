import KafkaClient

/// `list`: the transactional ids of every coordinator.
struct ListTransactions {
    let run: Transactions

    static let header = ["TransactionalId", "Coordinator", "ProducerId", "TransactionState"]

    static func filter(_ options: ParsedOptions) throws(ToolError) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.durationMs = try options.long("duration-filter") ?? -1
        filter.idPattern = try options.string("transactional-id-pattern")
        return filter
    }

    func perform(_ filter: TransactionFilter) throws {
        let listings = try run.attempt("Failed to list transactions") { () throws(ClientError) in try run.admin.listTransactions(filter) }
        run.writeTable(Self.header, Self.rows(listings))
    }

    /// A row for each id, by ascending coordinator, in the order of each coordinator's answer.
    static func rows(_ listings: [Int32: [TransactionListing]]) -> [[String]] {
        listings.sorted { $0.key < $1.key }.flatMap { coordinator, ids in
            ids.map { [$0.transactionalId, "\(coordinator)", "\($0.producerId)", $0.state.rawValue] }
        }
    }
}
