import Coordination
import Vocabulary

/// What a node's configuration file says about its directories and its place in a quorum. Other keys are the broker's business.
struct StorageConfig: Equatable {
    let nodeId: Int32
    let isController: Bool
    /// All directories, each once, sorted; that of the metadata log among them.
    let directories: [String]
    let metadataDirectory: String
    /// In capitals; the first of `controller.listener.names`.
    let controllerListener: String?
    /// Where other controllers reach this one.
    let controllerAddress: HostPort?
    /// Whether `controller.quorum.voters` names the voters.
    let hasFixedVoters: Bool
    let allowsUnfinishedFeatures: Bool

    init(_ context: ToolContext) throws(ToolError) {
        let file = try context.options.requiredString("config")
        let properties = try context.readProperties(file)
        do {
            var providers = try ConfigProviders(properties, variable: context.environment)
            try self.init(try providers.resolve(properties).values)
        } catch {
            throw .invalid("\(file): \(error.message)")
        }
    }

    init(_ properties: [String: String]) throws(ToolError) {
        func entries(_ key: String) -> [String] { ConfigValue.entries(of: properties[key] ?? "").filter { !$0.isEmpty } }
        let roles = Set(entries("process.roles"))
        if roles.isEmpty { throw .invalid("Missing required configuration \"process.roles\" which has no default value.") }
        if let unknown = roles.subtracting(["broker", "controller"]).sorted().first {
            throw .invalid("Invalid value \(unknown) for configuration process.roles: String must be one of: broker, controller")
        }
        isController = roles.contains("controller")
        let node: NodeInQuorum
        do throws(ConfigError) { node = try NodeInQuorum(properties) } catch { throw .invalid("\(error)") }
        nodeId = node.nodeId
        let given = entries("log.dirs").isEmpty ? entries("log.dir") : entries("log.dirs")
        let logDirectories = given.isEmpty ? ["/tmp/kafka-logs"] : given
        metadataDirectory = properties["metadata.log.dir"].flatMap { entries in ConfigValue.entries(of: entries).first } ?? logDirectories[0]
        directories = Set(logDirectories + [metadataDirectory]).sorted()
        let names = entries("controller.listener.names").map { $0.uppercased() }
        controllerListener = names.first
        controllerAddress = try names.first.flatMap { (name) throws(ToolError) in try Self.address(of: name, in: properties) }
        allowsUnfinishedFeatures = properties["unstable.feature.versions.enable"] == "true"
        let voters = entries("controller.quorum.voters")
        hasFixedVoters = !voters.isEmpty
        try Self.check(node, voters, isController: isController)
    }

    private static func check(_ node: NodeInQuorum, _ voters: [String], isController: Bool) throws(ToolError) {
        let isVoter = node.voters.contains { $0.id == node.nodeId }
        let list = voters.joined(separator: ",")
        if isController, !voters.isEmpty, !isVoter {
            throw .invalid(
                "If process.roles contains the 'controller' role, the node id \(node.nodeId) must be included in the set of voters controller.quorum.voters=\(list)"
            )
        }
        if !isController, isVoter {
            throw .invalid(
                "If process.roles contains just the 'broker' role, the node id \(node.nodeId) must not be included in the set of voters "
                    + "controller.quorum.voters=\(list)")
        }
    }

    /// As it is advertised, or else where it listens; without a host it is this machine.
    private static func address(of name: String, in properties: [String: String]) throws(ToolError) -> HostPort? {
        for key in ["advertised.listeners", "listeners"] {
            for entry in ConfigValue.entries(of: properties[key] ?? "") {
                let halves = entry.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, halves[0].uppercased() == name else { continue }
                guard var address = HostPort(String(halves[1])) else { throw .invalid("Unable to parse \(entry) to a broker endpoint") }
                if address.host.isEmpty { address.host = "localhost" }
                return address
            }
        }
        return nil
    }
}
