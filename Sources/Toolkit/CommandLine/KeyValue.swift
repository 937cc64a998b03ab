/// The `key=value` words of `--property` and its relatives.
public enum KeyValue {
    /// Splits at the first `=`. Without one, or with nothing behind it, the value is empty. Blanks are kept.
    public static func split(_ word: String) -> (key: String, value: String) {
        let bytes = word.utf8
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (word, "") }
        return (String(word[..<equals]), String(word[bytes.index(after: equals)...]))
    }

    /// All words split, in the order of each key's first appearance; the last value of a key wins.
    public static func pairs(_ words: [String]) -> [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        var positions: [String: Int] = [:]
        for word in words {
            let pair = split(word)
            if let position = positions[pair.key] {
                result[position].value = pair.value
            } else {
                positions[pair.key] = result.count
                result.append(pair)
            }
        }
        return result
    }
}
