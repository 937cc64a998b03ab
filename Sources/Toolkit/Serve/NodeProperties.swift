import Coordination
import Host
import KafkaProtocol
import Server
import Vocabulary

/// What Kafka's keys say about a node's place in its cluster, its listeners and its directories.
///
/// Where this node could only do something else than a key says (encrypt, authorize, be one controller of several), the start is refused.
struct NodeProperties {
    /// All keys, with `node.id` filled in from `broker.id`.
    private(set) var values: [String: String]
    /// The listeners that clients connect to; empty without `listeners`.
    private(set) var listeners: [ServerOptions.Listener] = []
    /// The cluster that the node is a broker of, where it is no controller.
    private(set) var quorum: QuorumConfig?
    /// Lines for the operator about what is left out.
    private(set) var warnings: [String] = []

    private let controllerNames: Set<String>
    private let protocols: [String: String]

    /// - Parameter warnings: lines for the operator that there are already
    init(_ given: [String: String], warnings: [String] = []) throws(ToolError) {
        values = given
        self.warnings = warnings
        for key in ["node.id", "broker.id"] { if let text = given[key].flatMap({ Self.list($0).first }) { values[key] = text } }
        controllerNames = Set(Self.list(given["controller.listener.names"] ?? "CONTROLLER").map { $0.uppercased() })
        var protocols: [String: String] = [:]
        for entry in Self.list(given["listener.security.protocol.map"] ?? "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL") {
            guard let colon = entry.lastIndex(of: ":") else { throw Self.failure("invalid entry '\(entry)' in listener.security.protocol.map") }
            protocols[entry[..<colon].uppercased()] = entry[entry.index(after: colon)...].uppercased()
        }
        self.protocols = protocols
        try takeBrokerId()
        try checkQuorum()
        do throws(ConfigError) {
            // Before anything is opened: what must not be ignored is refused.
            _ = try ConfigTable.remarks(on: values)
        } catch {
            throw Self.failure("invalid configuration: \(error)")
        }
        try takeListeners()
    }

    // MARK: Identity

    private mutating func takeBrokerId() throws(ToolError) {
        guard let brokerId = values["broker.id"], !brokerId.hasPrefix("-") else { return }
        if let nodeId = values["node.id"], nodeId != brokerId { throw Self.failure("node.id=\(nodeId) and broker.id=\(brokerId) must be the same number") }
        values["node.id"] = brokerId
    }

    private mutating func checkQuorum() throws(ToolError) {
        if ConfigTable.isBrokerOnly(values) {
            do throws(ConfigError) { quorum = try QuorumConfig(values) } catch { throw Self.failure("invalid configuration: \(error)") }
            warnings += quorum?.warnings ?? []
            return
        }
        if Set(Self.list(values["process.roles"] ?? "")) == ["controller"] {
            throw Self.failure("process.roles=controller: voting in a quorum is not served yet, the node is broker and controller, or a broker")
        }
        let nodeId = values["node.id"] ?? "1"
        let voters = values["controller.quorum.voters"] ?? ""
        for voter in Self.list(voters) where voter.prefix(while: { $0 != "@" }) != nodeId {
            throw Self.failure("controller.quorum.voters=\(voters): joining a quorum is not served yet, the only voter can be this node, \(nodeId)")
        }
        let servers = values["controller.quorum.bootstrap.servers"] ?? ""
        if Set(Self.list(servers)).count > 1 {
            throw Self.failure("controller.quorum.bootstrap.servers=\(servers): joining a quorum is not served yet, the only controller can be this node")
        }
    }

    // MARK: Listeners

    private mutating func takeListeners() throws(ToolError) {
        guard let text = values["listeners"] else { return }
        var seen: [(entry: String, address: HostPort)] = []
        for entry in Self.list(text) {
            let (name, address) = try Self.endpoint(entry, key: "listeners")
            // As in Kafka, whatever the hosts, but for one address of each family.
            if let other = seen.first(where: { $0.address.port == address.port && address.port != 0 && !Self.areOfTwoFamilies($0.address, address) }) {
                throw Self.failure("listeners=\(text): \(other.entry) and \(entry) have the same port")
            }
            seen.append((entry, address))
            if controllerNames.contains(name) {
                warnings.append("the controller listener \(entry) is not opened: this node is its own quorum")
                continue
            }
            guard let spoken = protocols[name] else { throw Self.failure("listeners: \(name) has no entry in listener.security.protocol.map") }
            if spoken != "PLAINTEXT" { throw refusal(name, spoken, "listeners=\(text)") }
            if listeners.contains(where: { $0.name == name }) { throw Self.failure("listeners=\(text): \(name) is named twice") }
            listeners.append(.init(name: name, address: address.host.isEmpty ? .init(host: "127.0.0.1", port: address.port) : address))
        }
        if listeners.isEmpty { throw Self.failure("listeners=\(text) has no listener for clients") }
    }

    private static func areOfTwoFamilies(_ one: HostPort, _ other: HostPort) -> Bool {
        let families = [one, other].compactMap { SocketAddress(literal: $0.host, port: 0)?.isIPv6 }
        return Set(families) == [false, true]
    }

    /// Two listeners that would want the same port of the same address.
    private static func checkPlaces(_ opened: [ServerOptions.Listener]) throws(ToolError) {
        for (index, one) in opened.enumerated() {
            for other in opened[(index + 1)...] where one.address.port == other.address.port && one.address.port != 0 {
                let hosts = [one.address.host, other.address.host]
                guard hosts[0] == hosts[1] || hosts.contains(where: wildcards.contains) && !areOfTwoFamilies(one.address, other.address) else { continue }
                throw failure("the listeners \(one.name) (\(one.address)) and \(other.name) (\(other.address)) have the same port")
            }
        }
    }

    /// Addresses that stand for all of a machine's: no client can connect to one.
    static let wildcards = ["0.0.0.0", "::"]

    private func checkInterBrokerListener(_ opened: [ServerOptions.Listener]) throws(ToolError) {
        guard let name = values["inter.broker.listener.name"].flatMap({ Self.list($0).first }) else { return }
        if values["security.inter.broker.protocol"] != nil {
            throw Self.failure("only one of inter.broker.listener.name and security.inter.broker.protocol should be set")
        }
        let names = (opened + listeners).map(\.name)
        if names.contains(name.uppercased()) { return }
        throw Self.failure("inter.broker.listener.name=\(name) is no listener; there is \(opened.map(\.name).joined(separator: ", "))")
    }

    private func refusal(_ name: String, _ spoken: String, _ setting: String) -> ToolError {
        let reason = name == spoken ? "" : ", which listener.security.protocol.map makes \(spoken)"
        return Self.failure("\(setting): only PLAINTEXT is served yet, not \(name)\(reason)")
    }

    /// The listeners as they are opened: at the addresses of `--listen` where given, advertised as `advertised.listeners` says for their names.
    func opened(at given: [HostPort]) throws(ToolError) -> [ServerOptions.Listener] {
        var opened = listeners
        if !given.isEmpty {
            opened = given.enumerated().map { index, address in
                .init(name: index < listeners.count ? listeners[index].name : index == 0 ? "PLAINTEXT" : "PLAINTEXT_\(index)", address: address)
            }
        } else if opened.isEmpty {
            opened = ServerOptions().listeners
        }
        for listener in opened {
            if let spoken = protocols[listener.name], spoken != "PLAINTEXT" { throw refusal(listener.name, spoken, "the listener on \(listener.address)") }
        }
        for entry in Self.list(values["advertised.listeners"] ?? "") {
            let (name, address) = try Self.endpoint(entry, key: "advertised.listeners")
            if controllerNames.contains(name) { continue }
            guard let index = opened.firstIndex(where: { $0.name == name }) else {
                // Fewer `--listen` than listeners in the file: what those were advertised as has no meaning.
                if listeners.contains(where: { $0.name == name }) { continue }
                throw Self.failure("advertised.listeners: \(entry) belongs to no listener; there is \(opened.map(\.name).joined(separator: ", "))")
            }
            if Self.wildcards.contains(address.host) { throw Self.failure("advertised.listeners: clients cannot connect to the address of \(entry)") }
            opened[index].advertised = address
        }
        try Self.checkPlaces(opened)
        try checkInterBrokerListener(opened)
        return opened
    }

    /// `NAME://HOST:PORT`; names are case-insensitive, the host may be empty.
    private static func endpoint(_ entry: String, key: String) throws(ToolError) -> (name: String, address: HostPort) {
        let failure = failure("invalid listener '\(entry)' in \(key), which takes NAME://HOST:PORT")
        let parts = entry.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("//"), let colon = parts[1].lastIndex(of: ":") else { throw failure }
        let text = parts[1].dropFirst(2)
        guard let port = UInt16(text[text.index(after: colon)...]) else { throw failure }
        if colon == text.startIndex { return (parts[0].uppercased(), .init(host: "", port: Int(port))) }
        guard let address = ServerOptions.listening(String(text)) else { throw failure }
        return (parts[0].uppercased(), address)
    }

    // MARK: Directories

    /// The directories of `log.dirs` or else `log.dir`, each once; empty when neither is set.
    var dataDirectories: [String] {
        let given = Self.list(values["log.dirs"] ?? values["log.dir"] ?? "")
        return given.enumerated().filter { !given[..<$0].contains($1) }.map(\.element)
    }

    /// `metadata.log.dir`, if that is set.
    var metadataDirectory: String? { values["metadata.log.dir"].flatMap { Self.list($0).first } }

    private static func list(_ text: String) -> [String] { ConfigValue.entries(of: text).filter { !$0.isEmpty } }

    private static func failure(_ message: String) -> ToolError { ToolError(message) }
}
