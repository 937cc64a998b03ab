/// The event loop that a connection lives on, as the broker sees it: where the deadlines of what the connection waits for are kept, and where its answers are
/// made, so that a thread that appends does not do the work of all who waited for it.
public final class ConnectionLoop: Sendable {
    public let timers: Timers
    /// Runs something on the loop, soon; from any thread.
    let post: @Sendable (@escaping @Sendable () -> Void) -> Void

    public init(timers: Timers, post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
        self.timers = timers
        self.post = post
    }

    /// A loop that is the caller's own thread, at once.
    public static func inline(_ timers: Timers) -> ConnectionLoop { ConnectionLoop(timers: timers) { $0() } }
}
