/// A kind of rows that a command prints, as manual, schema and JSON know it.
public struct Section: Equatable, Sendable {
    /// The name of the list in a JSON document, and of each row's kind in JSON lines ("offsets").
    public let name: String
    /// One phrase: what a row stands for.
    public let purpose: String
    /// The fields of a row, in the order in which they are printed.
    public let fields: [Field]
    /// Rows come without a foreseeable end: `--output json` prints each on a line of its own, as `jsonl` does.
    public let isStream: Bool
}

/// The shape of rows of one Swift type: their columns, and the text that Kafka prints for them. The one description behind table, JSON, schema and manual.
public struct Shape<Row>: Sendable {
    /// What is known of it without the type of its rows.
    public let section: Section
    let columns: [Column<Row>]
    let text: TextForm<Row>

    /// - Parameters:
    ///   - name: of the list in JSON ("offsets").
    ///   - purpose: what a row stands for, as a phrase.
    ///   - isStream: rows come without a foreseeable end.
    ///   - text: how Kafka prints them.
    ///   - columns: all columns; `Report.add` can leave some out of the text, never out of JSON.
    public init(_ name: String, _ purpose: String, isStream: Bool = false, text: TextForm<Row>, _ columns: [Column<Row>]) {
        self.section = Section(name: name, purpose: purpose, fields: columns.map(\.field), isStream: isStream)
        self.columns = columns
        self.text = text
    }

    /// The texts that a table shows for a row.
    func cells(of row: Row) -> [String] { columns.map { $0.cell(row) } }

    /// A row's members in the order of the columns.
    func members(of row: Row) -> [JSONValue.Member] { columns.map { JSONValue.Member($0.field.name, $0.json(row)) } }
}

/// A column: a field of the row, and how a table shows it.
public struct Column<Row>: Sendable {
    /// How wide a table makes the column.
    public enum Width: Equatable, Sendable {
        /// As wide as the cell: the last column of most tables.
        case none
        /// This wide, longer cells are kept whole.
        case fixed(Int)
        /// The longest cell, but not less than this, and then so much more.
        case least(Int, plus: Int = 0)
    }

    let field: Field
    let width: Width
    let json: @Sendable (Row) -> JSONValue
    let cell: @Sendable (Row) -> String

    /// A column whose type follows from the value.
    /// - Parameters:
    ///   - name: of the field in JSON, in lower camel case ("currentOffset").
    ///   - help: what the value is, with its unit.
    ///   - heading: of the column in Kafka's table.
    ///   - cell: the text in a table where it is not the value's own (`-` for none, commas in lists).
    public init<Value: FieldValue>(
        _ name: String, _ help: String, heading: String = "", width: Width = .none, cell: (@Sendable (Row) -> String)? = nil,
        value: @escaping @Sendable (Row) -> Value
    ) {
        self.init(name, help, type: Value.fieldType, heading: heading, width: width, cell: cell) { value($0).json }
    }

    /// A column of a type that no Swift type stands for.
    public init(
        _ name: String, _ help: String, type: FieldType, heading: String = "", width: Width = .none, cell: (@Sendable (Row) -> String)? = nil,
        json: @escaping @Sendable (Row) -> JSONValue
    ) {
        field = Field(name, type, help, heading: heading)
        self.width = width
        self.json = json
        self.cell = cell ?? { json($0).cellText }
    }
}
