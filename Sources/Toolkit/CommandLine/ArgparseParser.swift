/// Parses words as argparse4j 0.7.0 does for the other half of Kafka's tools, with its error texts (blanks are not justified as argparse4j does).
///
/// Unambiguous prefixes of long names are accepted, stray words are errors, a value that looks like a known option does not count as a value.
struct ArgparseParser {
    private let command: Command
    private let program: String

    init(_ command: Command, program: String) { (self.command, self.program) = (command, program) }

    func parse(_ arguments: [String]) throws(ToolError) -> ParsedOptions {
        var parsed = ParsedOptions(command: command)
        var options = command.allOptions
        var current = command
        var rest = arguments[...]
        var onlyWords = false
        while let word = rest.popFirst() {
            if !onlyWords, word == "--" {
                onlyWords = true
            } else if !onlyWords, word.hasPrefix("-"), word.utf8.count > 1, !isNumber(word) {
                try takeOption(word, options: options, from: &rest, into: &parsed)
            } else if parsed.subcommand == nil, !current.subcommands.isEmpty {
                guard let below = current.subcommands.first(where: { $0.name == word }) else {
                    let choices = current.subcommands.map { "'\($0.name)'" }.joined(separator: ", ")
                    throw failure("invalid choice: '\(word)' (choose from \(choices))")
                }
                parsed.subcommand = word
                current = below
                options += below.allOptions
            } else if parsed.words.count < current.positionals.count {
                parsed.words.append(word)
            } else {
                throw failure("unrecognized arguments: '\(word)'")
            }
        }
        try check(parsed, current: current, options: options)
        return parsed
    }

    private func takeOption(
        _ word: String, options: [Option], from rest: inout ArraySlice<String>, into parsed: inout ParsedOptions
    ) throws(ToolError) {
        let equals = word.utf8.firstIndex(of: UInt8(ascii: "="))
        let dashed = equals.map { String(word[..<$0]) } ?? word
        let attached = equals.map { String(word[word.utf8.index(after: $0)...]) }
        let (option, spelling) = try find(dashed, whole: word, options: options)
        switch option.value {
        case .none:
            if let attached { throw failure("argument \(Self.label(option)): ignored explicit argument '\(attached)'") }
            parsed.add(option, spelling: spelling, value: nil)
        case .required:
            if let attached {
                parsed.add(option, spelling: spelling, value: attached)
            } else if let next = rest.first, !next.hasPrefix("-") || isNumber(next) || next == "-" {
                parsed.add(option, spelling: spelling, value: rest.removeFirst())
            } else {
                throw failure("argument \(Self.label(option)): expected one argument")
            }
        case .optional:
            if let next = rest.first, attached == nil, !next.hasPrefix("-") {
                parsed.add(option, spelling: spelling, value: next)
                rest.removeFirst()
            } else {
                parsed.add(option, spelling: spelling, value: attached)
            }
        }
    }

    private func find(_ dashed: String, whole: String, options: [Option]) throws(ToolError) -> (Option, String) {
        let isLong = dashed.hasPrefix("--")
        let name = String(dashed.dropFirst(isLong ? 2 : 1))
        for option in options where option.names.contains(name) && (isLong || name.utf8.count == 1) { return (option, name) }
        var candidates: [(Option, String)] = []
        if isLong, !name.isEmpty {
            for option in options {
                for spelling in option.names where spelling.hasPrefix(name) && spelling.utf8.count > 1 { candidates.append((option, spelling)) }
            }
        }
        guard let first = candidates.first else { throw failure("unrecognized arguments: '\(whole)'") }
        if Set(candidates.map(\.0.name)).count > 1 {
            let matches = candidates.map { "--\($0.1)" }.joined(separator: ", ")
            throw failure("ambiguous option: \(dashed) could match \(matches)")
        }
        return first
    }

    private func check(_ parsed: ParsedOptions, current: Command, options: [Option]) throws(ToolError) {
        if parsed.has("help") || parsed.has("version") { return }
        if parsed.subcommand == nil, !command.subcommands.isEmpty { throw failure("too few arguments") }
        if parsed.words.count < current.positionals.count { throw failure("too few arguments") }
        if let missing = options.first(where: { $0.isRequired && !parsed.has($0.name) }) {
            throw failure("argument \(Self.label(missing)) is required")
        }
    }

    /// `--bootstrap-server/-b`, as argparse names an option.
    static func label(_ option: Option) -> String {
        option.names.map { $0.utf8.count == 1 ? "-\($0)" : "--\($0)" }.joined(separator: "/")
    }

    private func isNumber(_ word: String) -> Bool { word.hasPrefix("-") && Double(word) != nil }

    private func failure(_ text: String) -> ToolError { ToolError("\(program): error: \(text)", showUsage: true) }
}
