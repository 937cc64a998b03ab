/// A set of Unicode scalars: ranges, classes by property, and what set operations make of them.
indirect enum CharacterSet: Sendable {
    case ranges([ClosedRange<UInt32>])
    case property(Property)
    case inverted(CharacterSet)
    case union([CharacterSet])
    case intersection(CharacterSet, CharacterSet)

    /// Classes that are not lists of ranges.
    enum Property: Sendable {
        case letter, uppercase, lowercase, titlecase, number, decimalNumber, letterNumber, otherNumber
        case mark, punctuation, symbol, separator, spaceSeparator, control, other, alphabetic, whitespace
    }

    static let none = CharacterSet.ranges([])
    static let everything = CharacterSet.ranges([0...0x10FFFF])
    static let digit = CharacterSet.ranges([0x30...0x39])
    static let word = CharacterSet.ranges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CharacterSet.ranges([0x09...0x0D, 0x20...0x20])
    static let horizontalSpace = CharacterSet.ranges([
        0x09...0x09, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x180E...0x180E, 0x2000...0x200A, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
    ])
    static let verticalSpace = CharacterSet.ranges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])
    /// What `.` leaves out.
    static let lineEnds = CharacterSet.ranges([0x0A...0x0A, 0x0D...0x0D, 0x85...0x85, 0x2028...0x2029])

    static func scalar(_ value: UInt32) -> CharacterSet { .ranges([value...value]) }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .ranges(let ranges): ranges.contains { $0.contains(scalar.value) }
        case .property(let property): Self.has(scalar, property)
        case .inverted(let set): !set.contains(scalar)
        case .union(let sets): sets.contains { $0.contains(scalar) }
        case .intersection(let a, let b): a.contains(scalar) && b.contains(scalar)
        }
    }

    /// The set with both cases of every ASCII letter in it; with `unicode`, membership of either case of the asked scalar is not computed, only ASCII is folded.
    var foldingCase: CharacterSet {
        switch self {
        case .ranges(let ranges):
            var folded = ranges
            for range in ranges {
                let upper = range.clamped(to: 0x41...0x5A)
                if range.overlaps(0x41...0x5A) { folded.append(upper.lowerBound + 32...upper.upperBound + 32) }
                let lower = range.clamped(to: 0x61...0x7A)
                if range.overlaps(0x61...0x7A) { folded.append(lower.lowerBound - 32...lower.upperBound - 32) }
            }
            return .ranges(folded)
        case .property(.uppercase), .property(.lowercase), .property(.titlecase):
            return .union([.property(.uppercase), .property(.lowercase), .property(.titlecase)])
        case .property: return self
        case .inverted(let set): return .inverted(set.foldingCase)
        case .union(let sets): return .union(sets.map(\.foldingCase))
        case .intersection(let a, let b): return .intersection(a.foldingCase, b.foldingCase)
        }
    }

    private static func has(_ scalar: Unicode.Scalar, _ property: Property) -> Bool {
        let properties = scalar.properties
        switch property {
        case .alphabetic: return properties.isAlphabetic
        case .whitespace: return properties.isWhitespace
        default: break
        }
        switch (property, properties.generalCategory) {
        case (.letter, .uppercaseLetter), (.letter, .lowercaseLetter), (.letter, .titlecaseLetter), (.letter, .modifierLetter), (.letter, .otherLetter),
            (.uppercase, .uppercaseLetter), (.lowercase, .lowercaseLetter), (.titlecase, .titlecaseLetter),
            (.number, .decimalNumber), (.number, .letterNumber), (.number, .otherNumber), (.decimalNumber, .decimalNumber),
            (.letterNumber, .letterNumber), (.otherNumber, .otherNumber),
            (.mark, .nonspacingMark), (.mark, .spacingMark), (.mark, .enclosingMark),
            (.punctuation, .connectorPunctuation), (.punctuation, .dashPunctuation), (.punctuation, .openPunctuation),
            (.punctuation, .closePunctuation), (.punctuation, .initialPunctuation), (.punctuation, .finalPunctuation), (.punctuation, .otherPunctuation),
            (.symbol, .mathSymbol), (.symbol, .currencySymbol), (.symbol, .modifierSymbol), (.symbol, .otherSymbol),
            (.separator, .spaceSeparator), (.separator, .lineSeparator), (.separator, .paragraphSeparator), (.spaceSeparator, .spaceSeparator),
            (.control, .control), (.other, .control), (.other, .format), (.other, .surrogate), (.other, .privateUse), (.other, .unassigned):
            return true
        default: return false
        }
    }

    /// The class behind `\p{NAME}` or `[:name:]`, nil when the name is not known here.
    static func named(_ name: String) -> CharacterSet? {
        let bare = name.hasPrefix("Is") ? String(name.dropFirst(2)) : name
        return switch bare {
        case "Lower", "lower": .ranges([0x61...0x7A])
        case "Upper", "upper": .ranges([0x41...0x5A])
        case "ASCII", "ascii": .ranges([0...0x7F])
        case "Alpha", "alpha": .ranges([0x41...0x5A, 0x61...0x7A])
        case "Digit", "digit": digit
        case "Alnum", "alnum": .ranges([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "Punct", "punct": .ranges([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "Graph", "graph": .ranges([0x21...0x7E])
        case "Print", "print": .ranges([0x20...0x7E])
        case "Blank", "blank": .ranges([0x09...0x09, 0x20...0x20])
        case "Cntrl", "cntrl": .ranges([0...0x1F, 0x7F...0x7F])
        case "XDigit", "xdigit": .ranges([0x30...0x39, 0x41...0x46, 0x61...0x66])
        case "Space", "space": space
        case "word": word
        case "L": .property(.letter)
        case "Lu", "Uppercase": .property(.uppercase)
        case "Ll", "Lowercase": .property(.lowercase)
        case "Lt", "Titlecase": .property(.titlecase)
        case "N": .property(.number)
        case "Nd": .property(.decimalNumber)
        case "Nl": .property(.letterNumber)
        case "No": .property(.otherNumber)
        case "M": .property(.mark)
        case "P", "Punctuation": .property(.punctuation)
        case "S": .property(.symbol)
        case "Z": .property(.separator)
        case "Zs": .property(.spaceSeparator)
        case "Cc", "Control": .property(.control)
        case "C": .property(.other)
        case "Alphabetic", "Letter": .property(.alphabetic)
        case "White_Space", "WhiteSpace": .property(.whitespace)
        default: nil
        }
    }
}
