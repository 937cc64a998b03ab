import KafkaClient

/// `--delete`: removes whole groups with their offsets.
struct DeleteGroups {
    let run: GroupRun

    func perform() throws -> ExitCode {
        let ids = try run.selectedGroups()
        let failures = run.admin.deleteGroups(ids)
        if let unusable = failures.values.first(where: { $0.kind == .configuration }) { throw GroupFailure.of(unusable, text: unusable.message) }
        let output = run.context.output
        let deleted = ids.filter { failures[$0] == nil }.map { "'\($0)'" }.joined(separator: ", ")
        let failed = ids.compactMap { id in failures[id].map { (id, $0) } }
        if failed.isEmpty {
            output.line("Deletion of requested consumer groups (\(deleted)) was successful.")
            return .done
        }
        run.printError("Deletion of some consumer groups failed:")
        for (id, failure) in failed { output.line("* Group '\(id)' could not be deleted due to: \(failure.javaDescription)") }
        if !deleted.isEmpty { output.line("\nThese consumer groups were deleted successfully: \(deleted)") }
        if let reason = failed.lazy.compactMap(\.1.reason).first { run.context.error.line("cannot reach the cluster: \(reason)") }
        return .failed
    }
}
