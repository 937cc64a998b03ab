import KafkaClient

/// Times as Kafka's tools read them.
enum JavaTime {
    /// Milliseconds since 1970 of `yyyy-MM-ddTHH:mm:ss.SSS` with `Z`, `+hh:mm`, `+hh` or nothing (UTC) behind it.
    /// - Throws: a `ToolError` with Java's text.
    static func milliseconds(fromTimestamp text: String) throws -> Int64 {
        guard let t = text.utf8.firstIndex(of: UInt8(ascii: "T")), text.utf8.index(after: t) < text.utf8.endIndex else {
            throw failure("Error parsing timestamp. It does not contain a 'T' according to ISO8601 format", text)
        }
        let hasZone = text.utf8[t...].contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "Z") }
        let full = hasZone ? text : text + "Z"
        var scanner = Scanner(full)
        guard let year = scanner.number(), scanner.skip("-"), let month = scanner.number(), scanner.skip("-"), let day = scanner.number(), scanner.skip("T"),
            let hour = scanner.number(), scanner.skip(":"), let minute = scanner.number(), scanner.skip(":"), let second = scanner.number(),
            scanner.skip("."), let milli = scanner.number(), let zoneMinutes = scanner.zone(), year > 0, (1...12).contains(month),
            (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60, second < 60, milli < 1000
        else { throw failure("Unparseable date: \"\(full)\"", text) }
        let seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - zoneMinutes) * 60 + second
        return Int64(seconds * 1000 + milli)
    }

    private static func failure(_ reason: String, _ text: String) -> ToolError {
        GroupFailure.of(
            text: "java.text.ParseException: \(reason)", line: "'\(text)' is not a time: use YYYY-MM-DDThh:mm:ss.sss, with Z or +hh:mm behind it if you like")
    }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the Gregorian calendar, counted in 400-year eras that begin in March so that leap days come last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Reads numbers and marks from the front of a text.
    private struct Scanner {
        private var rest: Substring

        init(_ text: String) { rest = text[...] }

        mutating func skip(_ mark: Character) -> Bool {
            guard rest.first == mark else { return false }
            rest.removeFirst()
            return true
        }

        /// Blanks before a field do not count.
        private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

        /// A number without a sign, in digits of any script, after blanks.
        mutating func number() -> Int? {
            skipBlanks()
            let digits = rest.prefix { $0.isWholeNumber && Int(java: String($0)) != nil }
            guard !digits.isEmpty, digits.count <= 9, let value = Int(java: digits) else { return nil }
            rest.removeFirst(digits.count)
            return value
        }

        /// True for a minus; a plus is skipped.
        mutating func sign() -> Bool {
            if skip("-") { return true }
            _ = skip("+")
            return false
        }

        /// `Z`, `+hh:mm` or `+hh` as minutes east of UTC. What follows is ignored, as Java does: `+0230` and `+02:60` are `+02`.
        mutating func zone() -> Int? {
            skipBlanks()
            if skip("Z") { return 0 }
            guard rest.first == "+" || rest.first == "-" else { return nil }
            let isNegative = sign()
            guard let hours = twoDigits(), hours < 24 else { return nil }
            var minutes = 0
            if skip(":"), let read = twoDigits(), read < 60 { minutes = read }
            return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
        }

        private mutating func twoDigits() -> Int? {
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            rest.removeFirst(2)
            return Int(digits)
        }
    }
}
