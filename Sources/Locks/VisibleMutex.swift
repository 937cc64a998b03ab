#if OTTLA_VISIBLE_LOCKS
    #if canImport(Glibc)
        import Glibc
    #else
        import Darwin
    #endif

    /// A stand-in for the standard `Mutex` in builds for the thread sanitizer (`make sanitize`), which sees POSIX locks and cannot see the standard
    /// library's: it would call whatever they guard a race. A target that uses `Mutex` names this type so while `OTTLA_VISIBLE_LOCKS` is defined.
    public struct VisibleMutex<Value: ~Copyable>: ~Copyable {
        private let handle: UnsafeMutablePointer<pthread_mutex_t>
        private let value: UnsafeMutablePointer<Value>

        public init(_ initialValue: consuming sending Value) {
            handle = .allocate(capacity: 1)
            handle.initialize(to: pthread_mutex_t())
            let code = pthread_mutex_init(handle, nil)
            precondition(code == 0, "no lock: error \(code)")
            value = .allocate(capacity: 1)
            value.initialize(to: initialValue)
        }

        deinit {
            pthread_mutex_destroy(handle)
            handle.deallocate()
            value.deinitialize(count: 1)
            value.deallocate()
        }

        public borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            pthread_mutex_lock(handle)
            defer { pthread_mutex_unlock(handle) }
            return try body(&value.pointee)
        }

        public borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result? {
            guard pthread_mutex_trylock(handle) == 0 else { return nil }
            defer { pthread_mutex_unlock(handle) }
            return try body(&value.pointee)
        }
    }

    extension VisibleMutex: @unchecked Sendable where Value: ~Copyable {}
#endif
