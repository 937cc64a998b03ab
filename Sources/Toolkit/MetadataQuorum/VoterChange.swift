import KafkaClient
import KafkaProtocol
import Vocabulary

/// `add-controller` and `remove-controller`.
struct VoterChange {
    let context: ToolContext
    let admin: Admin

    private var isDryRun: Bool { context.options.has("dry-run") }

    /// A controller that is to vote, from its configuration file.
    struct Voter: Equatable {
        let id: Int32
        let directory: Uuid
        let names: [String]
        let addresses: [HostPort]
    }

    func add(_ voter: Voter) throws {
        if !isDryRun { try admin.addRaftVoter(voter.id, directory: voter.directory, listeners: voter.addresses, names: voter.names) }
        let endpoints = zip(voter.names, voter.addresses).map { "\($0)://\($1)" }.joined(separator: ", ")
        context.report.say(
            "\(isDryRun ? "DRY RUN of adding" : "Added") controller \(voter.id) with directory id \(voter.directory) and endpoints: \(endpoints)")
    }

    func remove(_ id: Int32, _ directory: Uuid) throws {
        if !isDryRun { try admin.removeRaftVoter(id, directory: directory) }
        // Kafka has two blanks in the first.
        context.report.say("\(isDryRun ? "DRY RUN of removing " : "Removed ") KRaft controller \(id) with directory id \(directory)")
    }

    // MARK: The new voter's configuration

    static func newVoter(_ context: ToolContext) throws -> Voter {
        guard let path = try context.options.string("command-config") else {
            throw ToolError.invalid("You must supply the configuration file of the controller you are adding when using add-controller.")
        }
        let properties = try context.readProperties(path)
        func invalid(_ text: String) -> ToolError { .invalid("\(text) Is this a valid controller configuration file?") }
        guard let text = properties["node.id"], let id = Int32(java: text) else { throw invalid("node.id not found in configuration file.") }
        if id < 0 { throw invalid("node.id was negative in configuration file.") }
        guard properties["process.roles"]?.contains("controller") == true else {
            throw invalid("process.roles did not contain 'controller' in configuration file.")
        }
        let (names, addresses) = try listeners(properties)
        return Voter(id: id, directory: try directory(properties, context), names: names, addresses: addresses)
    }

    private static func directory(_ properties: [String: String], _ context: ToolContext) throws -> Uuid {
        guard let path = properties["metadata.log.dir"] ?? properties["log.dirs"]?.split(separator: ",").first.map({ JavaText.trim($0) }) else {
            throw ToolError.invalid("Neither metadata.log.dir nor log.dirs were found. Is this a valid controller configuration file?")
        }
        guard let meta = try? context.readProperties("\(path)/meta.properties") else {
            throw ToolError.invalid("Unable to read meta.properties from \(path)")
        }
        guard let text = meta["directory.id"] else { throw ToolError.invalid("No directory id found in \(path)") }
        return try JavaUuid.parse(text)
    }

    /// The listeners for controllers as they are advertised.
    private static func listeners(_ properties: [String: String]) throws -> (names: [String], addresses: [HostPort]) {
        guard let wanted = properties["controller.listener.names"] else {
            throw ToolError.invalid("controller.listener.names was not found. Is this a valid controller configuration file?")
        }
        var known: [String: HostPort] = [:]
        for key in ["listeners", "advertised.listeners"] {
            for text in (properties[key] ?? "").split(separator: ",") {
                let entry = JavaText.trim(text)
                let halves = entry.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, var address = HostPort(halves[1]) else {
                    throw ToolError.invalid("Unable to parse \(entry) to an endpoint")
                }
                if address.host.isEmpty { address.host = "localhost" }
                known[halves[0].uppercased()] = address
            }
        }
        let names = wanted.split(separator: ",").map { JavaText.trim($0).uppercased() }
        let addresses = try names.map { name in
            guard let address = known[name] else { throw ToolError.invalid("Cannot find information about controller listener name: \(name)") }
            return address
        }
        return (names, addresses)
    }
}
