/// Manual pages in roff's man macros, one a command and one for the whole.
struct ManPage {
    /// The page of one command: `ottla-topics.1`, or `kafka-topics.1` for whoever looks under Kafka's name.
    static func page(_ command: Command, kafkaName: String? = nil) -> String {
        let title = "ottla-\(command.name)"
        let program = kafkaName ?? "ottla \(command.name)"
        var text = head(kafkaName ?? title)
        let names = [kafkaName ?? title, kafkaName == nil ? command.kafkaName : title].compactMap { $0 }
        text += ".SH NAME\n" + fill("\(names.map(escape).joined(separator: ", ")) \\- \(escape(phrase(command.purpose)))")
        text += ".SH SYNOPSIS\n"
        let programs = [program, kafkaName == nil ? command.kafkaName : "ottla \(command.name)"].compactMap { $0 }
        let tail = command.subcommands.isEmpty ? "" : " \\fICOMMAND\\fR ..."
        for (index, name) in programs.enumerated() {
            if index > 0 { text += ".br\n" }
            text += ".B \(escape(name))\n[\\fIoptions\\fR]\(tail)\n"
        }
        text += ".SH DESCRIPTION\n" + paragraph(command.purpose)
        for note in command.notes { text += ".PP\n" + paragraph(note) }
        text += dialectNote(command)
        if !command.subcommands.isEmpty {
            text += ".SH COMMANDS\n"
            for below in command.subcommands where !below.isHidden {
                text += ".SS \(escape(below.name))\n" + paragraph(below.purpose)
                for option in below.visibleOptions where option.name != "help" { text += entry(option) }
            }
        }
        text += ".SH OPTIONS\n"
        for option in command.visibleOptions { text += entry(option) }
        if !command.examples.isEmpty {
            text += ".SH EXAMPLES\n.EX\n"
            for example in command.examples { text += shellLines(program + (example.isEmpty ? "" : " \(example)")) }
            text += ".EE\n"
        }
        text += output(command.sectionsAtAnyPlace)
        let exitStatus =
            "0 when everything was done; \(ExitCode.allCases.dropFirst().map { "\($0.rawValue): \($0.meaning)" }.joined(separator: "; ")). "
            + "Under Kafka's name every failure is 1. 130 after an interrupt (Ctrl-C), 143 after a request to terminate."
        text += ".SH EXIT STATUS\n" + paragraph(command.exitStatus ?? exitStatus)
        text += ".SH SEE ALSO\n.BR ottla (1)\n"
        return text
    }

    /// The fields of the rows, as `--output json` names them.
    private static func output(_ sections: [Section]) -> String {
        if sections.isEmpty { return "" }
        var text = ".SH JSON\nFields of the rows that\n.B \\-\\-output\njson and jsonl print; see\n.B ottla help output\\fR.\n"
        for section in sections {
            text += ".SS \(escape(section.name))\n" + paragraph(section.purpose)
            for field in section.fields { text += ".TP\n\\fB\(escape(field.name))\\fR (\(field.type.phrase))\n" + paragraph(field.help) }
        }
        return text
    }

    /// The page of the binary: `ottla.1`.
    static func overview(_ commands: [Command]) -> String {
        var text = head("ottla")
        text += ".SH NAME\nottla \\- Kafka's command\\-line tools and a Kafka broker in one binary\n"
        text += ".SH SYNOPSIS\n.B ottla\n\\fICOMMAND\\fR [\\fIoptions\\fR]\n.br\n.B ottla help\n[\\fICOMMAND\\fR]\n.br\n.B ottla completion\nbash|zsh|fish\n"
        text += ".SH DESCRIPTION\nEach command answers to its own name behind\n.B ottla\n"
        text += "and to Kafka's name for it: a link named\n.B kafka\\-topics\nor\n.B kafka\\-topics.sh\n"
        text += paragraph(
            "to the binary behaves as that tool. Standard output is that of Kafka \(Version.kafka)'s tools; a failure is one line on standard error and "
                + "never exits with 0.")
        text += ".SH COMMANDS\n"
        for command in commands where !command.isHidden {
            let kafka = command.kafkaName.map { " (\(escape($0)))" } ?? ""
            text += ".TP\n.B \(escape(command.name))\(kafka)\n" + paragraph(command.purpose)
        }
        text += ".SH SEE ALSO\n"
        let pages = commands.filter { !$0.isHidden }.map { ".BR \(escape("ottla-\($0.name)")) (1)" } + [".BR ottla\\-tutorial (7)"]
        text += pages.joined(separator: ",\n") + "\n"
        return text
    }

    /// What every page begins with.
    static func head(_ title: String, section: Int = 1) -> String {
        ".TH \"\(escape(title.uppercased()))\" \(section) \"\(Version.date)\" \"Ottla \(Version.ottla)\" \"Ottla Manual\"\n.ad l\n.nh\n"
    }

    private static func dialectNote(_ command: Command) -> String {
        switch command.dialect {
        case .jopt:
            return ".PP\n"
                + paragraph(
                    "Options are not abbreviated. A long name works with one dash too, and a value may follow as the next word or behind an equals sign.")
        case .argparse: return ".PP\n" + paragraph("Long names may be abbreviated as long as they stay unambiguous.")
        }
    }

    private static func entry(_ option: Option) -> String {
        let shorts = option.names.filter { $0.utf8.count == 1 }.map { "-\($0)" }
        let longs = option.name.utf8.count == 1 ? [] : ["--\(option.name)"]
        var label = (shorts + longs).map { "\\fB\(escape($0))\\fR" }.joined(separator: ", ")
        switch option.value {
        case .none: break
        case .required(let value): label += " \\fI\(escape(value))\\fR\(option.takesSeveral ? " ..." : "")"
        case .optional(let value), .optionalNumber(let value): label += " [\\fI\(escape(value))\\fR]"
        }
        return ".TP\n\(label)\n" + paragraph(HelpText.description(option))
    }

    /// A sentence as the phrase that a NAME section wants.
    private static func phrase(_ purpose: String) -> String {
        var text = purpose
        if text.hasSuffix(".") { text.removeLast() }
        if let first = text.first, first.isUppercase, text.dropFirst().first?.isUppercase != true { text = first.lowercased() + text.dropFirst() }
        return text
    }

    /// Text in lines that roff fills again.
    static func paragraph(_ text: String) -> String { fill(escape(text)) }

    /// The same of what is escaped already.
    private static func fill(_ text: String) -> String {
        HelpText.wrap(text, width: lineWidth).map { protect($0) + "\n" }.joined()
    }

    /// A command over as many lines as it needs, as a shell takes it.
    static func shellLines(_ command: String) -> String {
        // An option and its value stay together.
        var lines: [String] = []
        for (index, piece) in command.split(separator: " --").enumerated() {
            let words = index == 0 ? String(piece) : "--\(piece)"
            if let last = lines.last, last.count + 1 + words.count <= lineWidth - 20 {
                lines[lines.count - 1] += " " + words
            } else {
                lines.append(words)
            }
        }
        return lines.enumerated().map { index, line in (index > 0 ? "    " : "") + literal(line) + (index + 1 < lines.count ? " \\e" : "") + "\n" }.joined()
    }

    /// mandoc asks for lines of at most 80 bytes.
    private static let lineWidth = 78

    /// A dot or a quote that opens a line would be a request.
    private static func protect(_ line: String) -> String { line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line }

    /// The same of what is to be typed or read letter by letter: roff would set typographic quotes.
    static func literal(_ text: String) -> String {
        let characters: [Character: String] = ["'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\\": "\\e", "-": "\\-"]
        return protect(text.map { characters[$0] ?? String($0) }.joined())
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
        return protect(result)
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
        case .any: "any value"
        case .nullable(let wrapped): "\(wrapped.phrase) or null"
        }
    }
}
