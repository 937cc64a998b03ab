/// Numbers with a given number of decimals, as Java's formatter prints them.
enum FixedPoint {
    /// `String.format("%.Nf", value)`: the shortest decimal that stands for the value, rounded half up.
    static func text(_ value: Double, _ places: Int) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        var (digits, point) = decimal(value.magnitude)
        let kept = point + places
        if kept < digits.count {
            let isUp = kept >= 0 && digits[max(kept, 0)] >= 5
            digits.removeSubrange(max(kept, 0)...)
            if isUp { increment(&digits, &point) }
        }
        // All digits up to the last place, at least one of them before the point.
        var text = digits.map(String.init).joined()
        text += String(repeating: "0", count: max(0, point + places - text.utf8.count))
        text = String(repeating: "0", count: max(0, places + 1 - text.utf8.count)) + text
        let sign = value.sign == .minus ? "-" : ""
        return sign + text.dropLast(places) + (places > 0 ? "." + text.suffix(places) : "")
    }

    /// The digits of the shortest decimal that stands for a finite number of no sign, and how many of them are before the point.
    private static func decimal(_ value: Double) -> (digits: [Int], point: Int) {
        var digits: [Int] = []
        var point: Int?
        let text = "\(value)"
        for (offset, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"):
                return trimmed(digits, (point ?? digits.count) + (Int(text.dropFirst(offset + 1)) ?? 0))
            default: digits.append(Int(byte) - 48)
            }
        }
        return trimmed(digits, point ?? digits.count)
    }

    private static func trimmed(_ digits: [Int], _ point: Int) -> (digits: [Int], point: Int) {
        let leading = digits.prefix { $0 == 0 }.count
        var digits = Array(digits[leading...])
        while digits.last == 0 { digits.removeLast() }
        return digits.isEmpty ? ([], 0) : (digits, point - leading)
    }

    private static func increment(_ digits: inout [Int], _ point: inout Int) {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
        point += 1
    }
}
