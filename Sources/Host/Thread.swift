import CLibUV
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A thread of the operating system, for what must not hold up an event loop: a loop of its own, `fdatasync`, cleaning.
public final class Thread: Sendable {
    private struct Entry {
        let name: String
        let body: @Sendable () -> Void
    }

    private final class Box {
        let entry: Entry
        init(_ entry: Entry) { self.entry = entry }
    }

    private let handle: Mutex<pthread_t?>

    private init(_ handle: pthread_t) { self.handle = Mutex(handle) }

    /// Starts a thread. Linux shows the first 15 bytes of its name in `top -H`.
    public static func spawn(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> Thread {
        let box = Unmanaged.passRetained(Box(Entry(name: name, body: body)))
        #if canImport(Glibc)
            var handle = pthread_t()
        #else
            var handle: pthread_t?
        #endif
        let code = pthread_create(&handle, nil, threadMain, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SystemError(code: code, operation: "start the thread \(name)")
        }
        #if canImport(Glibc)
            return Thread(handle)
        #else
            guard let handle else { throw SystemError(code: EINVAL, operation: "start the thread \(name)") }
            return Thread(handle)
        #endif
    }

    #if canImport(Glibc)
        private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context else { return nil }
            let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
            ottla_name_thread(String(box.entry.name.prefix(15)))
            box.entry.body()
            return nil
        }
    #else
        private static let threadMain: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
            let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
            ottla_name_thread(box.entry.name)
            box.entry.body()
            return nil
        }
    #endif

    /// Waits until the thread's body has returned; at once when it was joined before.
    public func join() {
        let taken = handle.withLock { held in
            defer { held = nil }
            return held
        }
        if let taken { pthread_join(taken, nil) }
    }

    deinit {
        if let left = handle.withLock({ $0 }) { pthread_detach(left) }
    }

    /// Blocks the calling thread.
    public static func sleep(ms: Int64) {
        guard ms > 0 else { return }
        var left = timespec(tv_sec: Int(ms / 1000), tv_nsec: Int(ms % 1000) * 1_000_000)
        var rest = timespec()
        while nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
    }

    /// Cores that this process may use; at least one.
    public static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
