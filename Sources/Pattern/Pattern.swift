/// A regular expression in Java's or RE2's syntax, matched without backtracking: time is bounded by text length times pattern size.
///
/// Everything of `java.util.regex` that regular automata can do is here: literals, classes with nesting and `&&`, `\p{…}`, groups, alternation, greedy and lazy
/// repetition, anchors, word boundaries, the flags i, m, s, x. Look-around, back-references, atomic groups and possessive repetition are refused with a
/// clear error. Java folds ASCII case only, and so does this.
public struct Pattern: Sendable {
    /// Whose rules a pattern follows.
    public enum Syntax: Sendable {
        /// `java.util.regex`: what clients use (`--include`, `--topic`, subscriptions).
        case java
        /// RE2: what Kafka's brokers use for subscriptions of the consumer protocol, and `--validate-regex`.
        case re2
    }

    /// The pattern as given.
    public let text: String
    private let program: [Instruction]
    /// The exact text that alone matches, if the pattern is nothing but plain characters.
    public let literal: String?

    /// Compiles a pattern, or says what is wrong with it in the words of Java or RE2.
    public init(_ text: String, syntax: Syntax = .java) throws(PatternError) {
        self.text = text
        var parser = PatternParser(text, syntax: syntax)
        let tree = try parser.parse()
        var compiler = PatternCompiler(pattern: text)
        program = try compiler.compile(tree)
        literal = tree.literal
    }

    /// Whether the whole text matches.
    public func matches(_ candidate: String) -> Bool {
        if let literal { return literal == candidate && literal.utf8.count == candidate.utf8.count }
        let scalars = Array(candidate.unicodeScalars)
        var run = PatternRun(program: program, text: scalars)
        return run.matchesWhole()
    }

    /// The leftmost match at or after `start`, as positions in `scalars`; greedy and lazy repetition choose as Java's do.
    public func firstMatch(in scalars: [Unicode.Scalar], from start: Int = 0) -> Range<Int>? {
        var run = PatternRun(program: program, text: scalars)
        return run.find(from: start)
    }

    /// The pieces between matches, as Java's `String.split` gives them: trailing empty pieces are dropped, a match of nothing at the start gives no piece.
    public func split(_ subject: String) -> [String] {
        let scalars = Array(subject.unicodeScalars)
        var pieces: [String] = []
        var pieceStart = 0
        var position = 0
        while position <= scalars.count, let match = firstMatch(in: scalars, from: position) {
            if match.isEmpty, match.lowerBound >= scalars.count { break }
            if !(match.isEmpty && match.lowerBound == 0) {
                pieces.append(String(String.UnicodeScalarView(scalars[pieceStart..<match.lowerBound])))
                pieceStart = match.upperBound
            }
            position = match.isEmpty ? match.upperBound + 1 : match.upperBound
        }
        if pieces.isEmpty, pieceStart == 0 { return [subject] }
        pieces.append(String(String.UnicodeScalarView(scalars[pieceStart...])))
        while pieces.count > 1, pieces.last == "" { pieces.removeLast() }
        if pieces == [""] { return [] }
        return pieces
    }
}

/// Why a pattern cannot be used.
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong ("Unclosed group").
    public let reason: String
    /// Where, in characters from the start; nil when the place is not known.
    public let index: Int?
    /// The pattern.
    public let pattern: String

    /// Java's message: the reason with its place, the pattern, and a caret under the place; three lines at most.
    public var description: String {
        guard let index, index >= 0 else { return "\(reason)\n\(pattern)" }
        let caret = index < pattern.utf16.count ? "\n" + String(repeating: " ", count: index) + "^" : ""
        return "\(reason) near index \(index)\n\(pattern)\(caret)"
    }
}
