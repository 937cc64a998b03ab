/// The numbers of a small JSON file that a broker keeps beside its logs, found by the name before them. No file of Kafka's uses such a name inside a text.
enum JSONNumbers {
    /// The whole numbers that stand behind a name, in order; one that no signed 64 bits hold is none.
    static func find(_ name: String, in text: Substring.UTF8View) -> [Int64] {
        let quoted = Array("\"\(name)\"".utf8)
        var numbers: [Int64] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard rest.starts(with: quoted) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(quoted.count).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
            let digits = rest.prefix { $0 == UInt8(ascii: "-") || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) }
            if let number = Int64(String(Substring(digits))) { numbers.append(number) }
            rest = rest.dropFirst(digits.count)
        }
        return numbers
    }
}
