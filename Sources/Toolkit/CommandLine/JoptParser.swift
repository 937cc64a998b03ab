import KafkaClient

/// Parses words as jopt-simple 5.0.4 does for most of Kafka's tools, with its error texts.
///
/// Long names work with one dash too, nothing is abbreviated, a required value swallows any word (even one that looks like an option), a value given
/// to a switch is dropped, stray words and everything behind `--` are ignored.
struct JoptParser {
    private let command: Command
    private let byName: [String: Option]

    init(_ command: Command) {
        self.command = command
        var byName: [String: Option] = [:]
        for option in command.allOptions {
            for name in option.names { byName[name] = option }
        }
        self.byName = byName
    }

    func parse(_ arguments: [String]) throws(ToolError) -> ParsedOptions {
        var parsed = ParsedOptions(command: command)
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                parsed.words.append(contentsOf: rest)
                break
            } else if word.hasPrefix("--") {
                let (name, value) = Self.nameAndValue(word.dropFirst(2))
                guard let option = byName[name] else { throw unrecognized(name) }
                try take(option, spelling: name, attached: value, from: &rest, into: &parsed)
            } else if word.hasPrefix("-"), word != "-" {
                let (name, value) = Self.nameAndValue(word.dropFirst(1))
                if let option = byName[name] {
                    try take(option, spelling: name, attached: value, from: &rest, into: &parsed)
                } else {
                    try takeCluster(word.dropFirst(1), from: &rest, into: &parsed)
                }
            } else {
                parsed.words.append(word)
            }
        }
        try check(parsed)
        return parsed
    }

    private static func nameAndValue(_ text: Substring) -> (String, String?) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (String(text), nil) }
        return (String(text[..<equals]), String(text[text.utf8.index(after: equals)...]))
    }

    private func take(
        _ option: Option, spelling: String, attached: String?, from rest: inout ArraySlice<String>, into parsed: inout ParsedOptions
    ) throws(ToolError) {
        switch option.value {
        case .none: parsed.add(option, spelling: spelling, value: nil)
        case .required:
            guard let value = attached ?? rest.popFirst() else { throw ToolError.invalid("Option \(spelling) requires an argument") }
            parsed.add(option, spelling: spelling, value: value)
        case .optional:
            if let attached {
                parsed.add(option, spelling: spelling, value: attached)
            } else if let next = rest.first, !looksLikeOption(next) || Int64(next) != nil {
                parsed.add(option, spelling: spelling, value: rest.removeFirst())
            } else {
                parsed.add(option, spelling: spelling, value: nil)
            }
        case .optionalNumber:
            if let attached {
                parsed.add(option, spelling: spelling, value: attached)
            } else if let next = rest.first, Int64(java: next) != nil {
                parsed.add(option, spelling: spelling, value: rest.removeFirst())
            } else {
                parsed.add(option, spelling: spelling, value: nil)
            }
        }
    }

    /// `-abc` with unknown `abc`: each letter is an option; the first that takes a value takes the remaining letters.
    private func takeCluster(_ letters: Substring, from rest: inout ArraySlice<String>, into parsed: inout ParsedOptions) throws(ToolError) {
        var cluster = letters
        var options: [(Option, String)] = []
        for letter in letters {
            let name = String(letter)
            guard let option = byName[name] else { throw unrecognized(name) }
            options.append((option, name))
            if option.value != .none { break }
        }
        for (option, name) in options {
            cluster = cluster.dropFirst()
            let attached = option.value != .none && !cluster.isEmpty ? String(cluster) : nil
            try take(option, spelling: name, attached: attached, from: &rest, into: &parsed)
        }
    }

    private func looksLikeOption(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }

    private func unrecognized(_ name: String) -> ToolError { ToolError.usage("\(name) is not a recognized option") }

    /// What jopt checks once all words are read; both checks are waived for help and version.
    private func check(_ parsed: ParsedOptions) throws(ToolError) {
        if parsed.has("help") || parsed.has("version") { return }
        let missing = command.options.filter { $0.isRequired && !parsed.has($0.name) }
        if !missing.isEmpty {
            throw ToolError.usage("Missing required option(s) [\(missing.map(\.name).joined(separator: ", "))]")
        }
        let unavailable = command.options.filter { option in
            parsed.has(option.name) && !option.availableIf.isEmpty && !option.availableIf.contains { parsed.has($0) }
        }
        if !unavailable.isEmpty {
            let names = unavailable.map(\.name).joined(separator: ", ")
            throw ToolError.usage("Option(s) [\(names)] are unavailable given other options on the command line")
        }
    }
}
