/// Variables in the values of properties: `${PROVIDER:KEY}` and `${PROVIDER:PATH:KEY}`, as Kafka's ConfigTransformer finds them.
struct ConfigVariable: Hashable {
    var provider: String
    /// Empty without one.
    var path: String
    var key: String

    /// The inside of the braces; nil without a colon. The first colon ends the provider, the second the path; the key may hold more.
    init?(_ inside: Substring) {
        guard let first = inside.firstIndex(of: ":") else { return nil }
        provider = String(inside[..<first])
        let rest = inside[inside.index(after: first)...]
        if let second = rest.firstIndex(of: ":") {
            path = String(rest[..<second])
            key = String(rest[rest.index(after: second)...])
        } else {
            path = ""
            key = String(rest)
        }
    }

    /// The text with every variable replaced that `value` knows; the others stay as they are.
    static func replace(in text: String, _ value: (ConfigVariable) throws(ToolError) -> String?) throws(ToolError) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            let inside = rest.dropFirst(2)
            if rest.dropFirst().first == "{", let end = inside.firstIndex(of: "}"), let variable = ConfigVariable(inside[..<end]) {
                result += try value(variable) ?? String(rest[...end])
                rest = rest[rest.index(after: end)...]
            } else {
                result.append("$")
                rest.removeFirst()
            }
        }
        return result + rest
    }
}
