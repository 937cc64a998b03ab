import Vocabulary

/// What `--alter` is to change: values by name, and names to forget.
struct SettingChanges {
    /// Sorted by name.
    let added: [(name: String, value: String)]
    /// In the order typed.
    let deleted: [String]

    init(_ context: ToolContext) throws(ToolError) {
        var values = try context.properties(file: "add-config-file")
        if let list = try context.options.string("add-config") { for pair in try Self.pairs(list) { values[pair.name] = pair.value } }
        added = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        for (name, _) in added where !name.utf8.allSatisfy(Self.isLegal) { throw .invalid("Invalid character found for config key: \(name)") }
        deleted = context.options.all("delete-config").flatMap { list in
            let names = list.split(separator: ",").map { JavaText.trim($0) }
            return names.isEmpty ? [""] : names
        }
    }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "$")
        }
    }

    /// `k1=v1,k2=[v2,v3]`: commas and equals signs within brackets belong to the value, of which all brackets are taken away.
    static func pairs(_ list: String) throws(ToolError) -> [(name: String, value: String)] {
        var words = split(list, at: ",")
        // As Java splits: empty words at the end do not count.
        while words.count > 1, words.last?.isEmpty == true { words.removeLast() }
        return try words.map { (word) throws(ToolError) in
            let halves = split(String(word), at: "=")
            guard halves.count == 2 else {
                throw .invalid(
                    "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\" or  \"key=[val1,val2]\" to group "
                        + "values which contain commas.")
            }
            return (JavaText.trim(halves[0]), JavaText.trim(halves[1].filter { $0 != "[" && $0 != "]" }))
        }
    }

    /// Splits at each separator behind which the next bracket, if there is one, opens.
    private static func split(_ text: String, at separator: Character) -> [Substring] {
        var words: [Substring] = []
        var end = text.endIndex
        var isInside = false
        var position = end
        while position > text.startIndex {
            let behind = position
            position = text.index(before: position)
            switch text[position] {
            case "[": isInside = false
            case "]": isInside = true
            case separator where !isInside:
                words.append(text[behind..<end])
                end = position
            default: break
            }
        }
        return [text[..<end]] + words.reversed()
    }
}
