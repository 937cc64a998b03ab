import Broker
import Host

/// Fires a broker's timers from an event loop: one timer of the loop follows the earliest deadline.
final class LoopDeadlines: @unchecked Sendable {
    // Unchecked: `timer` is confined to the loop's thread.
    private let timers: Timers
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var isCancelled = false

    /// To be called before the loop runs, or on its thread.
    init(_ timers: Timers, on loop: EventLoop) {
        self.timers = timers
        self.loop = loop
        let this = Weak(self)
        timers.onEarlierDeadline { _ in loop.post { this.value?.fire() } }
        loop.post { this.value?.fire() }
    }

    private func fire() {
        timer?.cancel()
        timer = nil
        guard !isCancelled, let next = timers.fire(now: SystemClock.wallMs()) else { return }
        timer = loop.schedule(afterMs: max(0, next - SystemClock.wallMs())) { [weak self] in self?.fire() }
    }

    func cancel() {
        isCancelled = true
        timer?.cancel()
        timer = nil
    }
}
