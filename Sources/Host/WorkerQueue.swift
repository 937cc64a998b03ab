#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Work that blocks, such as `fdatasync` or the reading of a long log, done by several threads: what is slow holds up one of them. All but the first
/// are started when there is work that no other is free for.
public final class WorkerQueue: @unchecked Sendable {
    // Unchecked: everything that changes is guarded by `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wanted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let idle = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: ArraySlice<@Sendable () -> Void> = []
    private var busy = 0
    private var isStopped = false
    private var threads: [Thread] = []
    private let name: String
    private let limit: Int

    /// - Parameter count: threads at most
    public init(name: String, count: Int) throws(SystemError) {
        self.name = name
        limit = count
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wanted, nil)
        pthread_cond_init(idle, nil)
        try startThread()
    }

    /// Called while no other thread can, or with the lock held.
    private func startThread() throws(SystemError) {
        threads.append(
            try Thread.spawn(name: "\(name)-\(threads.count + 1)") { [weak self] in
                while let queue = self, queue.runNext() {}
            })
    }

    private func runNext() -> Bool {
        pthread_mutex_lock(mutex)
        while queue.isEmpty && !isStopped { pthread_cond_wait(wanted, mutex) }
        guard let work = queue.popFirst() else {
            pthread_mutex_unlock(mutex)
            return false
        }
        busy += 1
        pthread_mutex_unlock(mutex)
        work()
        pthread_mutex_lock(mutex)
        busy -= 1
        if busy == 0 && queue.isEmpty { pthread_cond_broadcast(idle) }
        pthread_mutex_unlock(mutex)
        return true
    }

    /// Has a thread do something, after what was asked for before; from any thread.
    public func run(_ work: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        queue.append(work)
        // Without a further thread the work waits for its turn.
        if queue.count > threads.count - busy, threads.count < limit, !isStopped { try? startThread() }
        pthread_cond_signal(wanted)
        pthread_mutex_unlock(mutex)
    }

    /// Waits until everything that was asked for is done, or the time is over.
    public func wait(ms: Int64) {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = until.tv_nsec + Int(ms % 1000) * 1_000_000
        until.tv_sec += Int(ms / 1000) + nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        while busy > 0 || !queue.isEmpty, pthread_cond_timedwait(idle, mutex, &until) == 0 {}
        pthread_mutex_unlock(mutex)
    }

    /// Does what was asked for, and ends the threads.
    public func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_broadcast(wanted)
        let all = threads
        threads = []
        pthread_mutex_unlock(mutex)
        for thread in all { thread.join() }
    }

    deinit {
        pthread_cond_destroy(wanted)
        pthread_cond_destroy(idle)
        pthread_mutex_destroy(mutex)
        wanted.deallocate()
        idle.deallocate()
        mutex.deallocate()
    }
}
