import Synchronization

/// What a broker tells its operator: one line an event, with a level and a kind. Where the lines go is the host's business; here they are
/// filtered by level and, kind by kind, bounded in number, so that a disk that fails ten thousand times does not write ten thousand lines.
public final class OperatorLog: Sendable {
    /// How much an event matters, in the words of Kafka's log files.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warn, error

        /// As Kafka's log files print it.
        public var name: String {
            switch self {
            case .debug: "DEBUG"
            case .info: "INFO"
            case .warn: "WARN"
            case .error: "ERROR"
            }
        }

        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// What an event is about; events of one kind share a bound.
    public enum Kind: String, Sendable, CaseIterable {
        case configuration, recovery, stray, deletion, disk, upkeep, transactions, connection, accept, coordinator, metadata, replication
    }

    /// One event as the host gets it.
    public struct Entry: Sendable {
        /// Milliseconds since the epoch.
        public var timeMs: Int64
        public var level: Level
        public var kind: Kind
        public var text: String
    }

    private struct Window: Sendable {
        var start: Int64
        var written = 0
        var heldBack = 0
    }

    /// Lines of one kind within `windowMs` before the rest of them are only counted.
    public static let linesPerWindow = 50
    public static let windowMs: Int64 = 60_000

    public let level: Level
    private let clock: @Sendable () -> Int64
    private let write: @Sendable (Entry) -> Void
    private let windows = Mutex<[Kind: Window]>([:])

    /// - Parameters:
    ///   - level: events below it are dropped
    ///   - clock: milliseconds since the epoch
    ///   - write: takes one event, from any thread
    public init(level: Level = .info, clock: @escaping @Sendable () -> Int64, write: @escaping @Sendable (Entry) -> Void) {
        self.level = level
        self.clock = clock
        self.write = write
    }

    /// Drops everything.
    public static let silent = OperatorLog(level: .error, clock: { 0 }, write: { _ in })

    public func error(_ kind: Kind, _ text: @autoclosure () -> String) { note(.error, kind, text) }
    public func warn(_ kind: Kind, _ text: @autoclosure () -> String) { note(.warn, kind, text) }
    public func info(_ kind: Kind, _ text: @autoclosure () -> String) { note(.info, kind, text) }
    public func debug(_ kind: Kind, _ text: @autoclosure () -> String) { note(.debug, kind, text) }

    private func note(_ level: Level, _ kind: Kind, _ text: () -> String) {
        guard level >= self.level else { return }
        let now = clock()
        let (isWritten, missed) = windows.withLock { windows in
            var window = windows[kind] ?? Window(start: now)
            var missed = 0
            if now - window.start >= Self.windowMs || now < window.start {
                missed = window.heldBack
                window = Window(start: now)
            }
            let isWritten = window.written < Self.linesPerWindow
            if isWritten { window.written += 1 } else { window.heldBack += 1 }
            windows[kind] = window
            return (isWritten, missed)
        }
        if missed > 0 { write(Entry(timeMs: now, level: level, kind: kind, text: "\(missed) more events of this kind were not written")) }
        if isWritten { write(Entry(timeMs: now, level: level, kind: kind, text: text())) }
    }

    /// Tells how many events were held back, so that a burst's end is not lost; for the end of a run.
    public func flush() {
        let now = clock()
        let missed = windows.withLock { windows in
            let missed = windows.compactMapValues { $0.heldBack > 0 ? $0.heldBack : nil }
            windows.removeAll()
            return missed
        }
        for (kind, count) in missed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            write(Entry(timeMs: now, level: .warn, kind: kind, text: "\(count) more events of this kind were not written"))
        }
    }
}
