/// Parses words as argparse4j 0.7.0 does for the other half of Kafka's tools, with its error texts (blanks are not justified as argparse4j does).
///
/// Unambiguous prefixes of long names are accepted, stray words are errors, a value that begins with a dash and is no number does not count as a value.
/// Options of the command stand before the subcommand, those of the subcommand behind it. An option that is given again replaces what was given before.
struct ArgparseParser {
    private let command: Command

    init(_ command: Command) { self.command = command }

    func parse(_ arguments: [String]) throws(ToolError) -> ParsedOptions {
        var parsed = ParsedOptions(command: command)
        do throws(ToolError) {
            try parse(arguments, into: &parsed)
        } catch {
            throw error.within(parsed.subcommand)
        }
        return parsed
    }

    private func parse(_ arguments: [String], into parsed: inout ParsedOptions) throws(ToolError) {
        var current = command
        var rest = arguments[...]
        var onlyWords = false
        while let word = rest.popFirst() {
            if !onlyWords, word == "--" {
                onlyWords = true
            } else if !onlyWords, word.hasPrefix("-"), word.utf8.count > 1, !isNumber(word) {
                let option = try takeOption(word, options: current.allOptions, from: &rest, into: &parsed)
                // Both answer at once, whatever follows.
                if option == "help" || option == "version" { return }
            } else if parsed.subcommand == nil, !current.subcommands.isEmpty {
                guard let below = current.subcommands.first(where: { $0.name == word }) else {
                    let choices = current.subcommands.map { "'\($0.name)'" }.joined(separator: ", ")
                    throw .usage("invalid choice: '\(word)' (choose from \(choices))")
                }
                parsed.subcommand = word
                current = below
            } else if parsed.words.count < current.positionals.count || current.positionals.last?.isRepeated == true {
                parsed.words.append(word)
            } else {
                throw .usage("unrecognized arguments: '\(word)'")
            }
        }
        try check(&parsed, current: current)
    }

    /// Takes an option and its value; returns the option's name.
    private func takeOption(
        _ word: String, options: [Option], from rest: inout ArraySlice<String>, into parsed: inout ParsedOptions
    ) throws(ToolError) -> String {
        let equals = word.utf8.firstIndex(of: UInt8(ascii: "="))
        let dashed = equals.map { String(word[..<$0]) } ?? word
        let attached = equals.map { String(word[word.utf8.index(after: $0)...]) }
        let (option, spelling) = try find(dashed, whole: word, options: options)
        switch option.value {
        case .none:
            if let attached { throw .usage("argument \(Self.label(option)): ignore implicit argument '\(attached)'") }
            parsed.add(option, spelling: spelling, value: nil)
        case .required:
            if let attached {
                parsed.add(option, spelling: spelling, value: attached)
            } else if let next = rest.first, !next.hasPrefix("-") || isNumber(next) || next == "-" {
                parsed.add(option, spelling: spelling, value: rest.removeFirst())
            } else {
                throw .usage("argument \(Self.label(option)): expected \(option.takesSeveral ? "at least one" : "one") argument")
            }
            while option.takesSeveral, let next = rest.first, !next.hasPrefix("-") || isNumber(next) {
                parsed.add(option, spelling: spelling, value: rest.removeFirst())
            }
        case .optional, .optionalNumber:
            if let next = rest.first, attached == nil, !next.hasPrefix("-") {
                parsed.add(option, spelling: spelling, value: next)
                rest.removeFirst()
            } else {
                parsed.add(option, spelling: spelling, value: attached)
            }
        }
        return option.name
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
        guard let first = candidates.first else { throw .usage("unrecognized arguments: '\(whole)'") }
        if Set(candidates.map(\.0.name)).count > 1 {
            let matches = candidates.map { "--\($0.1)" }.joined(separator: ", ")
            throw .usage("ambiguous option: \(dashed) could match \(matches)")
        }
        return first
    }

    private func check(_ parsed: inout ParsedOptions, current: Command) throws(ToolError) {
        if parsed.subcommand == nil, !command.subcommands.isEmpty { throw .usage("too few arguments") }
        if parsed.words.count < current.positionals.count(where: { !$0.isRepeated }) { throw .usage("too few arguments") }
        if let failure = missing(of: command.options, in: parsed) {
            // What the command itself lacks is said with its own usage.
            parsed.subcommand = nil
            throw failure
        }
        if let failure = missing(of: current.options, in: parsed) { throw failure }
    }

    private func missing(of options: [Option], in parsed: ParsedOptions) -> ToolError? {
        options.first { $0.isRequired && !parsed.has($0.name) }.map { .usage("argument \(Self.label($0)) is required") }
    }

    /// `--bootstrap-server/-b`, as argparse names an option.
    static func label(_ option: Option) -> String {
        option.names.map { $0.utf8.count == 1 ? "-\($0)" : "--\($0)" }.joined(separator: "/")
    }

    /// `-5` or `-.5`: a value, as no option of Kafka's tools looks like a negative number.
    private func isNumber(_ word: String) -> Bool {
        guard word.hasPrefix("-") else { return false }
        let parts = word.dropFirst().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty else { return false }
        return parts.allSatisfy { $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
    }
}
