import Host
import KafkaProtocol

/// Where a writer's bytes go: the process's own descriptor, or memory in tests.
public protocol OutputSink: AnyObject {
    /// Takes some of the bytes.
    func write(_ bytes: UnsafeRawBufferPointer) -> StandardStream.Outcome
    /// Whether nobody will read what is written.
    var isAbandoned: Bool { get }
}

/// The descriptor behind standard output or error.
public final class StreamSink: OutputSink {
    private let stream: StandardStream
    /// Writes to `stream`.
    public init(_ stream: StandardStream) { self.stream = stream }
    public var isAbandoned: Bool { stream.isAbandoned }
    public func write(_ bytes: UnsafeRawBufferPointer) -> StandardStream.Outcome {
        while true {
            let outcome = stream.write(bytes)
            guard outcome == .interrupted else { return outcome }
            // A signal asks for an orderly end; a reader that does not drain must not prevent it.
            if Interrupts.signalNumber != nil, !stream.waitReady(timeoutMs: 200, writing: true) { return .closed }
        }
    }
}

/// Bytes kept in memory.
public final class MemorySink: OutputSink {
    /// All bytes written so far.
    public private(set) var bytes: [UInt8] = []
    /// An empty sink.
    public init() {}
    public var isAbandoned: Bool { false }
    public func write(_ bytes: UnsafeRawBufferPointer) -> StandardStream.Outcome {
        self.bytes.append(contentsOf: bytes)
        return .moved(bytes.count)
    }
    /// The bytes as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Buffered output of 64 KiB: flushed when full, when the tool says so (it is idle) and at exit.
///
/// Once the reader has gone away writes do nothing and `isClosed` is true: tools that stream look at it (or at `ToolContext.shouldStop`) and end quietly.
public final class OutputWriter {
    /// Size of the buffer in bytes.
    public static let capacity = 65536
    private let sink: any OutputSink
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: OutputWriter.capacity, alignment: 16)
    private var used = 0
    /// Flush at the end of each line, as on a terminal.
    private let flushesLines: Bool
    /// A writer that must be flushed before this one, so that both appear in the order of writing.
    private let before: OutputWriter?
    /// The reader has gone away or writing failed.
    public private(set) var isClosed = false
    /// Why writing failed; nil when the reader just went away.
    public private(set) var failure: String?

    /// A writer into `sink`.
    public init(_ sink: any OutputSink, flushesLines: Bool = false, after before: OutputWriter? = nil) {
        self.sink = sink
        self.flushesLines = flushesLines
        self.before = before
    }

    deinit { buffer.deallocate() }

    /// Appends text.
    public func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a slice.
    public func write(_ bytes: Bytes) { bytes.withUnsafeBytes { write($0) } }

    /// Appends bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        if isClosed || bytes.isEmpty { return }
        if bytes.count > Self.capacity - used {
            flush()
            if bytes.count >= Self.capacity { return pour(bytes) }
        }
        if let target = buffer.baseAddress, let source = bytes.baseAddress { (target + used).copyMemory(from: source, byteCount: bytes.count) }
        used += bytes.count
    }

    /// Appends one byte.
    public func write(byte: UInt8) {
        if isClosed { return }
        if used == Self.capacity { flush() }
        buffer[used] = byte
        used += 1
    }

    /// Appends text and a line feed.
    public func line(_ text: String = "") {
        write(text)
        endLine()
    }

    /// Appends a line feed, and flushes where lines are to appear at once.
    public func endLine() {
        write(byte: 10)
        if flushesLines { flush() }
    }

    /// Finds out whether the reader has gone away, which otherwise only the next write would tell.
    public func checkReader() { if !isClosed && sink.isAbandoned { isClosed = true } }

    /// Hands everything to the system.
    public func flush() {
        before?.flush()
        guard used > 0 else { return }
        let count = used
        used = 0
        pour(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }

    private func pour(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty, !isClosed {
            switch sink.write(rest) {
            case .moved(let count): rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            case .interrupted: continue
            case .closed: isClosed = true
            case .failed(let reason): (isClosed, failure) = (true, reason)
            }
        }
    }
}
