#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The machine's clocks. Everything below Host and above it gets time as an argument; this is where it comes from.
public enum SystemClock {
    /// Milliseconds since 1970 UTC; may jump when the machine's time is set.
    public static func wallMs() -> Int64 { read(CLOCK_REALTIME) / 1_000_000 }

    /// Milliseconds that only ever grow, from an arbitrary start; for timeouts.
    public static func monotonicMs() -> Int64 { read(CLOCK_MONOTONIC) / 1_000_000 }

    /// Nanoseconds that only ever grow, from an arbitrary start; for measuring.
    public static func monotonicNs() -> Int64 { read(CLOCK_MONOTONIC) }

    /// A time in the local zone as Kafka's log files have it: `2026-01-31 09:30:00,123`.
    public static func logText(wallMs: Int64) -> String {
        let time = LocalTime(wallMs: wallMs)
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let date = "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
        return "\(date) \(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2)),\(digits(time.millisecond, 3))"
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
