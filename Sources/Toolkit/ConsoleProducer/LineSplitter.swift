import KafkaProtocol

/// Cuts a stream of bytes into lines as Java's BufferedReader does: LF, CR LF and a lone CR each end a line and are not part of it.
/// Keeps at most one unfinished line of `maxLineBytes`.
struct LineSplitter {
    enum Line {
        /// `isASCII` spares a look at the encoding.
        case bytes(Bytes, isASCII: Bool)
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

    /// The next complete line; nil when more bytes are needed.
    mutating func next() -> Line? {
        guard position < chunk.count else { return nil }
        let start = position
        let (end, isASCII) = chunk.withUnsafeBytes { Self.lineEnd($0, from: start) }
        guard end < chunk.count else {
            keep(chunk[start..<end])
            position = end
            return nil
        }
        position = end + 1
        if chunk[end] == 13 {
            if position == chunk.count { swallowsLF = true } else if chunk[position] == 10 { position += 1 }
        }
        let line = chunk[start..<end]
        if hasCarry {
            keep(line)
            return last()
        }
        return line.count > maxLineBytes ? .tooLong(line.count) : .bytes(line, isASCII: isASCII)
    }

    /// The last line, when the stream ends without a line end.
    mutating func last() -> Line? {
        guard hasCarry else { return nil }
        defer {
            hasCarry = false
            carry.removeAll(keepingCapacity: carry.capacity <= 1 << 20)
            dropped = 0
        }
        return dropped > 0 ? .tooLong(dropped) : .bytes(Bytes(carry), isASCII: carry.allSatisfy { $0 < 0x80 })
    }

    private mutating func keep(_ bytes: Bytes) {
        hasCarry = true
        if dropped > 0 || carry.count + bytes.count > maxLineBytes {
            dropped += carry.count + bytes.count
            carry = []
        } else {
            bytes.withUnsafeBytes { carry.append(contentsOf: $0) }
        }
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
