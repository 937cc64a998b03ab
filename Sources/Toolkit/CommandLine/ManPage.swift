/// Manual pages in roff's man macros, one a command and one for the whole.
struct ManPage {
    /// The page of one command: `ottla-topics.1`.
    static func page(_ command: Command) -> String {
        let title = "ottla-\(command.name)"
        var text = head(title)
        let names = [title] + (command.kafkaName.map { [$0] } ?? [])
        text += ".SH NAME\n\(names.map(escape).joined(separator: ", ")) \\- \(escape(phrase(command.purpose)))\n"
        text += ".SH SYNOPSIS\n"
        let programs = ["ottla \(command.name)"] + (command.kafkaName.map { [$0] } ?? [])
        let tail = command.subcommands.isEmpty ? "" : " \\fICOMMAND\\fR ..."
        for (index, program) in programs.enumerated() {
            if index > 0 { text += ".br\n" }
            text += ".B \(escape(program))\n[\\fIoptions\\fR]\(tail)\n"
        }
        text += ".SH DESCRIPTION\n\(escape(command.purpose))\n"
        for note in command.notes { text += ".PP\n\(escape(note))\n" }
        text += dialectNote(command)
        if !command.subcommands.isEmpty {
            text += ".SH COMMANDS\n"
            for below in command.subcommands where !below.isHidden {
                text += ".SS \(escape(below.name))\n\(escape(below.purpose))\n"
                for option in below.options where !option.isHidden { text += entry(option) }
            }
        }
        text += ".SH OPTIONS\n"
        for option in command.visibleOptions { text += entry(option) }
        if !command.examples.isEmpty {
            text += ".SH EXAMPLES\n.EX\n"
            for example in command.examples { text += escape("ottla \(command.name)" + (example.isEmpty ? "" : " \(example)")) + "\n" }
            text += ".EE\n"
        }
        text += output(command.sectionsAtAnyPlace)
        let exitStatus =
            "0 when everything was done; \(ExitCode.allCases.dropFirst().map { "\($0.rawValue): \($0.meaning)" }.joined(separator: "; ")). "
            + "Under Kafka's name every failure is 1. 130 after an interrupt (Ctrl-C), 143 after a request to terminate."
        text += ".SH EXIT STATUS\n\(command.exitStatus.map(escape) ?? exitStatus)\n"
        text += ".SH SEE ALSO\n.BR ottla (1)\n"
        return text
    }

    /// The fields of the rows, as `--output json` names them.
    private static func output(_ sections: [Section]) -> String {
        if sections.isEmpty { return "" }
        var text = ".SH JSON\nFields of the rows that\n.B \\-\\-output\njson and jsonl print; see\n.B ottla help output\\fR.\n"
        for section in sections {
            text += ".SS \(escape(section.name))\n\(escape(section.purpose))\n"
            for field in section.fields { text += ".TP\n\\fB\(escape(field.name))\\fR (\(field.type.phrase))\n\(escape(field.help))\n" }
        }
        return text
    }

    /// The page of the binary: `ottla.1`.
    static func overview(_ commands: [Command]) -> String {
        var text = head("ottla")
        text += ".SH NAME\nottla \\- Kafka's command\\-line tools and a Kafka broker in one binary\n"
        text += ".SH SYNOPSIS\n.B ottla\n\\fICOMMAND\\fR [\\fIoptions\\fR]\n.br\n.B ottla help\n[\\fICOMMAND\\fR]\n.br\n.B ottla completion\nbash|zsh|fish\n"
        text += ".SH DESCRIPTION\nEach command answers to its own name behind\n.B ottla\n"
        text += "and to Kafka's name for it: a link named\n.B kafka\\-topics\nor\n.B kafka\\-topics.sh\nto the binary behaves as that tool. "
        text += "Standard output is that of Kafka \(Version.kafka)'s tools; a failure is one line on standard error and never exits with 0.\n"
        text += ".SH COMMANDS\n"
        for command in commands where !command.isHidden {
            let kafka = command.kafkaName.map { " (\(escape($0)))" } ?? ""
            text += ".TP\n.B \(escape(command.name))\(kafka)\n\(escape(command.purpose))\n"
        }
        text += ".SH SEE ALSO\n"
        let pages = commands.filter { !$0.isHidden }.map { ".BR \(escape("ottla-\($0.name)")) (1)" }
        text += pages.joined(separator: ",\n") + "\n"
        return text
    }

    /// The page under Kafka's name, which refers to ours.
    static func reference(to command: Command) -> String { ".so man1/ottla-\(command.name).1\n" }

    private static func head(_ title: String) -> String {
        ".TH \"\(escape(title.uppercased()))\" 1 \"\" \"Ottla \(Version.ottla)\" \"Ottla Manual\"\n.ad l\n.nh\n"
    }

    private static func dialectNote(_ command: Command) -> String {
        switch command.dialect {
        case .jopt:
            return ".PP\nOptions are not abbreviated. A long name works with one dash too, and a value may follow as the next word or behind an equals sign.\n"
        case .argparse: return ".PP\nLong names may be abbreviated as long as they stay unambiguous.\n"
        }
    }

    private static func entry(_ option: Option) -> String {
        let shorts = option.names.filter { $0.utf8.count == 1 }.map { "-\($0)" }
        let longs = option.name.utf8.count == 1 ? [] : ["--\(option.name)"]
        var label = (shorts + longs).map { "\\fB\(escape($0))\\fR" }.joined(separator: ", ")
        switch option.value {
        case .none: break
        case .required(let value): label += " \\fI\(escape(value))\\fR\(option.takesSeveral ? " ..." : "")"
        case .optional(let value): label += " [\\fI\(escape(value))\\fR]"
        }
        return ".TP\n\(label)\n\(escape(HelpText.description(option)))\n"
    }

    /// A sentence as the phrase that a NAME section wants.
    private static func phrase(_ purpose: String) -> String {
        var text = purpose
        if text.hasSuffix(".") { text.removeLast() }
        if let first = text.first, first.isUppercase, text.dropFirst().first?.isUppercase != true { text = first.lowercased() + text.dropFirst() }
        return text
    }

    /// Text as roff reads it: backslashes, dashes, and dots or quotes that open a line.
    static func escape(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        if result.hasPrefix(".") || result.hasPrefix("'") { result = "\\&" + result }
        return result
    }
}

extension FieldType {
    /// In words, for the manual.
    fileprivate var phrase: String {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .bytes: "string, or an object with base64 for what is not UTF-8"
        case .array(let element): "list of \(element.phrase)"
        case .map(let value): "object of \(value.phrase)"
        case .object(let fields): "object: \(fields.map(\.name).joined(separator: ", "))"
        case .nullable(let wrapped): "\(wrapped.phrase) or null"
        }
    }
}
