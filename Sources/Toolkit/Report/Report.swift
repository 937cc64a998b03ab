/// What a command prints on standard output: rows of known shapes and lines for people. One call of `add` prints Kafka's text or collects JSON, as `--output` says.
public final class Report {
    /// The version of the JSON shapes; it changes when a field is taken away or changes its meaning.
    public static let version: Int64 = 1

    /// How it prints.
    public let format: OutputFormat
    private let command: String
    private let output: OutputWriter
    private var sections: [(name: String, rows: [JSONValue])] = []
    private var messages: [JSONValue] = []

    /// A report of the command of that name.
    public init(_ format: OutputFormat, command: String, to output: OutputWriter) {
        self.format = format
        self.command = command
        self.output = output
    }

    /// Whether the text is Kafka's.
    public var isText: Bool { format == .text }

    /// Prints or collects rows.
    /// - Parameter hidden: names of columns that the text leaves out.
    public func add<Row>(_ rows: [Row], as shape: Shape<Row>, hiding hidden: Set<String> = []) {
        switch format {
        case .text: shape.write(rows, hiding: hidden, to: output)
        case .json where !shape.section.isStream: collect(rows, shape)
        default: for row in rows { writeLine(shape.section.name, shape.members(of: row)) }
        }
    }

    /// Makes the list of a shape's rows part of a JSON document though it may stay without rows. No text.
    public func open<Row>(_ shape: Shape<Row>) { if format == .json { collect([], shape) } }

    /// Prints or collects one row.
    public func add<Row>(_ row: Row, as shape: Shape<Row>) { add([row], as: shape) }

    /// A line for people on standard output; one of the `messages` in JSON.
    public func say(_ line: String) {
        switch format {
        case .text: output.line(line)
        case .json: messages.append(.string(line))
        case .jsonl: writeLine("message", [JSONValue.Member("message", .string(line))])
        }
    }

    /// Text that stands between rows for the eye only (an empty line, a heading); nothing in JSON.
    public func decorate(_ text: String) { if isText { output.write(text) } }

    /// Writes the JSON document, if there is one to write.
    /// - Parameter failed: whether the command ends with a failure; then a document without rows and messages is left out.
    public func finish(failed: Bool) {
        guard format == .json, !(failed && sections.isEmpty && messages.isEmpty) else { return }
        var members = [JSONValue.Member("version", .int(Self.version)), JSONValue.Member("command", .string(command))]
        members += sections.map { JSONValue.Member($0.name, .array($0.rows)) }
        if !messages.isEmpty { members.append(JSONValue.Member("messages", .array(messages))) }
        output.line(JSONValue.object(members).text)
    }

    private func collect<Row>(_ rows: [Row], _ shape: Shape<Row>) {
        let values = rows.map { JSONValue.object(shape.members(of: $0)) }
        if let index = sections.firstIndex(where: { $0.name == shape.section.name }) {
            sections[index].rows += values
        } else {
            sections.append((shape.section.name, values))
        }
    }

    private func writeLine(_ kind: String, _ members: [JSONValue.Member]) {
        let head = [JSONValue.Member("version", .int(Self.version)), JSONValue.Member("kind", .string(kind))]
        output.line(JSONValue.object(head + members).text)
    }
}
