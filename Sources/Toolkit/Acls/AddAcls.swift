import KafkaClient
import Security

/// `--add`: what exists already is said, the rest is created.
extension Acls {
    /// What became of an entry.
    struct Creation {
        let binding: AclBinding
        let existed: Bool
        let failure: ClientError?
    }

    static let creations = Shape<Creation>(
        "creations", "an entry that was to be added",
        text: .lines { $0.existed ? "Acl \($0.binding) already exists." : "\t\($0.binding.entry)" },
        columns(\.binding) + [
            Column("existed", "whether it was there before") { $0.existed },
            Column("created", "whether it was added") { !$0.existed && $0.failure == nil },
            Column("error", "why it was not") { $0.failure?.javaDescription },
        ])

    func add() throws -> ExitCode {
        let selection = try AclSelection(options)
        if !selection.patternType.isSpecific {
            throw ToolError.usage("A '--resource-pattern-type' value of '\(selection.patternType.name)' is not valid when adding acls.")
        }
        let wanted = try selection.entries()
        if wanted.contains(where: \.entries.isEmpty) {
            throw ToolError.usage("You must specify one of: --allow-principal, --deny-principal when trying to add ACLs.")
        }
        for (pattern, entries) in wanted { try add(entries, to: pattern) }
        return .done
    }

    private func add(_ entries: [AccessControlEntry], to pattern: ResourcePattern) throws {
        let there = Set(try admin.describeAcls(AclBinding(pattern, .any)))
        let bindings = entries.map { AclBinding(pattern, $0) }
        let existing = bindings.filter(there.contains)
        context.report.add(existing.map { Creation(binding: $0, existed: true, failure: nil) }, as: Self.creations)
        let missing = bindings.filter { !there.contains($0) }
        if missing.isEmpty { return }
        let failures = create(missing)
        // Kafka's tool says what it is about to do; here the rows wait for what becomes of them.
        context.report.decorate("Adding ACLs for resource `\(pattern)`: \n ")
        context.report.add(zip(missing, failures).map { Creation(binding: $0, existed: false, failure: $1) }, as: Self.creations)
        context.report.decorate("\n")
        let failed = failures.compactMap { $0 }
        if let first = failed.first { throw AclFailure.of(first, exit: .of(failed.map(\.exit), among: missing.count)) }
    }

    /// The failure of each; the same of all when the call failed.
    private func create(_ bindings: [AclBinding]) -> [ClientError?] {
        do throws(ClientError) {
            return try admin.createAcls(bindings)
        } catch {
            return bindings.map { _ in error }
        }
    }
}
