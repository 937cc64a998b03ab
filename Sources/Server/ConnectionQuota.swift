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
    private var offset: Int64?
    private var overridesText = ""

    /// Takes over what changed. A host that is not a literal address is looked up, which may take its time, when the overrides change.
    mutating func refresh(_ configs: ConfigView, listeners: some Sequence<String>) {
        if offset == configs.image.offset { return }
        offset = configs.image.offset
        func limit(_ value: ConfigValue) -> Int { value.int.map { Int($0) } ?? .max }
        limits.total = limit(configs.broker("max.connections"))
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
        for (host, count) in counts.sorted(by: { $0.key < $1.key }) {
            if let literal = SocketAddress(literal: host, port: 0) {
                limits.overrides[literal.host] = count
            } else if case .success(let addresses) = EventLoop.lookUp(host: host, port: 0) {
                for address in addresses { limits.overrides[address.host] = count }
            } else {
                unknownHosts.append(host)
            }
        }
    }
}
