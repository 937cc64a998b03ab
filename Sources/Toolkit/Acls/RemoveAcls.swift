import KafkaClient
import Security

/// `--remove`: asks for each pattern, unless `--force` is given. Silent on success.
extension Acls {
    /// What became of an entry that fits.
    struct Deletion {
        let binding: AclBinding
        let failure: ClientError?
    }

    static let deletions = Shape<Deletion>(
        "deletions", "an entry that was to be removed", text: .none,
        columns(\.binding) + [
            Column("deleted", "whether it is gone") { $0.failure == nil },
            Column("error", "why it is not") { $0.failure?.javaDescription },
        ])

    func remove() throws -> ExitCode {
        for (pattern, entries) in try AclSelection(options).entries() {
            guard try options.has("force") || isConfirmed(Self.question(pattern, entries)) else { continue }
            try delete(entries.isEmpty ? [AclBinding(pattern, .any)] : entries.map { AclBinding(pattern, $0) })
        }
        context.report.open(Self.deletions)
        return .done
    }

    private static func question(_ pattern: ResourcePattern, _ entries: [AccessControlEntry]) -> String {
        if entries.isEmpty { return "Are you sure you want to delete all ACLs for resource filter `\(pattern)`? (y/n)" }
        let list = entries.map { "\t\($0)\n" }.joined()
        return "Are you sure you want to remove ACLs: \n \(list) from resource filter `\(pattern)`? (y/n)"
    }

    private func isConfirmed(_ question: String) throws -> Bool {
        if let answer = try context.ask(question) { return answer.lowercased() == "y" }
        let output = "Cannot invoke \"java.io.Console.readLine()\" because the return value of \"java.lang.System.console()\" is null"
        throw AclFailure.of(ToolError("there is no terminal on which the question could be answered; --force removes without asking"), text: output)
    }

    private func delete(_ filters: [AclBinding]) throws {
        var failed: [ClientError] = []
        var count = 0
        for result in try admin.deleteAcls(filters) {
            switch result {
            case .failure(let failure):
                failed.append(failure)
                count += 1
            case .success(let bindings):
                context.report.add(bindings.map { Deletion(binding: $0.binding, failure: $0.failure) }, as: Self.deletions)
                failed += bindings.compactMap(\.failure)
                count += bindings.count
            }
        }
        if let first = failed.first { throw AclFailure.of(first, exit: .of(failed.map(\.exit), among: count)) }
    }
}
