import KafkaClient
import Vocabulary

/// `--alter` of users, clients and addresses: quotas, and passwords of users.
struct AlterQuotas {
    static let userQuotas = ["consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate", "request_percentage"]
    static let ipQuotas = ["connection_creation_rate"]

    let admin: Admin

    func perform(_ selection: EntitySelection, _ changes: SettingChanges) throws {
        let added = changes.added.map(\.name)
        if selection.types == [.ips] {
            let unknown = (added + changes.deleted).filter { !Self.ipQuotas.contains($0) }
            if !unknown.isEmpty { throw Self.unexpected("connection quota configs can be added for 'ips'", unknown.joined(separator: ",")) }
            return try alterQuotas(selection, changes)
        }
        try check(added, "added", collection: "Set", selection)
        try check(changes.deleted, "deleted", collection: "ArrayBuffer", selection)
        let isAboutPasswords = (added + changes.deleted).contains { ScramMechanism(name: $0) != nil }
        let isAboutQuotas = (added + changes.deleted).contains { Self.userQuotas.contains($0) }
        if isAboutPasswords, selection.hasDefault {
            throw ToolError.invalid("The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.")
        }
        if isAboutPasswords, isAboutQuotas {
            throw ToolError.invalid("Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.")
        }
        if isAboutPasswords { try alterPasswords(of: selection.names[0], changes) } else { try alterQuotas(selection, changes) }
    }

    /// Clients have quotas alone, users passwords as well.
    private func check(_ names: [String], _ verb: String, collection: String, _ selection: EntitySelection) throws(ToolError) {
        let isAboutClients = selection.types.contains(.clients)
        let unknown = names.filter { !Self.userQuotas.contains($0) && (isAboutClients || ScramMechanism(name: $0) == nil) }
        if unknown.isEmpty { return }
        let what = isAboutClients ? "quota configs can be \(verb) for 'clients'" : "quota and SCRAM credential configs can be \(verb) for 'users'"
        throw Self.unexpected(what, "\(collection)(\(unknown.joined(separator: ", ")))")
    }

    private static func unexpected(_ what: String, _ names: String) -> ToolError {
        .invalid("Only \(what) using --bootstrap-server. Unexpected config names: \(names)")
    }

    private func alterQuotas(_ selection: EntitySelection, _ changes: SettingChanges) throws {
        let existing = try DescribeQuotas.ask(admin, selection).first?.values ?? [:]
        let missing = changes.deleted.filter { existing[$0] == nil }
        if !missing.isEmpty { throw ToolError.notFound("Invalid config(s): \(missing.joined(separator: ","))") }
        var names: [QuotaEntity.Part: String?] = [:]
        for (type, name) in zip(selection.types, selection.names) {
            if let part = type.quotaPart { names.updateValue(name.isEmpty ? nil : name, forKey: part) }
        }
        var values: [String: Double?] = [:]
        for (name, text) in changes.added {
            guard let value = ConfigValue.javaDouble(JavaText.trim(text)) else {
                throw ToolError.invalid("Cannot parse quota configuration value for \(name): \(text)")
            }
            values.updateValue(value, forKey: name)
        }
        for name in changes.deleted { values.updateValue(nil, forKey: name) }
        try admin.alterClientQuotas(of: QuotaEntity(names), values)
    }

    private func alterPasswords(of user: String, _ changes: SettingChanges) throws {
        let stored = try changes.added.compactMap { name, text in try ScramMechanism(name: name).map { try Self.credential($0, text) } }
        try admin.alterScramCredentials(of: user, deleting: changes.deleted.compactMap { ScramMechanism(name: $0) }, storing: stored)
    }

    /// `iterations=8192,password=secret`, of which the first part may be left out; -1 iterations stand for the default.
    static func credential(_ mechanism: ScramMechanism, _ text: String) throws(ToolError) -> ScramCredential {
        let constant = mechanism.name.replacing("-", with: "_")
        var rest = Substring(text)
        var digits: Substring?
        if rest.hasPrefix("iterations="), let comma = rest.firstIndex(of: ",") {
            digits = rest[..<comma].dropFirst("iterations=".count)
            rest = rest[rest.index(after: comma)...]
        }
        let isNumber = digits?.drop { $0 == "-" }.allSatisfy { $0.isASCII && $0.isNumber } ?? true
        guard rest.hasPrefix("password="), isNumber else { throw .invalid("Invalid credential property \(constant)=\(text)") }
        var iterations = ScramMechanism.leastIterations
        if let digits, digits != "-1" {
            guard let number = Int32(digits) else { throw .invalid("For input string: \"\(digits)\"") }
            iterations = number
        }
        if iterations < ScramMechanism.leastIterations {
            throw .invalid("Iterations \(iterations) is less than the minimum \(ScramMechanism.leastIterations) required for \(mechanism.name)")
        }
        return ScramCredential(mechanism, iterations: iterations, password: String(rest.dropFirst("password=".count)))
    }
}
