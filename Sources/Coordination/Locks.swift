// The thread sanitizer cannot see the standard library's locks: see `VisibleMutex`.
#if OTTLA_VISIBLE_LOCKS
    import Locks

    typealias Mutex<Value: ~Copyable> = VisibleMutex<Value>
#endif
