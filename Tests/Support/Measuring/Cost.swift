#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much more processor time four times the work takes: about 4 when the cost is linear, 16 when it is quadratic.
///
/// Each size is measured several times on this thread alone, and the least counts: what else the machine does only adds.
/// - Parameter prepare: makes what `work` is measured on; its own time does not count.
public func costRatio<Subject>(_ size: Int, prepare: (Int) -> Subject, work: (inout Subject, Int) -> Void) -> Double {
    func leastNanoseconds(_ size: Int) -> UInt64 {
        (0..<4).map { _ in
            var subject = prepare(size)
            let start = threadNanoseconds()
            work(&subject, size)
            return threadNanoseconds() - start
        }.min() ?? 0
    }
    return Double(leastNanoseconds(4 * size)) / Double(max(1, leastNanoseconds(size)))
}

private func threadNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
