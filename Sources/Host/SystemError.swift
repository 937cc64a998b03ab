#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed: its `errno` and what it was doing.
public struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The `errno`.
    public var code: Int32
    /// What was tried, as a verb phrase: `bind 127.0.0.1:9092`.
    public var operation: String

    public init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The system's own words for the code.
    public var reason: String { SystemError.text(code) }

    public var description: String { "cannot \(operation): \(reason)" }

    /// The system's own words for an `errno`: `No such file or directory`.
    public static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        return buffer.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return "error \(code)" }
            return strerror_r(code, base, room.count) == 0 ? String(cString: base) : "error \(code)"
        }
    }
}

/// Runs a system call again while a signal interrupts it.
@inline(__always)
func retryingInterrupts<T: SignedInteger>(_ call: () -> T) -> T {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}
