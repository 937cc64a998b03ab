import Vocabulary

/// The listeners of a broker-only node, and those of other nodes that it connects to.
struct QuorumListeners {
    let listeners: [Endpoint]
    let advertised: [Endpoint]
    let interBroker: String
    private let controllers: [String]
    /// Security protocols by listener, in capitals.
    private let protocols: [String: String]

    /// - Parameter controllers: `controller.listener.names`, in capitals
    init(_ values: QuorumProperties, controllers: [String]) throws(ConfigError) {
        self.controllers = controllers
        protocols = try Self.protocols(values, controllers)
        let given = try values.list("listeners")
        listeners = try Self.endpoints(given, protocols)
        try Self.checkPorts(listeners, given)
        try QuorumConfig.demand(
            !listeners.contains { controllers.contains($0.listener) },
            "controller.listener.names must not contain a value appearing in the 'listeners' configuration when running KRaft with just the broker role")
        for name in controllers where protocols[name] == nil {
            throw ConfigError(
                "Controller listener with name \(name) defined in controller.listener.names not found in listener.security.protocol.map  "
                    + "(an explicit security mapping for each controller listener is required if listener.security.protocol.map is non-empty, "
                    + "or if there are security protocols other than PLAINTEXT in use)")
        }
        let all = values.isSet("advertised.listeners") ? try Self.endpoints(try values.list("advertised.listeners"), protocols) : listeners
        advertised = all.filter { !controllers.contains($0.listener) }
        interBroker = try Self.interBroker(values, protocols)
    }

    /// Kafka's rules for a broker's listeners, then what this broker does not serve yet.
    func check() throws(ConfigError) {
        let names = advertised.map(\.listener), options = names.joined(separator: ",")
        try QuorumConfig.demand(
            !names.isEmpty, "There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?")
        try QuorumConfig.demand(
            names.contains(interBroker),
            "inter.broker.listener.name must be a listener name defined in advertised.listeners. "
                + "The valid options based on currently configured listeners are \(options)")
        let opened = listeners.map(\.listener)
        try QuorumConfig.demand(
            names.allSatisfy(opened.contains),
            "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found \(options). "
                + "The valid options based on the current configuration are \(opened.joined(separator: ","))")
        try QuorumConfig.demand(
            !advertised.contains { $0.host == "0.0.0.0" },
            "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.")
        for name in opened + controllers.prefix(1) {
            guard let spoken = protocols[name], spoken != "PLAINTEXT" else { continue }
            throw ConfigError("the listener \(name) speaks \(spoken): only PLAINTEXT is served yet")
        }
    }

    // MARK: Reading

    private static let ownProtocols = Dictionary(uniqueKeysWithValues: Endpoint.securityProtocols.map { ($0, $0) })

    /// `listener.security.protocol.map`; unless it is set, controllers' listeners are plaintext, if no listener asks for more.
    private static func protocols(_ values: QuorumProperties, _ controllers: [String]) throws(ConfigError) -> [String: String] {
        let key = "listener.security.protocol.map"
        guard values.isSet(key) else {
            let names = try values.list("listeners").map { String($0.prefix { $0 != ":" }).uppercased() } + controllers
            let isSecured = names.contains { $0 != "PLAINTEXT" && ownProtocols[$0] != nil }
            return isSecured ? ownProtocols : ownProtocols.merging(controllers.map { ($0, "PLAINTEXT") }) { own, _ in own }
        }
        var protocols: [String: String] = [:]
        for entry in ConfigValue.entries(of: try values.text(key) ?? "") where !entry.isEmpty {
            guard let colon = entry.lastIndex(of: ":") else {
                throw ConfigError("Error parsing configuration property '\(key)': the entry \(entry) is not of the form NAME:PROTOCOL")
            }
            let name = JavaText.trim(entry[..<colon]).uppercased(), spoken = JavaText.trim(entry[entry.index(after: colon)...])
            guard Endpoint.securityProtocols.contains(spoken.uppercased()) else { throw ConfigError("Invalid security protocol `\(spoken)` defined in \(key)") }
            protocols[name] = spoken.uppercased()
        }
        return protocols
    }

    private static func endpoints(_ entries: [String], _ protocols: [String: String]) throws(ConfigError) -> [Endpoint] {
        func refused(_ reason: String) -> ConfigError {
            ConfigError("Error creating broker listeners from '[\(entries.joined(separator: ", "))]': \(reason)")
        }
        var endpoints: [Endpoint] = []
        for entry in entries {
            let halves = entry.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let address = HostPort(halves[1], bareIPv6: true) else { throw refused("Unable to parse \(entry) to a broker endpoint") }
            let name = halves[0].uppercased()
            guard let spoken = protocols[name], let number = Endpoint.securityProtocols.firstIndex(of: spoken) else {
                throw refused("No security protocol defined for listener \(name)")
            }
            endpoints.append(Endpoint(listener: name, host: address.host, port: UInt16(address.port), securityProtocol: Int16(number)))
        }
        if Set(endpoints.map(\.listener)).count != endpoints.count {
            throw refused("Each listener must have a different name, listeners: [\(entries.joined(separator: ", "))]")
        }
        return endpoints
    }

    /// Two listeners share a port only where one is at an address of IPv4 and the other at one of IPv6.
    private static func checkPorts(_ endpoints: [Endpoint], _ entries: [String]) throws(ConfigError) {
        for (port, sharing) in Dictionary(grouping: endpoints.filter { $0.port != 0 }, by: \.port) where sharing.count > 1 {
            let isIPv6 = sharing.map { $0.host.contains(":") }
            let isIPv4 = sharing.map { !$0.host.isEmpty && $0.host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (48...57).contains($0) } }
            if sharing.count == 2, isIPv6.contains(true), isIPv4.contains(true) { continue }
            let shown = "listeners: [\(entries.joined(separator: ", "))]"
            throw ConfigError(
                "Error creating broker listeners from '[\(entries.joined(separator: ", "))]': Each listener must have a different port unless exactly one "
                    + "listener has an IPv4 address and the other IPv6 address, \(shown), port: \(port)")
        }
    }

    private static func interBroker(_ values: QuorumProperties, _ protocols: [String: String]) throws(ConfigError) -> String {
        guard let name = try values.text("inter.broker.listener.name").map({ $0.uppercased() }), !name.isEmpty else {
            return try values.text("security.inter.broker.protocol")?.uppercased() ?? "PLAINTEXT"
        }
        if values.isSet("security.inter.broker.protocol") {
            throw ConfigError("Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.")
        }
        guard protocols[name] != nil else {
            throw ConfigError("Listener with name \(name) defined in inter.broker.listener.name not found in listener.security.protocol.map.")
        }
        return name
    }
}
