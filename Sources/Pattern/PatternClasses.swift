/// Escapes and bracketed classes.
extension PatternParser {
    private static let badEscape = "Illegal/unsupported escape sequence"

    /// `\…` outside brackets.
    mutating func escape() throws(PatternError) -> PatternNode {
        guard position + 1 < text.count else {
            throw failure("Unexpected internal error", at: position + 1, re2: "trailing backslash at end of expression")
        }
        let letter = text[position + 1]
        switch letter {
        case "b", "B":
            position += 2
            return .assertion(letter == "b" ? .wordBoundary : .notWordBoundary)
        case "A":
            position += 2
            return .assertion(.textStart)
        case "z":
            position += 2
            return .assertion(.textEnd)
        case "Z" where !isRE2:
            position += 2
            return .assertion(.textEndOrFinalLineEnd)
        case "R" where !isRE2:
            position += 2
            let pair = PatternNode.sequence([.set(.scalar(0x0D)), .set(.scalar(0x0A))])
            return .choice([pair, .set(.verticalSpace)])
        case "1"..."9", "k":
            throw failure("Back-references are not supported", at: position + 1, re2: "invalid escape sequence")
        case "G", "X", "N":
            throw failure("\\\(letter) is not supported", at: position + 1, re2: "invalid escape sequence")
        default: break
        }
        if let set = try escapedClass() { return .set(set) }
        return .set(character(try escapedCharacter()))
    }

    /// `\d`, `\p{…}` and the like; nil (position unchanged) for an escape that stands for one character.
    mutating func escapedClass() throws(PatternError) -> CharacterSet? {
        let set: CharacterSet
        switch text[position + 1] {
        case "d": set = .digit
        case "D": set = .inverted(.digit)
        case "w": set = .word
        case "W": set = .inverted(.word)
        case "s": set = .space
        case "S": set = .inverted(.space)
        case "h" where !isRE2: set = .horizontalSpace
        case "H" where !isRE2: set = .inverted(.horizontalSpace)
        case "v" where !isRE2: set = .verticalSpace
        case "V" where !isRE2: set = .inverted(.verticalSpace)
        case "p", "P": return try property()
        default: return nil
        }
        position += 2
        return set
    }

    private mutating func property() throws(PatternError) -> CharacterSet {
        let isInverted = text[position + 1] == "P"
        position += 2
        var name = String.UnicodeScalarView()
        if peek == "{" {
            position += 1
            while let scalar = peek, scalar != "}" {
                name.append(scalar)
                position += 1
            }
            guard peek == "}" else { throw failure("Unclosed character family", at: text.count, re2: "invalid character class range") }
            position += 1
        } else if let scalar = peek {
            name.append(scalar)
            position += 1
        } else {
            throw failure("Unknown character property name { }", at: position, re2: "invalid character class range")
        }
        let isKnown = !isRE2 || name.count <= 2
        guard isKnown, let set = CharacterSet.named(String(name)) else {
            throw failure("Unknown character property name {\(String(name))}", at: position - 1, re2: "invalid character class range")
        }
        return isInverted ? .inverted(set) : set
    }

    /// An escape that stands for one character.
    mutating func escapedCharacter() throws(PatternError) -> Unicode.Scalar {
        guard position + 1 < text.count else {
            throw failure("Unexpected internal error", at: position + 1, re2: "trailing backslash at end of expression")
        }
        let letter = text[position + 1]
        position += 2
        switch letter {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "a": return "\u{07}"
        case "v" where isRE2: return "\u{0B}"
        case "e" where !isRE2: return "\u{1B}"
        case "x": return try hexadecimal()
        case "u" where !isRE2: return try scalar(digits(4, "Illegal Unicode escape sequence"))
        case "0": return try octal()
        case "c" where !isRE2:
            guard let control = peek else { throw failure("Illegal control escape sequence", at: position - 1, re2: "") }
            position += 1
            return try scalar(control.value ^ 64)
        default: break
        }
        let isLetterOrDigit = CharacterSet.named("Alnum")?.contains(letter) == true
        let isLegal = isRE2 ? letter.isASCII && !isLetterOrDigit : !isLetterOrDigit
        guard isLegal else { throw failure(Self.badEscape, at: position - 1, re2: "invalid escape sequence") }
        return letter
    }

    private mutating func hexadecimal() throws(PatternError) -> Unicode.Scalar {
        guard peek == "{" else { return try scalar(digits(2, "Illegal hexadecimal escape sequence")) }
        position += 1
        var value: UInt32 = 0
        while let digit = peek?.hexadecimalValue {
            value = value * 16 + digit
            if value > 0x10FFFF { throw failure("Hexadecimal codepoint is too big", at: position, re2: "invalid escape sequence") }
            position += 1
        }
        guard peek == "}" else { throw failure("Unclosed hexadecimal escape sequence", at: position, re2: "invalid escape sequence") }
        position += 1
        return try scalar(value)
    }

    private mutating func digits(_ count: Int, _ message: String) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = peek?.hexadecimalValue else { throw failure(message, at: position, re2: "invalid escape sequence") }
            value = value * 16 + digit
            position += 1
        }
        return value
    }

    private mutating func octal() throws(PatternError) -> Unicode.Scalar {
        var value: UInt32 = 0
        var count = 0
        while count < 3, let digit = peek?.hexadecimalValue, digit < 8, value * 8 + digit <= 0o377 {
            value = value * 8 + digit
            count += 1
            position += 1
        }
        if count == 0, !isRE2 { throw failure("Illegal octal escape sequence", at: position, re2: "") }
        return try scalar(value)
    }

    private func scalar(_ value: UInt32) throws(PatternError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else {
            throw failure("Surrogates are not supported", at: position - 1, re2: "invalid escape sequence")
        }
        return scalar
    }

    // MARK: Brackets

    /// `[…]` with everything inside; the position is on the opening bracket. Nesting is bounded by the length of the pattern and by `depth`.
    mutating func characterClass(depth: Int = 0) throws(PatternError) -> CharacterSet {
        if depth > 50 { throw failure("Character classes are nested too deeply", at: position, re2: "") }
        position += 1
        var isInverted = false
        if peek == "^" {
            isInverted = true
            position += 1
        }
        var members: [CharacterSet] = []
        var intersected: CharacterSet?
        var isFirst = true
        while true {
            guard let scalar = peek else { throw unclosedClass() }
            if scalar == "]", !isFirst {
                position += 1
                break
            }
            isFirst = false
            if scalar == "[", let set = try nestedClass(depth: depth) {
                members.append(set)
            } else if scalar == "&", !isRE2, position + 1 < text.count, text[position + 1] == "&" {
                position += 2
                if !members.isEmpty { intersected = Self.and(intersected, .union(members)) }
                members = []
            } else {
                members.append(try classMember())
            }
        }
        let rest: CharacterSet? = members.isEmpty ? nil : .union(members)
        let set = rest.map { Self.and(intersected, $0) } ?? intersected ?? .none
        return isInverted ? .inverted(set) : set
    }

    private static func and(_ a: CharacterSet?, _ b: CharacterSet) -> CharacterSet { a.map { .intersection($0, b) } ?? b }

    private func unclosedClass() -> PatternError { failure("Unclosed character class", at: text.count - 1, re2: "missing closing ]") }

    /// `[…]` inside brackets in Java's syntax, `[:name:]` in RE2's; nil when the bracket is a plain character.
    private mutating func nestedClass(depth: Int) throws(PatternError) -> CharacterSet? {
        if !isRE2 { return try characterClass(depth: depth + 1) }
        guard position + 1 < text.count, text[position + 1] == ":" else { return nil }
        var end = position + 2
        while end < text.count, text[end] != ":", text[end] != "]" { end += 1 }
        guard end + 1 < text.count, text[end] == ":", text[end + 1] == "]" else { return nil }
        var name = String(String.UnicodeScalarView(text[(position + 2)..<end]))
        let isInverted = name.hasPrefix("^")
        if isInverted { name.removeFirst() }
        guard let set = CharacterSet.named(name) else { throw failure("", at: nil, re2: "invalid character class range") }
        position = end + 2
        return isInverted ? .inverted(set) : set
    }

    /// One character, a range, a class escape, or a quoted run.
    private mutating func classMember() throws(PatternError) -> CharacterSet {
        if peek == "\\" {
            guard position + 1 < text.count else { throw failure("Unexpected internal error", at: position + 1, re2: "missing closing ]") }
            if text[position + 1] == "Q", !isRE2 { return quotedMembers() }
            if let set = try escapedClass() { return set }
        }
        let low = try classCharacter()
        guard peek == "-", position + 1 < text.count || !isRE2 else { return .scalar(low.value) }
        if position + 1 < text.count {
            let next = text[position + 1]
            if next == "]" || (next == "[" && !isRE2) { return .scalar(low.value) }
        }
        position += 1
        if peek == nil { throw failure("Illegal character range", at: position, re2: "missing closing ]") }
        if peek == "\\", position + 1 < text.count {
            var ahead = self
            if try ahead.escapedClass() != nil {
                throw failure("Illegal character range", at: position + 1, re2: "invalid escape sequence")
            }
        }
        let high = try classCharacter()
        if high.value < low.value { throw failure("Illegal character range", at: position - 1, re2: "invalid character class range") }
        return .ranges([low.value...high.value])
    }

    private mutating func classCharacter() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = peek else { throw unclosedClass() }
        if scalar == "\\" { return try escapedCharacter() }
        position += 1
        return scalar
    }

    private mutating func quotedMembers() -> CharacterSet {
        position += 2
        var sets: [CharacterSet] = []
        while let scalar = peek {
            if scalar == "\\", position + 1 < text.count, text[position + 1] == "E" {
                position += 2
                break
            }
            sets.append(.scalar(scalar.value))
            position += 1
        }
        return .union(sets)
    }
}

extension Unicode.Scalar {
    /// 0 to 15 for a hexadecimal digit, nil otherwise.
    var hexadecimalValue: UInt32? {
        switch value {
        case 0x30...0x39: value - 0x30
        case 0x41...0x46: value - 0x41 + 10
        case 0x61...0x66: value - 0x61 + 10
        default: nil
        }
    }
}
