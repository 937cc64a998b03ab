import KafkaProtocol

/// Cuts a stream of bytes into lines as Java's BufferedReader does: LF, CR LF and a lone CR each end a line and are not part of it.
/// Keeps at most one unfinished line of `maxLineBytes`.
struct LineSplitter {
    enum Line {
        /// Valid until the next call. `isASCII` spares a look at the encoding.
        case bytes(UnsafeRawBufferPointer, isASCII: Bool)
        /// A line of more than `maxLineBytes`, which was not kept; its length in bytes.
        case tooLong(Int)
    }

    private let maxLineBytes: Int
    private var chunk = Bytes.empty
    private var position = 0
    /// The beginning of a line that a chunk's end has cut.
    private var carry: [UInt8] = []
    private var hasCarry = false
    /// Bytes of the present line that were dropped because it is too long.
    private var dropped = 0
    /// The last line ended in CR at a chunk's end, so an LF that follows belongs to it.
    private var swallowsLF = false
    private var isCarrySpent = false

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    /// Gives it the next bytes; all lines of the previous ones must have been taken.
    mutating func feed(_ bytes: Bytes) {
        chunk = bytes
        position = 0
        if swallowsLF, !bytes.isEmpty {
            swallowsLF = false
            if bytes[0] == 10 { position = 1 }
        }
    }

    /// Calls `body` with the next complete line; nil when more bytes are needed.
    mutating func next<R>(_ body: (Line) throws -> R) rethrows -> R? {
        if isCarrySpent {
            carry.removeAll(keepingCapacity: carry.capacity <= 1 << 20)
            isCarrySpent = false
        }
        let chunk = self.chunk
        return try chunk.withUnsafeBytes { bytes -> R? in
            guard position < bytes.count else { return nil }
            let start = position
            let (end, isASCII) = Self.lineEnd(bytes, from: start)
            guard end < bytes.count else {
                keep(UnsafeRawBufferPointer(rebasing: bytes[start...]))
                position = bytes.count
                return nil
            }
            position = end + 1
            if bytes[end] == 13 {
                if position == bytes.count { swallowsLF = true } else if bytes[position] == 10 { position += 1 }
            }
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            guard hasCarry else {
                if line.count > maxLineBytes { return try body(.tooLong(line.count)) }
                return try body(.bytes(line, isASCII: isASCII))
            }
            keep(line)
            return try takeCarry(body)
        }
    }

    /// The last line, when the stream ends without a line end.
    mutating func last<R>(_ body: (Line) throws -> R) rethrows -> R? {
        guard hasCarry else { return nil }
        return try takeCarry(body)
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        hasCarry = true
        if dropped > 0 || carry.count + bytes.count > maxLineBytes {
            dropped += carry.count + bytes.count
            carry = []
        } else {
            carry.append(contentsOf: bytes)
        }
    }

    private mutating func takeCarry<R>(_ body: (Line) throws -> R) rethrows -> R {
        defer {
            hasCarry = false
            isCarrySpent = true
            dropped = 0
        }
        if dropped > 0 { return try body(.tooLong(dropped)) }
        return try carry.withUnsafeBytes { try body(.bytes($0, isASCII: $0.allSatisfy { $0 < 0x80 })) }
    }

    /// Where the line that begins at `start` ends (the count when it does not), and whether it is all ASCII. Eight bytes at a time.
    @inline(__always)
    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (Int, isASCII: Bool) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var seen: UInt64 = 0
        var at = start
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            // The high bit of each byte below 14; only the lowest such bit is certain, which is the one that is wanted.
            let small = (word &- ones &* 14) & ~word & highBits
            if small != 0 {
                let first = at + small.trailingZeroBitCount / 8
                let found = bytes[first]
                if found == 10 || found == 13 {
                    let before = UInt64(first - at) * 8
                    seen |= before == 0 ? 0 : word << (64 - before)
                    return (first, seen & highBits == 0)
                }
                // Another control character, a tab most likely: goes on behind it.
                for index in at...first { seen |= UInt64(bytes[index]) }
                at = first + 1
                continue
            }
            seen |= word
            at += 8
        }
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 10 || byte == 13 { return (at, seen & highBits == 0) }
            seen |= UInt64(byte)
            at += 1
        }
        return (at, seen & highBits == 0)
    }
}
