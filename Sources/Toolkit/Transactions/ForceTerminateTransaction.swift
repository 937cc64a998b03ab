import KafkaClient

/// `forceTerminateTransaction`: ends a transactional id's open transaction at its coordinator. Silent on success.
struct ForceTerminateTransaction {
    let run: Transactions

    func perform(_ id: String) throws {
        try run.attempt("Failed to force terminate transactionalId `\(id)`") { () throws(ClientError) in try run.admin.forceTerminateTransaction(id) }
    }
}
