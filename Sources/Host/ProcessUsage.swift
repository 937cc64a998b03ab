#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this process has taken of the machine.
public struct ProcessUsage: Sendable {
    /// Of all threads, in the program and in the system on its behalf.
    public var cpuSeconds: Double
    /// Memory that is in the machine now; nil where the system does not tell.
    public var residentBytes: Int?
    public var openDescriptors: Int?

    public static var now: ProcessUsage {
        var usage = rusage()
        // RUSAGE_SELF, which the C library imports as something else than it takes.
        getrusage(0, &usage)
        let times = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1_000_000 }
        let pages = try? FileDisk().readFile("/proc/self/statm").array.split(separator: 32).dropFirst().first.flatMap {
            Int(String(decoding: $0, as: UTF8.self))
        }
        let descriptors = try? FileDisk().names(in: "/proc/self/fd").count
        return ProcessUsage(
            cpuSeconds: times[0] + times[1], residentBytes: pages.map { $0 * Int(getpagesize()) },
            // The one that reads the directory is not counted.
            openDescriptors: descriptors.map { $0 - 1 })
    }
}
