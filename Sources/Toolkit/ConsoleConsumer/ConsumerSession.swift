import Host
import KafkaClient
import KafkaProtocol

/// A consumer that blocks: it drives a `Consumer` on a session of its own.
final class ConsumerSession {
    let session: Session
    let consumer: Consumer
    private let stop: StopFlag

    /// Waits are cut short by the user's wish to stop, except those of closing.
    private final class StopFlag {
        var isClosing = false
        let isInterrupted: () -> Bool
        init(_ isInterrupted: @escaping () -> Bool) { self.isInterrupted = isInterrupted }
    }

    init(_ client: ClientConfig, _ config: ConsumerConfig, isInterrupted: @escaping () -> Bool) throws(ClientError) {
        let stop = StopFlag(isInterrupted)
        self.stop = stop
        session = try Session(client) { !stop.isClosing && stop.isInterrupted() }
        let id = Uuid(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
        consumer = Consumer(core: session.core, config: config, memberId: "\(id)") { SystemClock.wallMs() }
    }

    /// Serves what is ready without waiting: heartbeats, and the next fetches.
    func serve() throws(ClientError) { try session.pump(untilMs: session.now) }

    /// The next records; waits until some came or the deadline (of `session.now`'s clock) has passed.
    /// - Parameters:
    ///   - idle: called before the first wait
    ///   - goesOn: asked after each wait; false ends the waiting
    func poll(untilMs deadline: Int64, idle: () -> Void, goesOn: () -> Bool) throws(ClientError) -> FetchedRecords? {
        var isIdle = false
        while true {
            if let records = try consumer.poll() { return records }
            if session.now >= deadline { return nil }
            if !isIdle {
                idle()
                isIdle = true
            }
            try session.pump(untilMs: deadline)
            if !goesOn() { return nil }
        }
    }

    /// Why no broker can be reached at the moment; nil while one can be, or while none was tried in vain.
    var outage: String? { session.core.outage }

    /// Commits (with automatic commits), leaves the group and closes the connections.
    func close(timeoutMs: Int) throws(ClientError) {
        stop.isClosing = true
        defer { session.close() }
        var outcome: ClientError??
        consumer.close(timeoutMs: timeoutMs) { outcome = .some($0) }
        let deadline = session.now + Int64(timeoutMs) + 500
        if try !session.pump(untilMs: deadline, until: { outcome != nil }) {
            throw ClientError(.timeout, message: "The consumer could not commit and leave its group within \(timeoutMs) ms.")
        }
        if let error = outcome ?? nil { throw error }
    }
}
