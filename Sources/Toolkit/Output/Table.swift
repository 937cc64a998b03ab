/// Rows of text in columns, in the two shapes that Kafka's tools print.
public enum Table {
    /// Pads on the right to `width` UTF-16 units, as Java's `%-15s`; longer text is kept whole.
    public static func pad(_ text: String, _ width: Int) -> String {
        let length = text.utf16.count
        return length >= width ? text : text + String(repeating: " ", count: width - length)
    }

    /// Pads on the left, as `%15s`.
    public static func padLeft(_ text: String, _ width: Int) -> String {
        let length = text.utf16.count
        return length >= width ? text : String(repeating: " ", count: width - length) + text
    }

    /// One line of `%-w1s %-w2s … `: every cell padded to its width and followed by `separator`, the last one included unless `trailing` is false.
    public static func row(_ cells: [String], widths: [Int], separator: String = " ", trailing: Bool = true) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            line += pad(cell, index < widths.count ? widths[index] : 0)
            if trailing || index + 1 < cells.count { line += separator }
        }
        return line
    }

    /// The widest cell of each column, header included.
    public static func widths(header: [String], rows: [[String]]) -> [Int] {
        var widths = header.map(\.utf16.count)
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count { widths[index] = max(widths[index], cell.utf16.count) }
        }
        return widths
    }
}
