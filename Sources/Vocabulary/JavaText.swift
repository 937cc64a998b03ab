/// How Java reads texts, where Kafka's users can see it.
public enum JavaText {
    /// `String.trim`: drops everything up to and including U+0020 at both ends.
    public static func trim(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0.value > 0x20 }), let last = scalars.lastIndex(where: { $0.value > 0x20 }) else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }
}
