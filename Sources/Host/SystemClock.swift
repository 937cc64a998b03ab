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

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
