import Vocabulary

/// Who a node is and where the controllers of its cluster are, as its properties say, whatever its roles: what the broker and `kafka-storage` both read, by
/// Kafka's rules and with Kafka's texts.
public struct NodeInQuorum: Sendable, Equatable {
    /// `node.id`, or `broker.id`.
    public let nodeId: Int32
    /// `controller.quorum.voters` by id; empty in a cluster whose voters the metadata log holds.
    public let voters: [QuorumVoter]
    /// `controller.quorum.bootstrap.servers`: any of them tells who leads.
    public let bootstrapServers: [HostPort]

    public init(_ properties: [String: String]) throws(ConfigError) { try self.init(QuorumProperties(properties)) }

    init(_ values: QuorumProperties) throws(ConfigError) {
        nodeId = try values.nodeId()
        voters = try Self.voters(try values.list("controller.quorum.voters"))
        bootstrapServers = try Self.servers(try values.list("controller.quorum.bootstrap.servers"))
        if voters.isEmpty && bootstrapServers.isEmpty {
            throw ConfigError(
                "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or "
                    + "controller.quorum.voters must contain a parseable set of controllers.")
        }
    }

    private static func voters(_ entries: [String]) throws(ConfigError) -> [QuorumVoter] {
        var voters: [Int32: HostPort] = [:]
        let form = "Each entry should be in the form `{id}@{host}:{port}`."
        for entry in entries {
            let halves = entry.split(separator: "@", omittingEmptySubsequences: false)
            guard halves.count == 2 else { throw ConfigError("Invalid configuration value for controller.quorum.voters. \(form)") }
            guard let id = Int32(halves[0]) else { throw ConfigError("Failed to parse voter ID as an integer from \(halves[0])") }
            guard let address = address(halves[1]) else {
                throw ConfigError("Failed to parse host name from entry \(entry) for the configuration controller.quorum.voters. \(form)")
            }
            voters[id] = address
        }
        return voters.sorted { $0.key < $1.key }.map { QuorumVoter(id: $0.key, address: $0.value) }
    }

    private static func servers(_ entries: [String]) throws(ConfigError) -> [HostPort] {
        var servers: [HostPort] = []
        for entry in entries {
            guard let address = address(entry[...]) else {
                throw ConfigError(
                    "Failed to parse host name from \(entry) for the configuration controller.quorum.bootstrap.servers. "
                        + "Each entry should be in the form \"{host}:{port}\"")
            }
            servers.append(address)
        }
        return servers
    }

    private static func address(_ text: Substring) -> HostPort? {
        let hosts = text.unicodeScalars
        guard hosts.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-%._:[]".unicodeScalars.contains($0)) }) else {
            return nil
        }
        return HostPort(text, bareIPv6: true)
    }
}
