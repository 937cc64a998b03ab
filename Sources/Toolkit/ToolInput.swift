import Host
import KafkaProtocol

/// Where input comes from: standard input, or memory in tests.
public protocol InputSource: AnyObject {
    /// Reads some bytes, waiting for the first.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> StandardStream.Outcome
    /// Whether a read would not wait, after at most `timeoutMs` (0: look only).
    func waitReady(timeoutMs: Int32) -> Bool
    /// The descriptor, for an event loop to watch; nil for memory.
    var descriptor: Int32? { get }
}

/// The descriptor behind standard input.
public final class StreamSource: InputSource {
    private let stream: StandardStream
    /// Reads from `stream`.
    public init(_ stream: StandardStream) { self.stream = stream }
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> StandardStream.Outcome { stream.read(into: buffer) }
    public func waitReady(timeoutMs: Int32) -> Bool { stream.waitReady(timeoutMs: timeoutMs) }
    public var descriptor: Int32? { stream.descriptor }
}

/// Bytes that are there from the start.
public final class MemorySource: InputSource {
    private var rest: ArraySlice<UInt8>
    /// Input that consists of `bytes`.
    public init(_ bytes: [UInt8]) { rest = bytes[...] }
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> StandardStream.Outcome {
        let count = min(buffer.count, rest.count)
        if count == 0 { return .closed }
        rest.prefix(count).withUnsafeBytes { buffer.copyMemory(from: $0) }
        rest = rest.dropFirst(count)
        return .moved(count)
    }
    public func waitReady(timeoutMs: Int32) -> Bool { true }
    public var descriptor: Int32? { nil }
}

/// Buffered input: lines and raw bytes, at most one buffer plus one line in memory.
public final class ToolInput {
    /// Bytes asked of the system at a time.
    public static let chunk = 65536
    private let source: any InputSource
    private let maxLineBytes: Int
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// Where the search for a line end goes on, so that a long line is scanned once.
    private var scanned = 0
    private var sawEnd = false

    /// Input from `source`. A line longer than `maxLineBytes` is an error.
    public init(_ source: any InputSource, maxLineBytes: Int = 1 << 30) {
        self.source = source
        self.maxLineBytes = maxLineBytes
        buffer = .allocate(byteCount: Self.chunk, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The descriptor to watch, nil for memory.
    public var descriptor: Int32? { source.descriptor }

    /// Whether everything has been read and handed out.
    public var isAtEnd: Bool { sawEnd && start == end }

    /// Whether a complete line is in the buffer already, so `withLine` will not wait.
    public var hasBufferedLine: Bool {
        if sawEnd { return true }
        return findLineEnd() != nil
    }

    /// Whether reading on would not wait, after at most `timeoutMs`.
    public func waitReady(timeoutMs: Int32) -> Bool { hasBufferedLine || source.waitReady(timeoutMs: timeoutMs) }

    /// Calls `body` with the next line, without its end (LF, or CR LF). Waits for it. Nil at the end of input or when a signal asked to stop.
    /// The last line counts even without an end. The bytes are valid during the call only.
    public func withLine<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R? {
        while true {
            if let lineEnd = findLineEnd() {
                var last = lineEnd
                if last > start, buffer[last - 1] == 13 { last -= 1 }
                let line = UnsafeRawBufferPointer(rebasing: buffer[start..<last])
                start = lineEnd + 1
                scanned = start
                return try body(line)
            }
            if sawEnd {
                if start == end { return nil }
                let line = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
                start = end
                scanned = end
                return try body(line)
            }
            if !(try fill()) { return nil }
        }
    }

    /// The next line as text; see `withLine`.
    public func readLine() throws -> String? { try withLine { String(decoding: $0, as: UTF8.self) } }

    /// Some bytes, at least one, at most `count`; nil at the end of input or when a signal asked to stop.
    public func read(upTo count: Int) throws -> Bytes? {
        while start == end {
            if sawEnd { return nil }
            if !(try fill()) { return nil }
        }
        let taken = min(count, end - start)
        let slice = Bytes(UnsafeRawBufferPointer(rebasing: buffer[start..<start + taken]))
        start += taken
        scanned = max(scanned, start)
        return slice
    }

    /// Exactly `count` bytes; nil at a clean end of input, an error when it ends in between.
    public func read(exactly count: Int) throws -> Bytes? {
        var collected: [UInt8] = []
        while collected.count < count {
            guard let piece = try read(upTo: count - collected.count) else {
                if collected.isEmpty { return nil }
                throw ToolError("standard input ended after \(collected.count) of \(count) bytes")
            }
            if collected.isEmpty, piece.count == count { return piece }
            piece.withUnsafeBytes { collected.append(contentsOf: $0) }
        }
        return Bytes(collected)
    }

    private func findLineEnd() -> Int? {
        if scanned < start { scanned = start }
        guard scanned < end else { return nil }
        if let found = Self.firstLineFeed(in: UnsafeRawBufferPointer(rebasing: buffer[scanned..<end])) { return scanned + found }
        scanned = end
        return nil
    }

    /// Eight bytes at a time: a byte of `word` XOR LF is zero where a line ends, and subtracting ones borrows from exactly the zero bytes first.
    private static func firstLineFeed(in bytes: UnsafeRawBufferPointer) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = 0
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ (ones &* 10)
            let zeros = (word &- ones) & ~word & (ones &* 0x80)
            if zeros != 0 { return position + zeros.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < bytes.count {
            if bytes[position] == 10 { return position }
            position += 1
        }
        return nil
    }

    /// Reads once more. False when a signal asked to stop.
    private func fill() throws(ToolError) -> Bool {
        if start > 0 {
            if end > start, let base = buffer.baseAddress { base.copyMemory(from: base + start, byteCount: end - start) }
            (end, scanned, start) = (end - start, max(0, scanned - start), 0)
        }
        if end == buffer.count {
            if end >= maxLineBytes { throw ToolError("a line of standard input is longer than \(maxLineBytes) bytes") }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            buffer.deallocate()
            buffer = larger
        }
        while true {
            switch source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...])) {
            case .moved(let count):
                end += count
                return true
            case .closed:
                sawEnd = true
                return true
            case .interrupted:
                if Interrupts.signalNumber != nil { return false }
            case .failed(let reason): throw ToolError("cannot read standard input: \(reason)")
            }
        }
    }
}
