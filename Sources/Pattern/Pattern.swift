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

/// One step of a compiled pattern.
enum Instruction: Sendable {
    /// Consumes one scalar of the set.
    case consume(CharacterSet)
    /// Goes on at both places, the first preferred.
    case split(Int, Int)
    case jump(Int)
    case assert(PatternNode.Assertion)
    case match
}

/// What the parser makes of a pattern.
indirect enum PatternNode: Sendable {
    case empty
    case set(CharacterSet)
    case assertion(Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repetition(PatternNode, min: Int, max: Int?, isGreedy: Bool)

    /// Places without width.
    enum Assertion: Sendable {
        case textStart, textEnd, textEndOrFinalLineEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
    }

    /// The text, if every node is one plain character.
    var literal: String? {
        var text = String.UnicodeScalarView()
        func append(_ node: PatternNode) -> Bool {
            switch node {
            case .empty: return true
            case .set(.ranges(let ranges)):
                guard ranges.count == 1, ranges[0].count == 1, let scalar = Unicode.Scalar(ranges[0].lowerBound) else { return false }
                text.append(scalar)
                return true
            case .sequence(let nodes): return nodes.allSatisfy(append)
            default: return false
            }
        }
        return append(self) ? String(text) : nil
    }
}

/// Turns the tree into instructions; refuses patterns that would grow beyond a bound.
struct PatternCompiler {
    private static let maxInstructions = 50_000
    private let pattern: String
    private var program: [Instruction] = []
    /// Work done, to bound repetitions of nothing.
    private var steps = 0

    init(pattern: String) { self.pattern = pattern }

    mutating func compile(_ tree: PatternNode) throws(PatternError) -> [Instruction] {
        try emit(tree)
        program.append(.match)
        return program
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        steps += 1
        if program.count > Self.maxInstructions || steps > 4 * Self.maxInstructions {
            throw PatternError(reason: "Pattern is too large", index: nil, pattern: pattern)
        }
        switch node {
        case .empty: break
        case .set(let set): program.append(.consume(set))
        case .assertion(let assertion): program.append(.assert(assertion))
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .choice(let nodes): try emitChoice(nodes)
        case .repetition(let node, let min, let max, let isGreedy): try emitRepetition(node, min: min, max: max, isGreedy: isGreedy)
        }
    }

    private mutating func emitChoice(_ nodes: [PatternNode]) throws(PatternError) {
        var jumps: [Int] = []
        for (index, node) in nodes.enumerated() {
            if index + 1 == nodes.count {
                try emit(node)
            } else {
                let split = program.count
                program.append(.match)
                try emit(node)
                jumps.append(program.count)
                program.append(.match)
                program[split] = .split(split + 1, program.count)
            }
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func emitRepetition(_ node: PatternNode, min: Int, max: Int?, isGreedy: Bool) throws(PatternError) {
        for _ in 0..<min { try emit(node) }
        func split(_ go: Int, _ leave: Int) -> Instruction { isGreedy ? .split(go, leave) : .split(leave, go) }
        guard let max else {
            let start = program.count
            program.append(.match)
            try emit(node)
            program.append(.jump(start))
            program[start] = split(start + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in min..<Swift.max(min, max) {
            splits.append(program.count)
            program.append(.match)
            try emit(node)
        }
        for place in splits { program[place] = split(place + 1, program.count) }
    }
}

/// One pass over a text: all alternatives advance together, in order of preference.
struct PatternRun {
    /// A place in the program, and where its match began.
    private struct Thread {
        let place: Int
        let start: Int
    }

    private let program: [Instruction]
    private let text: [Unicode.Scalar]
    /// The generation in which a place was last added, so that it is added once a position.
    private var marks: [Int]
    private var generation = 0
    private var pending: [Int] = []

    init(program: [Instruction], text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
        marks = Array(repeating: 0, count: program.count)
    }

    mutating func matchesWhole() -> Bool {
        var threads: [Thread] = []
        generation += 1
        add(0, start: 0, position: 0, to: &threads)
        for position in text.indices {
            if threads.isEmpty { return false }
            threads = step(threads, position)
        }
        return threads.contains { if case .match = program[$0.place] { true } else { false } }
    }

    mutating func find(from start: Int) -> Range<Int>? {
        var threads: [Thread] = []
        var found: Range<Int>?
        var position = start
        generation += 1
        while position <= text.count {
            if found == nil { add(0, start: position, position: position, to: &threads) }
            // The first thread that matches wins over all behind it; those before it may still find a preferred match.
            if let winner = threads.firstIndex(where: { if case .match = program[$0.place] { true } else { false } }) {
                found = threads[winner].start..<position
                threads.removeSubrange(winner...)
            }
            if threads.isEmpty, found != nil { break }
            if position == text.count { break }
            threads = step(threads, position)
            position += 1
        }
        return found
    }

    private mutating func step(_ threads: [Thread], _ position: Int) -> [Thread] {
        var next: [Thread] = []
        generation += 1
        let scalar = text[position]
        for thread in threads {
            if case .consume(let set) = program[thread.place], set.contains(scalar) {
                add(thread.place + 1, start: thread.start, position: position + 1, to: &next)
            }
        }
        return next
    }

    /// Follows everything that consumes nothing, preferred branches first, and adds the places where the walk ends.
    private mutating func add(_ place: Int, start: Int, position: Int, to threads: inout [Thread]) {
        pending.append(place)
        while let place = pending.popLast() {
            if marks[place] == generation { continue }
            marks[place] = generation
            switch program[place] {
            case .consume, .match: threads.append(Thread(place: place, start: start))
            case .jump(let target): pending.append(target)
            case .split(let preferred, let other):
                pending.append(other)
                pending.append(preferred)
            case .assert(let assertion): if holds(assertion, position) { pending.append(place + 1) }
            }
        }
    }

    private func holds(_ assertion: PatternNode.Assertion, _ position: Int) -> Bool {
        func isWord(_ index: Int) -> Bool { text.indices.contains(index) && CharacterSet.word.contains(text[index]) }
        func isLineEnd(_ index: Int) -> Bool { text.indices.contains(index) && CharacterSet.lineEnds.contains(text[index]) }
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .textEndOrFinalLineEnd:
            let isFinalPair = position == text.count - 2 && text[position] == "\r" && text[position + 1] == "\n"
            let isFinalEnd = position == text.count - 1 && isLineEnd(position) && !(text[position] == "\n" && position > 0 && text[position - 1] == "\r")
            return position == text.count || isFinalEnd || isFinalPair
        case .lineStart: return position == 0 || (position < text.count && isLineEnd(position - 1))
        case .lineEnd: return position == text.count || isLineEnd(position)
        case .wordBoundary: return isWord(position - 1) != isWord(position)
        case .notWordBoundary: return isWord(position - 1) == isWord(position)
        }
    }
}
