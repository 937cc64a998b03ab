import Host

/// A pattern of Java's `java.text.SimpleDateFormat` in the English locale, for printing: `yyyy-MM-dd HH:mm:ss:SSS`.
struct JavaDateFormat: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case field(Character, width: Int)
    }

    private var pieces: [Piece] = []

    private static let letters: Set<Character> = Set("GyMLdHkKhmsSaEuDzZXF")
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// - Throws: for a letter that Java does not know, or that needs calendar weeks (`Y`, `w`, `W`), and for a quote without an end.
    init(_ pattern: String) throws(ToolError) {
        var rest = pattern[...]
        while let first = rest.first {
            if first == "'" {
                pieces.append(.text(try Self.quoted(&rest)))
            } else if first.isASCII, first.isLetter {
                let width = rest.prefix { $0 == first }.count
                guard Self.letters.contains(first) else {
                    throw .invalid("Illegal pattern character '\(first)' in the date format \(pattern)")
                }
                if first == "X", width > 3 { throw .invalid("invalid ISO 8601 format: length=\(width) in the date format \(pattern)") }
                pieces.append(.field(first, width: width))
                rest.removeFirst(width)
            } else {
                pieces.append(.text(String(first)))
                rest.removeFirst()
            }
        }
    }

    /// The text between quotes; two of them are one.
    private static func quoted(_ rest: inout Substring) throws(ToolError) -> String {
        rest.removeFirst()
        if rest.first == "'" {
            rest.removeFirst()
            return "'"
        }
        var text = ""
        while let next = rest.popFirst() {
            if next != "'" {
                text.append(next)
            } else if rest.first == "'" {
                text.append("'")
                rest.removeFirst()
            } else {
                return text
            }
        }
        throw .invalid("Unterminated quote in the date format")
    }

    /// The moment as text.
    func text(_ time: LocalTime) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .field(let letter, let width): Self.field(letter, width, time)
            }
        }.joined()
    }

    private static func field(_ letter: Character, _ width: Int, _ time: LocalTime) -> String {
        switch letter {
        case "G": return "AD"
        case "y": return width == 2 ? number(time.year % 100, 2) : number(time.year, width)
        case "M", "L": return width >= 3 ? name(months[(time.month - 1) % 12], width) : number(time.month, width)
        case "E": return name(weekdays[time.weekday % 7], width)
        case "a": return time.hour < 12 ? "AM" : "PM"
        case "z": return time.zone
        case "Z": return offset(time.offsetSeconds, separator: "")
        case "X":
            if time.offsetSeconds == 0 { return "Z" }
            let text = offset(time.offsetSeconds, separator: width == 3 ? ":" : "")
            return width == 1 ? String(text.prefix(3)) : text
        default: return number(value(letter, time), width)
        }
    }

    private static func value(_ letter: Character, _ time: LocalTime) -> Int {
        switch letter {
        case "d": time.day
        case "H": time.hour
        case "k": time.hour == 0 ? 24 : time.hour
        case "K": time.hour % 12
        case "h": time.hour % 12 == 0 ? 12 : time.hour % 12
        case "m": time.minute
        case "s": time.second
        case "S": time.millisecond
        case "D": time.dayOfYear
        case "u": time.weekday == 0 ? 7 : time.weekday
        default: (time.day - 1) / 7 + 1
        }
    }

    private static func name(_ full: String, _ width: Int) -> String { width >= 4 ? full : String(full.prefix(3)) }

    private static func number(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    private static func offset(_ seconds: Int, separator: String) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + number(minutes / 60, 2) + separator + number(minutes % 60, 2)
    }
}
