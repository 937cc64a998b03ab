import ClientDriver
import Host
import KafkaClient
import KafkaProtocol

/// The names of what a cluster has, for the shell: those of the cluster that the command line names.
struct ClusterNames {
    /// What is asked for, in the words of `__complete`.
    enum Kind: String { case topics, groups, brokers, transactions }

    /// Milliseconds for everything; a shell must not hang on a tab.
    static let budgetMs = 300

    private let line: TypedLine

    init(_ line: TypedLine) { self.line = line }

    func all(_ kind: Kind) throws -> [String] {
        let config = try config()
        let deadline = SystemClock.monotonicMs() + Int64(Self.budgetMs)
        let session = try ClientSession(config) { SystemClock.monotonicMs() >= deadline }
        defer { session.close() }
        var admin = session.admin
        admin.timeoutMs = Self.budgetMs
        switch kind {
        case .topics: return try admin.listTopics().map(\.name)
        case .groups: return try admin.listGroups().map(\.groupId)
        case .brokers: return try admin.allBrokers().map { "\($0)" }
        case .transactions: return try admin.listTransactions().values.flatMap { $0 }.map(\.transactionalId).sorted()
        }
    }

    private func config() throws -> ClientConfig {
        var properties: [String: String] = [:]
        if let path = line.value(of: "command-config", "consumer.config", "producer.config", "admin.config", "config", "c") {
            for pair in try JavaProperties.parse(Surroundings.readFile(path)) { properties[pair.key] = pair.value }
        }
        if properties["config.providers"] != nil {
            var providers = try ConfigProviders(properties) { Surroundings.variable($0) }
            properties = try providers.resolve(properties).values
        }
        let controllers = line.value(of: "bootstrap-controller", "C")
        let servers = controllers ?? line.value(of: "bootstrap-server", "broker-list", "b")
        var config = try ClientConfig(bootstrap: servers, properties: properties, clientId: "ottla-completion")
        config.asksControllers = controllers != nil
        return config
    }
}
