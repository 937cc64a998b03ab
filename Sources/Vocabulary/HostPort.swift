/// A host and a port: what clients connect to and brokers listen on.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// A name or a literal address, IPv6 without brackets; may be empty.
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`: the last colon counts, brackets around the host go. Nil without a port from 0 to 65535.
    /// - Parameter bareIPv6: takes a host with colons and without brackets, as Kafka's clients do
    public init?(_ text: some StringProtocol, bareIPv6: Bool = false) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":"), !bareIPv6 {
            return nil
        }
        self.init(host: host, port: Int(port))
    }

    /// `localhost:9092`, `[::1]:9092`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
