/// A command's help: purpose, usage, options in two columns of 80.
struct HelpText {
    private static let leftWidth = 36
    private static let width = 80

    private let command: Command
    private let program: String

    init(_ command: Command, program: String) { (self.command, self.program) = (command, program) }

    /// Purpose, then the option table.
    var full: String {
        var text = command.purpose + "\n\n" + usageLine + table
        if !command.examples.isEmpty {
            text += "\nExamples\n"
            for example in command.examples { text += example.isEmpty ? "  \(program)\n" : "  \(program) \(example)\n" }
        }
        return text
    }

    /// `usage: kafka-topics [options]`.
    var usageLine: String {
        var words = ["usage: \(program)"]
        if !command.visibleOptions.isEmpty { words.append("[options]") }
        if !command.subcommands.isEmpty { words.append("COMMAND ...") }
        words += command.positionals.map(\.synopsis)
        return words.joined(separator: " ") + "\n"
    }

    /// The options alone, as usage errors show them.
    var table: String {
        var text = ""
        if !command.subcommands.isEmpty {
            text += "\nCommands\n"
            for below in command.subcommands where !below.isHidden { text += Self.columns("  " + below.name, below.purpose) }
        }
        if !command.positionals.isEmpty {
            text += "\nArguments\n"
            for positional in command.positionals { text += Self.columns("  " + positional.synopsis, positional.help) }
        }
        text += "\nOptions\n"
        for option in command.visibleOptions { text += Self.columns("  " + Self.synopsis(option), Self.description(option)) }
        return text
    }

    /// `--topic <name>`, `--state [filter]`, `-b, --bootstrap-server <host:port>`.
    static func synopsis(_ option: Option) -> String {
        let shorts = option.names.filter { $0.utf8.count == 1 }.map { "-\($0)" }
        let name = option.name.utf8.count == 1 ? [] : ["--\(option.name)"]
        let spelled = (shorts + name).joined(separator: ", ")
        switch option.value {
        case .none: return spelled
        case .required(let label): return "\(spelled) <\(label)>\(option.takesSeveral ? " ..." : "")"
        case .optional(let label), .optionalNumber(let label): return "\(spelled) [\(label)]"
        }
    }

    /// The line of help with its notes: required, repeatable, default, other spellings.
    static func description(_ option: Option) -> String {
        var notes: [String] = []
        if option.isRequired { notes.append("required") }
        if option.isRepeatable { notes.append("may be repeated") }
        if let value = option.defaultValue { notes.append("default: \(value)") }
        let others = option.names.dropFirst().filter { $0.utf8.count > 1 }.map { "--\($0)" }
        if !others.isEmpty { notes.append("also: \(others.joined(separator: ", "))") }
        return notes.isEmpty ? option.help : "\(option.help) (\(notes.joined(separator: "; ")))"
    }

    private static func columns(_ left: String, _ right: String) -> String {
        let lines = wrap(right, width: width - leftWidth)
        var text = left
        if left.count >= leftWidth {
            text += "\n"
        } else {
            text += String(repeating: " ", count: leftWidth - left.count) + (lines.first ?? "") + "\n"
        }
        for line in left.count >= leftWidth ? lines[...] : lines.dropFirst() { text += String(repeating: " ", count: leftWidth) + line + "\n" }
        return text
    }

    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
