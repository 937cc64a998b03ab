import Synchronization

/// A closure that somebody may set, and that is called from any thread.
///
/// A closure that lies in a lock by itself grows: generic code keeps closures in a form of their own, and `withLock` writes back what it has lent, wrapped
/// once more each time. In a field of a struct it keeps its form.
final class Hook<Argument>: Sendable {
    private struct Content: Sendable {
        var body: (@Sendable (Argument) -> Void)?
    }

    private let content = Mutex(Content())

    func set(_ body: @escaping @Sendable (Argument) -> Void) { content.withLock { $0.body = body } }

    /// Calls it; false when there is none.
    @discardableResult
    func callAsFunction(_ argument: Argument) -> Bool {
        guard let body = content.withLock({ $0 }).body else { return false }
        body(argument)
        return true
    }
}
