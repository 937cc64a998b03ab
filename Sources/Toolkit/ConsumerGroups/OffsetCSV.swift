import KafkaClient
import Vocabulary

/// Offsets as CSV: `topic,partition,offset`, or with the group in front. Written and read as Kafka's (Jackson's) CSV.
enum OffsetCSV {
    /// A line that is not such a row.
    struct Malformed: Error, CustomStringConvertible {
        /// Counted from 1.
        let line: Int
        let reason: String
        /// The row can be read, and asks for what no group can commit.
        var isNegativeOffset = false
        var description: String { "line \(line): \(reason)" }
    }

    /// One row without its end.
    static func line(group: String?, _ partition: TopicPartition, _ offset: Int64) -> String {
        let names = (group.map { [quoted($0)] } ?? []) + [quoted(partition.topic)]
        return (names + [String(partition.partition), String(offset)]).joined(separator: ",")
    }

    /// Jackson's "loose" rule: quotes around what is longer than 24 characters or holds a character below U+002D.
    static func quoted(_ text: String) -> String {
        guard text.utf16.count > 24 || text.unicodeScalars.contains(where: { $0.value < 0x2d }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// The offsets of each group. Rows without a group belong to `onlyGroup`; the first row decides which form the file has. A missing last column counts as offset 0.
    static func parse(_ text: String, onlyGroup: String?) throws(Malformed) -> [String: [TopicPartition: Int64]] {
        var plans: [String: [TopicPartition: Int64]] = [:]
        var isShort: Bool?
        // Bytes, not characters: a carriage return and a line feed are one character.
        for (index, raw) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let line = Substring(raw.last == 13 ? raw.dropLast() : raw)
            if line.isEmpty { continue }
            let fields = try fields(line, number: index + 1)
            let short = isShort ?? (onlyGroup != nil && fields.count <= 3 && fields.count >= 2 && number(fields[1], Int32.self) != nil)
            isShort = short
            let columns = short ? [onlyGroup ?? ""] + fields : fields
            guard (3...4).contains(columns.count) else {
                throw Malformed(
                    line: index + 1, reason: "expected \(short ? "topic,partition,offset" : "group,topic,partition,offset"), got \(fields.count) columns")
            }
            guard let partition = number(columns[2], Int32.self), partition >= 0 else {
                throw Malformed(line: index + 1, reason: "'\(columns[2])' is not a partition")
            }
            guard let offset = columns.count == 4 ? number(columns[3], Int64.self) : 0 else {
                throw Malformed(line: index + 1, reason: "'\(columns[3])' is not an offset")
            }
            if offset < 0 { throw Malformed(line: index + 1, reason: "the offset \(offset) is negative", isNegativeOffset: true) }
            plans[columns[0], default: [:]][TopicPartition(columns[1], partition)] = offset
        }
        return plans
    }

    /// Jackson drops blanks around a number, and counts an empty column and the word `null` as 0.
    private static func number<N: FixedWidthInteger>(_ column: String, _: N.Type) -> N? {
        let text = JavaText.trim(column)
        return text.isEmpty || text == "null" ? 0 : N(java: text)
    }

    private static func fields(_ line: Substring, number: Int) throws(Malformed) -> [String] {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"" where isQuoted:
                if rest.first == "\"" {
                    field.unicodeScalars.append(scalar)
                    rest.removeFirst()
                } else {
                    isQuoted = false
                    // Blanks between the end of a quoted column and its separator are dropped.
                    rest = rest.drop { $0 == " " || $0 == "\t" }
                }
            case "\"" where field.isEmpty: isQuoted = true
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            default: field.unicodeScalars.append(scalar)
            }
        }
        if isQuoted { throw Malformed(line: number, reason: "a quote is not closed") }
        return fields + [field]
    }
}
