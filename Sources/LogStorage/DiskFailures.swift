import KafkaProtocol
import Synchronization
import Vocabulary

/// Tells of the first failure of a disk that leaves a log unusable: what is on it is not known from then on.
final class DiskFailures: Sendable {
    private struct State: Sendable {
        var reason: String?
        var then: (@Sendable (String) -> Void)?
    }

    private let state = Mutex(State())

    func note(_ reason: String) {
        let then = state.withLock { state -> (@Sendable (String) -> Void)? in
            guard state.reason == nil else { return nil }
            state.reason = reason
            return state.then
        }
        then?(reason)
    }

    /// Has the reason told, once, also if it is known already.
    func onFirst(_ then: @escaping @Sendable (String) -> Void) {
        let known = state.withLock { state in
            state.then = then
            return state.reason
        }
        if let known { then(known) }
    }
}

extension LogDirectory {
    /// Calls back, once and from any thread, with the first failure that leaves a log of this directory unusable: Kafka takes the whole directory for lost then
    /// (KIP-112). A disk that is full is none.
    public func onFailure(_ then: @escaping @Sendable (String) -> Void) { failures.onFirst(then) }

    /// Has every log here refuse everything, and takes it out: for a directory that has failed.
    func abandon() -> [TopicPartition] {
        let (logs, futures) = contents.withLock { contents in
            defer {
                contents.logs = [:]
                contents.futures = [:]
                contents.found = [:]
            }
            return (contents.logs, contents.futures)
        }
        for log in Array(logs.values) + futures.values.compactMap(\.log) { log.markClosed() }
        return logs.keys.sorted()
    }
}
