/// The value of `max.connections.per.ip.overrides`: `HOST:COUNT` between commas, the last colon of each counts.
public struct ConnectionOverrides: Sendable {
    /// Connections that each host may have.
    public private(set) var counts: [String: Int] = [:]

    /// Throws Kafka's text for a text that is none.
    public init(_ text: String) throws(ConfigError) {
        for entry in ConfigValue.entries(of: text) where !entry.isEmpty {
            guard let colon = entry.lastIndex(of: ":") else {
                throw ConfigError("Error parsing configuration property 'max.connections.per.ip.overrides': begin 0, end -1, length \(entry.count)")
            }
            let count = JavaText.trim(entry[entry.index(after: colon)...])
            guard let number = Int32(count) else { throw ConfigError("For input string: \"\(count)\"") }
            counts[JavaText.trim(entry[..<colon])] = Int(number)
        }
    }
}
