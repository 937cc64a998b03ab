import Security

/// `--list`: a block for each pattern; with `--principal`, those of each principal under a heading of its own.
extension Acls {
    func list() throws -> ExitCode {
        let selection = try AclSelection(options)
        let filters = selection.resources()
        let principals = try selection.listedPrincipals()
        var found: Set<AclBinding> = []
        for filter in filters.isEmpty ? [.any] : filters { found.formUnion(try admin.describeAcls(AclBinding(filter, .any))) }
        context.report.open(Self.acls)
        if principals.isEmpty { show(found) }
        for principal in principals {
            context.report.decorate("ACLs for principal `\(principal)`\n")
            show(found.filter { $0.entry.principal == principal })
        }
        return .done
    }

    private func show(_ bindings: Set<AclBinding>) {
        let blocks = Dictionary(grouping: bindings, by: \.pattern).sorted { ResourcePattern.precedes($0.key, $1.key) }
        for (pattern, bindings) in blocks {
            context.report.decorate("Current ACLs for resource `\(pattern)`:\n")
            context.report.add(bindings.sorted { AccessControlEntry.precedes($0.entry, $1.entry) }, as: Self.acls)
            context.report.decorate("\n")
        }
    }
}
