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
        var seconds = time_t(wallMs / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func digits(_ number: Int32, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let date = "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        return "\(date) \(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2)),\(digits(Int32(wallMs % 1000), 3))"
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
