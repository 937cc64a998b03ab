import CLibUV

/// A timer of a loop: fires once, or again and again, until it is cancelled.
public final class LoopTimer: LoopHandle, @unchecked Sendable {
    private var handle: UnsafeMutablePointer<uv_timer_t>?
    private var action: (() -> Void)?
    private let repeats: Bool

    init(loop: EventLoop, afterMs: Int64, repeatMs: Int64, action: @escaping () -> Void) {
        self.action = action
        repeats = repeatMs > 0
        super.init(loop: loop)
        // uv_timer_init cannot fail.
        guard let handle = try? makeHandle(uv_timer_t.self, { uv_timer_init($0, $1) }) else { return }
        self.handle = handle
        // The loop's cached time is as old as the round; a delay counts from now.
        uv_update_time(loop.uv)
        uv_timer_start(handle, { LoopHandle.owner(of: $0, as: LoopTimer.self)?.fire() }, UInt64(max(0, afterMs)), UInt64(max(0, repeatMs)))
    }

    /// Whether it will still fire.
    public var isPending: Bool { handle != nil }

    /// Never fires again; harmless when it is spent.
    public func cancel() {
        action = nil
        guard let handle else { return }
        self.handle = nil
        LoopHandle.closeHandle(handle)
    }

    private func fire() {
        let action = action
        if !repeats { cancel() }
        action?()
    }

    override func shutDown() { cancel() }
}

/// Watches a signal of the process on a loop.
public final class SignalWatcher: LoopHandle, @unchecked Sendable {
    private var handle: UnsafeMutablePointer<uv_signal_t>?
    private var action: (() -> Void)?

    init(loop: EventLoop, signal: Int32, action: @escaping () -> Void) throws(SystemError) {
        self.action = action
        super.init(loop: loop)
        let handle = try makeHandle(uv_signal_t.self) { uv_signal_init($0, $1) }
        self.handle = handle
        let status = uv_signal_start(handle, { watcher, _ in LoopHandle.owner(of: watcher, as: SignalWatcher.self)?.action?() }, signal)
        if status != 0 {
            cancel()
            throw SystemError(code: -status, operation: "watch signal \(signal)")
        }
    }

    /// Gives the signal its former effect back.
    public func cancel() {
        action = nil
        guard let handle else { return }
        self.handle = nil
        LoopHandle.closeHandle(handle)
    }

    override func shutDown() { cancel() }
}

extension EventLoop {
    /// Calls `action` on the loop's thread after `afterMs` milliseconds, and every `repeatMs` after that when it is not 0.
    @discardableResult
    public func schedule(afterMs: Int64, repeatMs: Int64 = 0, _ action: @escaping () -> Void) -> LoopTimer {
        LoopTimer(loop: self, afterMs: afterMs, repeatMs: repeatMs, action: action)
    }

    /// Calls `action` on the loop's thread whenever the process gets the signal.
    @discardableResult
    public func onSignal(_ signal: Int32, _ action: @escaping () -> Void) throws(SystemError) -> SignalWatcher {
        try SignalWatcher(loop: self, signal: signal, action: action)
    }
}
