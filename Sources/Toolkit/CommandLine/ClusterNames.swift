import ClientDriver
import Host
import KafkaClient
import KafkaProtocol

/// `ottla __complete topics|groups|brokers|transactions --bootstrap-server HOST:PORT`: names for the shell, one a line. Never an error, never later than the budget.
enum ClusterNames {
    /// Milliseconds for everything; a shell must not hang on a tab.
    static let budgetMs = 300

    static func print(_ words: [String], output: OutputWriter) -> Int32 {
        let description = Command(
            name: "__complete", purpose: "",
            options: [
                Option("bootstrap-server", value: .required("host:port"), help: ""), Option("command-config", value: .required("file"), help: ""),
            ])
        guard let kind = words.first, let options = try? JoptParser(description).parse(Array(words.dropFirst())) else { return 0 }
        let names = (try? names(kind, options)) ?? []
        for name in names { output.line(name) }
        return 0
    }

    private static func names(_ kind: String, _ options: ParsedOptions) throws -> [String] {
        var properties: [String: String] = [:]
        if let path = try options.string("command-config") {
            for pair in try JavaProperties.parse(Surroundings.readFile(path)) { properties[pair.key] = pair.value }
        }
        if properties["config.providers"] != nil {
            var providers = try ConfigProviders(properties) { Surroundings.variable($0) }
            properties = try providers.resolve(properties).values
        }
        let config = try ClientConfig(bootstrap: options.string("bootstrap-server"), properties: properties, clientId: "ottla-completion")
        let deadline = SystemClock.monotonicMs() + Int64(budgetMs)
        let session = try ClientSession(config) { SystemClock.monotonicMs() >= deadline }
        defer { session.close() }
        var admin = session.admin
        admin.timeoutMs = budgetMs
        switch kind {
        case "topics": return try admin.listTopics().map(\.name)
        case "groups": return try admin.listGroups().map(\.groupId)
        case "brokers": return try admin.allBrokers().map { "\($0)" }
        case "transactions": return try admin.listTransactions().values.flatMap { $0 }.map(\.transactionalId).sorted()
        default: return []
        }
    }
}
