/// Reads a pattern into a tree. Error texts and their places are those of `java.util.regex.Pattern` (JDK 17) and of RE2.
struct PatternParser {
    private static let maxDepth = 200

    struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesAll = false
        var allowsComments = false
    }

    let pattern: String
    let text: [Unicode.Scalar]
    let syntax: Pattern.Syntax
    var position = 0
    var flags = Flags()
    private var depth = 0
    private var groupNames: Set<String> = []

    init(_ pattern: String, syntax: Pattern.Syntax) {
        self.pattern = pattern
        self.syntax = syntax
        text = Array(pattern.unicodeScalars)
    }

    var isRE2: Bool { syntax == .re2 }
    var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

    /// A failure at a place: `java` in its syntax, `re2` in the other.
    func failure(_ java: String, at index: Int?, re2: String) -> PatternError {
        isRE2 ? PatternError(reason: re2, index: nil, pattern: pattern) : PatternError(reason: java, index: index, pattern: pattern)
    }

    mutating func parse() throws(PatternError) -> PatternNode {
        let tree = try choice()
        if peek == ")" { throw failure("Unmatched closing ')'", at: position - 1, re2: "regexp/syntax: internal error") }
        return tree
    }

    private mutating func choice() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maxDepth { throw failure("Groups are nested too deeply", at: position, re2: "expression nests too deeply") }
        var branches = [try sequence()]
        while peek == "|" {
            position += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            if flags.allowsComments, skipComment(scalar) { continue }
            let isQuantifier = scalar == "*" || scalar == "+" || scalar == "?"
            if isQuantifier {
                throw failure("Dangling meta character '\(scalar)'", at: position, re2: "missing argument to repetition operator")
            }
            if scalar == "{", !isRE2 {
                // Behind a counted repetition Java takes a second count as one of nothing; anywhere else it is an error.
                _ = try javaCount()
                continue
            }
            if scalar == "\\", position + 1 < text.count, text[position + 1] == "Q" {
                nodes += quoted()
                if let last = nodes.popLast() { nodes.append(try quantified(last)) }
                continue
            }
            nodes.append(try quantified(try atom(scalar)))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func skipComment(_ scalar: Unicode.Scalar) -> Bool {
        if CharacterSet.space.contains(scalar) {
            position += 1
            return true
        }
        guard scalar == "#" else { return false }
        while let next = peek, next != "\n" {
            _ = next
            position += 1
        }
        return true
    }

    /// `\Q…\E`: plain characters up to the end mark or the end of the pattern.
    private mutating func quoted() -> [PatternNode] {
        position += 2
        var nodes: [PatternNode] = []
        while let scalar = peek {
            if scalar == "\\", position + 1 < text.count, text[position + 1] == "E" {
                position += 2
                break
            }
            nodes.append(.set(character(scalar)))
            position += 1
        }
        return nodes
    }

    func character(_ scalar: Unicode.Scalar) -> CharacterSet {
        let set = CharacterSet.scalar(scalar.value)
        return flags.ignoresCase ? set.foldingCase : set
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(PatternError) -> PatternNode {
        switch scalar {
        case ".":
            position += 1
            if flags.dotMatchesAll { return .set(.everything) }
            return .set(.inverted(isRE2 ? .scalar(0x0A) : .lineEnds))
        case "^":
            position += 1
            return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$":
            position += 1
            return .assertion(flags.isMultiline ? .lineEnd : isRE2 ? .textEnd : .textEndOrFinalLineEnd)
        case "[":
            let set = try characterClass()
            return .set(flags.ignoresCase ? set.foldingCase : set)
        case "(": return try group()
        case "\\": return try escape()
        default:
            position += 1
            return .set(character(scalar))
        }
    }

    // MARK: Groups

    private mutating func group() throws(PatternError) -> PatternNode {
        position += 1
        let outer = flags
        if peek == "?" {
            position += 1
            let isFlagsOnly = try groupHead()
            if isFlagsOnly { return .empty }
        }
        let inside = try choice()
        guard peek == ")" else { throw failure("Unclosed group", at: position, re2: "missing closing )") }
        position += 1
        flags = outer
        return inside
    }

    /// What follows `(?`. True when it was flags for the rest of the enclosing group, such as `(?i)`.
    private mutating func groupHead() throws(PatternError) -> Bool {
        let perl = "invalid or unsupported Perl syntax"
        guard let kind = peek else { throw failure("Unknown inline modifier", at: position, re2: perl) }
        switch kind {
        case ":":
            position += 1
            return false
        case "=", "!": throw failure("Look-around is not supported", at: position, re2: perl)
        case ">": throw failure("Atomic groups are not supported", at: position, re2: perl)
        case "<":
            position += 1
            if peek == "=" || peek == "!" { throw failure("Look-around is not supported", at: position, re2: "invalid named capture") }
            try groupName()
            return false
        case "P" where isRE2:
            position += 1
            guard peek == "<" else { throw failure("", at: nil, re2: perl) }
            position += 1
            try groupName()
            return false
        default: return try inlineFlags()
        }
    }

    private mutating func groupName() throws(PatternError) {
        guard let first = peek, CharacterSet.named("Alpha")?.contains(first) == true || isRE2 else {
            throw failure("capturing group name does not start with a Latin letter", at: position, re2: "invalid named capture")
        }
        var name = String.UnicodeScalarView()
        while let scalar = peek, CharacterSet.word.contains(scalar), isRE2 || scalar != "_" {
            name.append(scalar)
            position += 1
        }
        guard peek == ">", !name.isEmpty else {
            throw failure("named capturing group is missing trailing '>'", at: position, re2: "invalid named capture")
        }
        if !groupNames.insert(String(name)).inserted {
            throw failure("Named capturing group <\(String(name))> is already defined", at: position, re2: "duplicate capture group name")
        }
        position += 1
    }

    private mutating func inlineFlags() throws(PatternError) -> Bool {
        let perl = "invalid or unsupported Perl syntax"
        var isOn = true
        while let scalar = peek {
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesAll = isOn
            case "x" where !isRE2: flags.allowsComments = isOn
            // Unicode case, Unix lines, Unicode classes and canonical equivalence change nothing for names of topics and groups.
            case "u" where !isRE2, "d" where !isRE2, "c" where !isRE2, "U": break
            case "-" where isOn: isOn = false
            case ")":
                position += 1
                return true
            case ":":
                position += 1
                return false
            default: throw failure("Unknown inline modifier", at: position, re2: perl)
            }
            position += 1
        }
        throw failure("Unknown inline modifier", at: position, re2: perl)
    }

    // MARK: Repetition

    private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode {
        guard let scalar = peek else { return node }
        let bounds: (Int, Int?)
        switch scalar {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            guard let counted = try isRE2 ? re2Count() : javaCount() else { return node }
            bounds = counted
        default: return node
        }
        if scalar != "{" { position += 1 }
        var isGreedy = true
        if peek == "?" {
            position += 1
            isGreedy = false
        } else if peek == "+", !isRE2 {
            throw failure("Possessive repetition is not supported", at: position, re2: "")
        }
        if isRE2, let next = peek {
            var ahead = self
            let isCount = next == "{" ? try ahead.re2Count() != nil : false
            if next == "*" || next == "+" || next == "?" || isCount {
                throw failure("", at: nil, re2: "invalid nested repetition operator")
            }
        }
        return .repetition(node, min: bounds.0, max: bounds.1, isGreedy: isGreedy)
    }

    /// `{n}`, `{n,}`, `{n,m}` in Java's syntax, where anything else is an error.
    private mutating func javaCount() throws(PatternError) -> (Int, Int?)? {
        func isDigit(_ index: Int) -> Bool { index < text.count && CharacterSet.digit.contains(text[index]) }
        guard isDigit(position + 1) else { throw failure("Illegal repetition", at: position + 1, re2: "") }
        position += 1
        let low = try number()
        var high: Int? = low
        if peek == "," {
            position += 1
            if peek == "}" {
                high = nil
            } else {
                guard isDigit(position) else { throw failure("Unclosed counted closure", at: position, re2: "") }
                high = try number()
            }
        }
        guard peek == "}" else { throw failure("Unclosed counted closure", at: position, re2: "") }
        if let high, high < low { throw failure("Illegal repetition range", at: position, re2: "") }
        position += 1
        return (low, high)
    }

    private mutating func number() throws(PatternError) -> Int {
        var value = 0
        while let scalar = peek, CharacterSet.digit.contains(scalar) {
            value = value * 10 + Int(scalar.value - 0x30)
            if value > Int(Int32.max) { throw failure("Illegal repetition range", at: position, re2: "invalid repeat count") }
            position += 1
        }
        return value
    }

    /// The same in RE2's syntax, where what is no count is a plain brace (nil, position unchanged).
    private mutating func re2Count() throws(PatternError) -> (Int, Int?)? {
        let start = position
        position += 1
        guard let first = peek, CharacterSet.digit.contains(first) else {
            position = start
            return nil
        }
        let low = try number()
        var high: Int? = low
        if peek == "," {
            position += 1
            if peek == "}" {
                high = nil
            } else if let next = peek, CharacterSet.digit.contains(next) {
                high = try number()
            }
        }
        guard peek == "}" else {
            position = start
            return nil
        }
        position += 1
        if low > 1000 || high ?? 0 > 1000 || (high ?? low) < low { throw failure("", at: nil, re2: "invalid repeat count") }
        return (low, high)
    }
}
