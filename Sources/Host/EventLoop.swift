import CLibUV
import KafkaProtocol
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One event loop; at most one thread runs it. Timers, signals, sockets and name look-ups call plain closures back on that thread.
/// Only `post` and `stop` may be called from other threads (and everything, while no thread runs the loop).
public final class EventLoop: @unchecked Sendable {
    // Unchecked: all state but `inbox` and `stopping` is confined to the thread that runs the loop.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wake: UnsafeMutablePointer<uv_async_t>
    private let beforePoll: UnsafeMutablePointer<uv_prepare_t>
    private let afterPoll: UnsafeMutablePointer<uv_check_t>
    private let deadline: UnsafeMutablePointer<uv_timer_t>
    private let inbox = Mutex(Inbox())
    private let stopping = Atomic<Bool>(false)
    /// Memory that every connection of this loop reads into.
    let readBlock = ReadBlock()
    /// Connections with output that waits for the end of the round, so that replies made in one round leave in one system call.
    private var unflushed: [Connection] = []
    private var isClosed = false
    /// The thread that runs the loop.
    private let runner = Atomic<UInt>(0)

    /// Called at the end of every round, before the loop waits: the place to flush what the round collected.
    public var onIdle: (() -> Void)?

    private struct Inbox {
        var work: [@Sendable () -> Void] = []
        var isClosed = false
    }

    public init() throws(SystemError) {
        // A peer that went away must be an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        uv = Self.zeroed(uv_loop_t.self)
        wake = Self.zeroed(uv_async_t.self)
        beforePoll = Self.zeroed(uv_prepare_t.self)
        afterPoll = Self.zeroed(uv_check_t.self)
        deadline = Self.zeroed(uv_timer_t.self)
        var status = uv_loop_init(uv)
        if status == 0 {
            status = uv_async_init(uv, wake) { handle in EventLoop.from(handle?.pointee.data)?.runPosted() }
            if status != 0 { uv_loop_close(uv) }
        }
        guard status == 0 else {
            // The failed object's deinit must find nothing left to close.
            isClosed = true
            for memory in [UnsafeMutableRawPointer(uv), UnsafeMutableRawPointer(wake), UnsafeMutableRawPointer(beforePoll)] { memory.deallocate() }
            for memory in [UnsafeMutableRawPointer(afterPoll), UnsafeMutableRawPointer(deadline)] { memory.deallocate() }
            throw SystemError(code: -status, operation: "start an event loop")
        }
        let me = Unmanaged.passUnretained(self).toOpaque()
        wake.pointee.data = me
        uv_timer_init(uv, deadline)
        uv_prepare_init(uv, beforePoll)
        uv_check_init(uv, afterPoll)
        beforePoll.pointee.data = me
        afterPoll.pointee.data = me
        uv_prepare_start(beforePoll) { handle in EventLoop.from(handle?.pointee.data)?.endRound() }
        uv_check_start(afterPoll) { handle in EventLoop.from(handle?.pointee.data)?.flushConnections() }
    }

    deinit { close() }

    private static func zeroed<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<T>.size, alignment: 16)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<T>.size)
        return raw.assumingMemoryBound(to: T.self)
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> EventLoop? {
        data.map { Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: Running

    /// Serves events until `stop()`. A stop that came before the call ends it at once.
    public func run() {
        runner.store(Self.thisThread, ordering: .relaxed)
        defer { runner.store(0, ordering: .relaxed) }
        while !isClosed, !takeStop() { uv_run(uv, UV_RUN_ONCE) }
    }

    /// Whether the caller is on the thread that `run` keeps.
    public var isOnThread: Bool { runner.load(ordering: .relaxed) == Self.thisThread }

    private static var thisThread: UInt {
        #if canImport(Glibc)
            UInt(pthread_self())
        #else
            UInt(bitPattern: pthread_self())
        #endif
    }

    /// Serves events until `stop()` or until the monotonic clock (`SystemClock.monotonicMs`) reads `deadlineMs`. True when it was stopped.
    @discardableResult
    public func run(untilMs deadlineMs: Int64) -> Bool {
        while !isClosed {
            if takeStop() { return true }
            let left = deadlineMs - SystemClock.monotonicMs()
            if left <= 0 { return false }
            turn(timeoutMs: left)
        }
        return true
    }

    /// Waits at most `timeoutMs` for events and serves one round of them; with 0 it only serves what is ready. For a caller that pumps the loop itself.
    public func runOnce(timeoutMs: Int64) {
        guard !isClosed else { return }
        turn(timeoutMs: timeoutMs)
    }

    private func turn(timeoutMs: Int64) {
        guard timeoutMs > 0 else {
            uv_run(uv, UV_RUN_NOWAIT)
            return
        }
        uv_update_time(uv)
        // It repeats: when this thread is held up until the time is over, libuv fires the timer before it polls, and would then wait without one.
        uv_timer_start(deadline, { _ in }, UInt64(timeoutMs), UInt64(timeoutMs))
        uv_run(uv, UV_RUN_ONCE)
        uv_timer_stop(deadline)
    }

    /// Ends the current or the next `run`; from any thread.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        inbox.withLock { if !$0.isClosed { uv_async_send(wake) } }
    }

    private func takeStop() -> Bool { stopping.exchange(false, ordering: .acquiringAndReleasing) }

    /// Shuts down everything that still belongs to the loop and frees it. On the loop's thread, or when no thread runs it. Work posted later is dropped.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        let dropped = inbox.withLock { inbox in
            inbox.isClosed = true
            defer { inbox.work = [] }
            return inbox.work
        }
        _ = dropped
        onIdle = nil
        uv_walk(
            uv,
            { handle, _ in
                guard let handle, uv_is_closing(handle) == 0, uv_handle_get_type(handle) != UV_ASYNC, uv_handle_get_type(handle) != UV_PREPARE else { return }
                guard uv_handle_get_type(handle) != UV_CHECK, let data = uv_handle_get_data(handle) else { return }
                Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue().shutDown()
            }, nil)
        unflushed = []
        for handle in ownHandles { uv_close(handle, nil) }
        while uv_loop_close(uv) == UV_EBUSY.rawValue { uv_run(uv, UV_RUN_ONCE) }
        for handle in ownHandles { UnsafeMutableRawPointer(handle).deallocate() }
        uv.deallocate()
    }

    private var ownHandles: [UnsafeMutablePointer<uv_handle_t>] {
        [UnsafeMutableRawPointer(wake), UnsafeMutableRawPointer(beforePoll), UnsafeMutableRawPointer(afterPoll), UnsafeMutableRawPointer(deadline)]
            .map { $0.assumingMemoryBound(to: uv_handle_t.self) }
    }

    /// The loop's idea of now, read once a round: monotonic milliseconds, good enough for activity stamps.
    public var roundTimeMs: Int64 { Int64(uv_now(uv)) }

    // MARK: Work from other threads

    /// Runs a closure on the loop's thread, soon and in order; from any thread.
    public func post(_ work: @escaping @Sendable () -> Void) {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return }
            inbox.work.append(work)
            // One wake-up serves everything that was posted until the loop looks.
            if inbox.work.count == 1 { uv_async_send(wake) }
        }
    }

    private func runPosted() {
        let work = inbox.withLock { inbox in
            defer { inbox.work = [] }
            return inbox.work
        }
        for item in work { item() }
    }

    // MARK: Rounds

    /// Has a connection's output sent at the end of this round.
    func flushLater(_ connection: Connection) { unflushed.append(connection) }

    private func flushConnections() {
        while !unflushed.isEmpty {
            let batch = unflushed
            unflushed.removeAll(keepingCapacity: true)
            for connection in batch { connection.flushNow() }
        }
    }

    private func endRound() {
        onIdle?()
        flushConnections()
    }
}
