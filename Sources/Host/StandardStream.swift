#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One of the process's own descriptors (standard input, output, error), read and written without buffering.
public struct StandardStream: Sendable {
    /// The outcome of one read or write.
    public enum Outcome: Equatable, Sendable {
        /// That many bytes were moved; more than zero.
        case moved(Int)
        /// End of input, or a reader that has gone away (`EPIPE`).
        case closed
        /// A signal arrived before anything was moved.
        case interrupted
        /// Any other failure, with the system's text.
        case failed(String)
    }

    /// The descriptor's number.
    public let descriptor: Int32

    /// Wraps a descriptor that is open already and is never closed by this type.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Standard input.
    public static let input = StandardStream(descriptor: 0)
    /// Standard output.
    public static let output = StandardStream(descriptor: 1)
    /// Standard error.
    public static let error = StandardStream(descriptor: 2)

    /// Makes sure that descriptors 0 to 2 are taken, so that no socket or file gets their numbers when the caller closed them.
    /// The stand-ins refuse what the real ones would do: a closed standard output stays an error.
    public static func reserve() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Whether a person sits at the other end.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Characters in a line of the terminal; nil where there is none.
    public var columns: Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Reads what is there, waiting for the first byte. An empty buffer reads as `.closed`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        while true {
            let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { return .moved(count) }
            if count == 0 { return .closed }
            switch errno {
            case EINTR: return .interrupted
            case EAGAIN:
                // Another process may have made the shared descriptor non-blocking.
                if !waitReady(timeoutMs: -1) { return .interrupted }
            default: return .failed(SystemError.text(errno))
            }
        }
    }

    /// Writes as much as the descriptor takes, waiting until it takes something.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        while true {
            let count = systemWrite(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return .moved(count) }
            switch errno {
            case EINTR: return .interrupted
            case EPIPE: return .closed
            case EAGAIN:
                if !waitReady(timeoutMs: -1, writing: true) { return .interrupted }
            default: return .failed(SystemError.text(errno))
            }
        }
    }

    /// Whether a pipe or socket has nobody at its other end any more.
    public var isAbandoned: Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & (POLLERR | POLLHUP) != 0
    }

    /// Waits until a read (or write) would not block. `timeoutMs` below zero waits for ever; false on a timeout or a signal.
    public func waitReady(timeoutMs: Int32, writing: Bool = false) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(writing ? POLLOUT : POLLIN), revents: 0)
        return poll(&entry, 1, timeoutMs) > 0
    }
}

// The methods of the same names hide the system's functions.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(descriptor, buffer, count) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, bytes, count) }
