/// How Kafka prints rows of a kind.
public enum TextForm<Row>: Sendable {
    /// A heading and a line a row, in columns.
    case table(TableStyle)
    /// A line a row; nil for a row that only JSON shows.
    case lines(@Sendable (Row) -> String?)
    /// The tool writes the text itself.
    case none
}

/// What stands around and between the cells of a table.
public struct TableStyle: Equatable, Sendable {
    /// Before the heading.
    public var lead = ""
    /// Behind each cell.
    public var separator = " "
    /// Whether the separator stands behind the last cell as well.
    public var isTrailing = false
    /// Whether the heading goes without it all the same.
    public var isHeadingBare = false
    /// Whether all columns are as wide as the widest.
    public var hasEqualWidths = false

    /// Describes a style.
    public init(lead: String = "", separator: String = " ", isTrailing: Bool = false, isHeadingBare: Bool = false, hasEqualWidths: Bool = false) {
        self.lead = lead
        self.separator = separator
        self.isTrailing = isTrailing
        self.isHeadingBare = isHeadingBare
        self.hasEqualWidths = hasEqualWidths
    }

    /// An empty line before the heading: the tables of groups.
    public static let afterEmptyLine = TableStyle(lead: "\n")
    /// Each cell padded to its column's widest, a tab behind every cell: kafka-transactions and kafka-metadata-quorum. Columns are `.least(0)` wide.
    public static let tabbed = TableStyle(separator: "\t", isTrailing: true)
}

extension Shape {
    /// Writes rows as Kafka prints them, without the columns named in `hidden`.
    func write(_ rows: [Row], hiding hidden: Set<String>, to output: OutputWriter) {
        switch text {
        case .none: break
        case .lines(let line): for row in rows { if let line = line(row) { output.line(line) } }
        case .table(let style): write(rows, style, columns.filter { !hidden.contains($0.field.name) }, to: output)
        }
    }

    private func write(_ rows: [Row], _ style: TableStyle, _ columns: [Column<Row>], to output: OutputWriter) {
        let heading = columns.map(\.field.heading)
        let cells = rows.map { row in columns.map { $0.cell(row) } }
        let widest = Table.widths(header: heading, rows: cells)
        var widths = columns.indices.map { index in
            switch columns[index].width {
            case .none: 0
            case .fixed(let width): width
            case .least(let least, let plus): max(least, widest[index]) + plus
            }
        }
        if style.hasEqualWidths { widths = widths.map { _ in widths.max() ?? 0 } }
        output.write(style.lead)
        output.line(Table.row(heading, widths: widths, separator: style.separator, trailing: style.isTrailing && !style.isHeadingBare))
        for line in cells { output.line(Table.row(line, widths: widths, separator: style.separator, trailing: style.isTrailing)) }
    }
}
