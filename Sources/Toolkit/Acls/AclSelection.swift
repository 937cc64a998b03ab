import Security
import Vocabulary

/// What the options say of resources and entries.
struct AclSelection {
    private let options: ParsedOptions
    let patternType: AclPatternType

    init(_ options: ParsedOptions) throws(ToolError) {
        self.options = options
        let types = AclPatternType.allCases.filter { $0 != .unknown }
        patternType = try options.convert("resource-pattern-type") { word in types.first { $0.name == word.uppercased() } } ?? .literal
    }

    /// The resources that are named, sorted; none at all stands for all.
    func resources() -> [ResourcePattern] {
        func named(_ option: String, _ type: AclResourceType) -> [ResourcePattern] {
            options.all(option).map { ResourcePattern(type, type == .transactionalId ? $0 : JavaText.trim($0), patternType) }
        }
        var all = named("topic", .topic) + named("group", .group) + named("transactional-id", .transactionalId)
        all += named("delegation-token", .delegationToken) + named("user-principal", .user)
        if patternType == .literal, options.has("cluster") || options.has("idempotent") { all.append(.cluster) }
        return Set(all).sorted(by: ResourcePattern.precedes)
    }

    /// The entries of each resource, sorted. A resource has none when no principal is named.
    func entries() throws(ToolError) -> [(pattern: ResourcePattern, entries: [AccessControlEntry])] {
        var all: [ResourcePattern: Set<AccessControlEntry>] = [:]
        func add(_ operations: Set<AclOperation>, to patterns: [ResourcePattern]) throws(ToolError) {
            let entries = try entries(of: operations)
            for pattern in patterns { all[pattern, default: []].formUnion(entries) }
        }
        if options.has("producer") {
            let resources = try namedResources()
            try add([.write, .describe, .create], to: resources.filter { $0.type == .topic })
            try add([.write, .describe], to: resources.filter { $0.type == .transactionalId })
            if options.has("idempotent") { try add([.idempotentWrite], to: [.cluster]) }
        }
        if options.has("consumer") {
            let resources = try namedResources()
            try add([.read, .describe], to: resources.filter { $0.type == .topic })
            try add([.read], to: resources.filter { $0.type == .group })
        }
        if all.isEmpty {
            let words = options.has("operation") ? options.all("operation") : [AclOperation.all.word]
            let operations = Set(words.map { AclOperation(word: JavaText.trim($0)) })
            let entries = try entries(of: operations)
            for pattern in try namedResources() { all[pattern] = entries }
        }
        let sorted = all.sorted { ResourcePattern.precedes($0.key, $1.key) }
        for (pattern, entries) in sorted { try Self.check(entries, of: pattern.type) }
        return sorted.map { ($0.key, $0.value.sorted(by: AccessControlEntry.precedes)) }
    }

    /// The principals of `--principal` as text, sorted.
    func listedPrincipals() throws(ToolError) -> [String] { try principals("principal").map(\.description).sorted() }

    private func namedResources() throws(ToolError) -> [ResourcePattern] {
        let resources = resources()
        if resources.isEmpty {
            throw .usage(
                "You must provide at least one resource: --topic <topic> or --cluster or --group <group> or --delegation-token <Delegation Token ID>")
        }
        return resources
    }

    private func entries(of operations: Set<AclOperation>) throws(ToolError) -> Set<AccessControlEntry> {
        let allowed = try principals("allow-principal")
        let denied = try principals("deny-principal")
        var entries: Set<AccessControlEntry> = []
        for (principals, option, permission) in [(allowed, "allow-host", AclPermission.allow), (denied, "deny-host", .deny)] {
            let hosts = options.has(option) ? Set(options.all(option).map { JavaText.trim($0) }) : ["*"]
            for principal in principals {
                for host in hosts {
                    for operation in operations { entries.insert(AccessControlEntry(principal.description, host: host, operation, permission)) }
                }
            }
        }
        return entries
    }

    private func principals(_ option: String) throws(ToolError) -> Set<Principal> {
        Set(try options.all(option).map { (word) throws(ToolError) in try Principal(word: word) })
    }

    private static func check(_ entries: Set<AccessControlEntry>, of type: AclResourceType) throws(ToolError) {
        let valid = type.operations + [.all]
        if entries.allSatisfy({ valid.contains($0.operation) }) { return }
        throw .usage("ResourceType \(type.name) only supports operations [\(valid.map(\.name).joined(separator: ", "))]")
    }
}

extension Principal {
    /// Reads `User:alice`; blanks around it do not count.
    init(word: String) throws(ToolError) {
        let trimmed = JavaText.trim(word)
        let parts = trimmed.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .invalid("expected a string in format principalType:principalName but got \(trimmed)") }
        self.init(type: String(parts[0]), name: String(parts[1]))
    }
}

extension ResourcePattern {
    /// By type, name and pattern type.
    static func precedes(_ one: ResourcePattern, _ other: ResourcePattern) -> Bool {
        (one.type.rawValue, one.name ?? "", one.patternType.rawValue) < (other.type.rawValue, other.name ?? "", other.patternType.rawValue)
    }
}

extension AccessControlEntry {
    /// By principal, host and operation; allowed before denied.
    static func precedes(_ one: AccessControlEntry, _ other: AccessControlEntry) -> Bool {
        let (a, b) = (one, other)
        return (a.principal ?? "", a.host ?? "", a.operation.name, -a.permission.rawValue)
            < (b.principal ?? "", b.host ?? "", b.operation.name, -b.permission.rawValue)
    }
}
