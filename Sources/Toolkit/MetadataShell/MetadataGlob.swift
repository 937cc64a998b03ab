import Pattern

/// A path in the metadata tree whose parts may be patterns: `*` and `?`, `{one,other}`, a backslash before what is meant as it is. Malformed patterns are
/// plain text.
struct MetadataGlob {
    /// A place that a path leads to.
    struct Match {
        /// The names on the way from the root.
        let path: [String]
        let node: MetadataNode

        var name: String { path.last ?? "/" }
        var absolutePath: String { "/" + path.joined(separator: "/") }
    }

    private let parts: [String]

    /// - Parameter directory: where a path begins that does not begin at the root
    init(_ text: String, in directory: String) {
        let full = text.hasPrefix("/") ? text : directory + "/" + text
        var parts: [String] = []
        for part in full.split(separator: "/") {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(String(part))
            }
        }
        self.parts = parts
    }

    /// Every place that it leads to, in the order of the names.
    func matches(in root: MetadataNode) -> [Match] {
        var found = [Match(path: [], node: root)]
        for part in parts {
            let pattern = Self.expression(part).flatMap { try? Pattern($0) }
            found = found.flatMap { match -> [Match] in
                let names = pattern.map { pattern in match.node.names.filter(pattern.matches) } ?? [part]
                return names.compactMap { name in match.node.child(name).map { Match(path: match.path + [name], node: $0) } }
            }
        }
        return found
    }

    /// The regular expression that says the same; nil for plain text.
    static func expression(_ glob: String) -> String? {
        var expression = "^", isPlain = true, isInGroup = false
        var rest = glob[...]
        while let character = rest.popFirst() {
            switch character {
            case "?": expression += "."
            case "*": expression += ".*"
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                expression += "*?\\{}$()+.[]^|".contains(escaped) ? "\\\(escaped)" : String(escaped)
                continue
            case "{":
                if isInGroup { return nil }
                isInGroup = true
                expression += "(?:(?:"
            case "," where isInGroup: expression += ")|(?:"
            case "}" where isInGroup:
                isInGroup = false
                expression += "))"
            default:
                expression += "$()+.[]^{}|".contains(character) ? "\\\(character)" : String(character)
                continue
            }
            isPlain = false
        }
        return isPlain || isInGroup ? nil : expression + "$"
    }
}
