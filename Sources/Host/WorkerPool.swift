#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads that take turns at work that blocks, such as `fdatasync`: what is slow holds up one of them.
public final class WorkerPool: @unchecked Sendable {
    // Unchecked: everything that changes is guarded by `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var wanted = 0
    private var isStopped = false
    private var threads: [Thread] = []

    /// - Parameters:
    ///   - count: threads
    ///   - work: called once for each `wake`, by any of the threads
    public init(name: String, count: Int, work: @escaping @Sendable () -> Void) throws(SystemError) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        for index in 1...max(1, count) {
            threads.append(
                try Thread.spawn(name: "\(name)-\(index)") { [weak self] in
                    while let pool = self, pool.waitForTurn() { work() }
                })
        }
    }

    private func waitForTurn() -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while wanted == 0 && !isStopped { pthread_cond_wait(condition, mutex) }
        guard wanted > 0 else { return false }
        wanted -= 1
        return true
    }

    /// Asks for one more turn; from any thread.
    public func wake() {
        pthread_mutex_lock(mutex)
        wanted += 1
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Does what was asked for, and ends the threads.
    public func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
        for thread in threads { thread.join() }
        threads = []
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }
}
