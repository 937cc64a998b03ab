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
