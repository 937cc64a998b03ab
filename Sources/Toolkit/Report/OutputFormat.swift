/// How a command prints what it found: the value of `--output`.
public enum OutputFormat: String, CaseIterable, Sendable {
    /// As Kafka's tool prints it.
    case text
    /// One JSON document at the end.
    case json
    /// One JSON object a line, as rows are found.
    case jsonl

    /// The option of every command that prints rows.
    static let option = Option(
        "output", value: .required("format"), help: "How to print: as Kafka does, one JSON document, or a JSON object a line; see 'ottla help output'",
        default: OutputFormat.text.rawValue, completion: .words(OutputFormat.allCases.map(\.rawValue)))
}

extension ParsedOptions {
    /// The value of `--output`; text for commands without it.
    func outputFormat() throws(ToolError) -> OutputFormat {
        guard let word = try string(OutputFormat.option.name) else { return .text }
        guard let format = OutputFormat(rawValue: word) else {
            let known = OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("--output takes one of \(known), not '\(word)'")
        }
        return format
    }
}
