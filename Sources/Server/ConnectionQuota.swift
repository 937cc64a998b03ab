import Coordination
import Host
import KafkaProtocol
import Vocabulary

/// How many connections there may be: `max.connections` (of the broker, and of a listener under its prefix), `max.connections.per.ip` and its overrides.
/// Used on the loop that accepts only.
struct ConnectionQuota {
    /// The limits in force now; they change while the broker runs.
    struct Limits {
        var total = Int.max
        var perListener: [String: Int] = [:]
        var perAddress = Int.max
        /// By the address as `SocketAddress.host` prints it.
        var overrides: [String: Int] = [:]
    }

    private(set) var total = 0
    private var perListener: [String: Int] = [:]
    private var perAddress: [String: Int] = [:]

    /// An address as the limits know it: an IPv4 one that came to an IPv6 socket as an IPv4 one.
    static func address(_ peer: SocketAddress) -> String {
        let host = peer.host, mapped = "::ffff:"
        guard host.hasPrefix(mapped), host.contains(".") else { return host }
        return String(host.dropFirst(mapped.count))
    }

    /// Whether a listener may accept another connection; else who connects waits until one of those that are open ends.
    func hasRoom(_ listener: String, _ limits: Limits) -> Bool {
        total < limits.total && perListener[listener, default: 0] < limits.perListener[listener, default: .max]
    }

    /// Counts a connection, or says how many its address may have when it has as many already.
    mutating func open(_ listener: String, _ address: String, _ limits: Limits) -> Int? {
        let limit = limits.overrides[address] ?? limits.perAddress
        if perAddress[address, default: 0] >= limit { return limit }
        total += 1
        perListener[listener, default: 0] += 1
        perAddress[address, default: 0] += 1
        return nil
    }

    mutating func close(_ listener: String, _ address: String) {
        total -= 1
        perListener[listener, default: 1] -= 1
        perAddress[address, default: 1] -= 1
        if perAddress[address] == 0 { perAddress[address] = nil }
    }
}

/// The limits as the configuration gives them. They are asked for with every connection, so they are kept until the metadata changes.
struct ConnectionLimitsInForce {
    private(set) var limits = ConnectionQuota.Limits()
    /// Hosts of the overrides that have no address.
    private(set) var unknownHosts: [String] = []
    /// Hosts of the overrides, with their counts, whose addresses are not known yet.
    private var unresolved: [String: Int] = [:]
    private var offset: Int64?
    private var overridesText = ""
    /// What the process's descriptors allow, whatever is configured.
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// The descriptors, not `max.connections`, are what limits the connections.
    var isBoundByDescriptors: Bool { limits.total == capacity }

    /// Takes over what changed. Hosts of overrides that are not literal addresses are left for `takeUnresolved`.
    mutating func refresh(_ configs: ConfigView, listeners: some Sequence<String>) {
        if offset == configs.image.offset { return }
        offset = configs.image.offset
        func limit(_ value: ConfigValue) -> Int { value.int.map { Int($0) } ?? .max }
        limits.total = min(limit(configs.broker("max.connections")), capacity)
        limits.perAddress = limit(configs.broker("max.connections.per.ip"))
        limits.perListener = [:]
        for name in listeners {
            guard let text = configs.brokerText("listener.name.\(name.lowercased()).max.connections"), let key = ConfigTable.broker["max.connections"],
                case .value(let value) = key.read(stored: text)
            else { continue }
            limits.perListener[name] = limit(value)
        }
        let text = configs.broker("max.connections.per.ip.overrides").text ?? ""
        if text == overridesText { return }
        overridesText = text
        limits.overrides = [:]
        unknownHosts = []
        guard let counts = try? ConnectionOverrides(text).counts else { return }
        unresolved = [:]
        for (host, count) in counts {
            if let literal = SocketAddress(literal: host, port: 0) { limits.overrides[literal.host] = count } else { unresolved[host] = count }
        }
    }

    /// Hosts to be looked up, once.
    mutating func takeUnresolved() -> [String: Int] {
        defer { unresolved = [:] }
        return unresolved
    }

    /// What a look-up found; it may take its time, so it is not for a loop that serves.
    static func lookUp(_ hosts: [String: Int]) -> (overrides: [String: Int], unknown: [String]) {
        var overrides: [String: Int] = [:], unknown: [String] = []
        for (host, count) in hosts.sorted(by: { $0.key < $1.key }) {
            guard case .success(let addresses) = EventLoop.lookUp(host: host, port: 0) else {
                unknown.append(host)
                continue
            }
            for address in addresses { overrides[address.host] = count }
        }
        return (overrides, unknown)
    }

    mutating func resolved(_ found: (overrides: [String: Int], unknown: [String])) {
        limits.overrides.merge(found.overrides) { _, new in new }
        unknownHosts = found.unknown
    }
}
