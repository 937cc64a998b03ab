import KafkaClient
import Vocabulary

/// `--delete`: removes whole groups with their offsets.
struct DeleteGroups {
    let run: GroupRun

    /// What became of a group.
    struct Row {
        let group: String
        let failure: ClientError?
    }

    static let deletions = Shape<Row>(
        "deletions", "a group that was to be deleted",
        text: .none,
        [
            Column("group", "group") { $0.group },
            Column("deleted", "whether it is gone") { $0.failure == nil },
            Column("error", "why it is not") { $0.failure?.javaDescription },
        ])

    func perform() throws -> ExitCode {
        // In the order of the hash table in which Kafka's tool keeps the answers.
        let ids = JavaHash.ordered(try run.selectedGroups(), hash: JavaHash.of)
        let failures = run.admin.deleteGroups(ids)
        if let unusable = failures.values.first(where: { $0.kind == .configuration }) { throw GroupFailure.of(unusable, text: unusable.message) }
        let report = run.context.report
        let deleted = ids.filter { failures[$0] == nil }.map { "'\($0)'" }.joined(separator: ", ")
        let failed = ids.compactMap { failures[$0] }
        let rows = ids.map { Row(group: $0, failure: failures[$0]) }
        if failed.isEmpty {
            report.add(rows, as: Self.deletions)
            report.say("Deletion of requested consumer groups (\(deleted)) was successful.")
            return .done
        }
        report.add(rows, as: Self.deletions)
        run.printError("Deletion of some consumer groups failed:")
        for row in rows { if let failure = row.failure { run.printDetail("* Group '\(row.group)' could not be deleted due to: \(failure.javaDescription)") } }
        if !deleted.isEmpty {
            report.decorate("\n")
            report.say("These consumer groups were deleted successfully: \(deleted)")
        }
        if let reason = failed.lazy.compactMap(\.reason).first { run.context.error.line("cannot reach the cluster: \(reason)") }
        return .of(failed.map(\.exit), among: ids.count)
    }
}
