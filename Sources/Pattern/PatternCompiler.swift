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
