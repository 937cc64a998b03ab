import Host
import KafkaClient
import KafkaProtocol
import Vocabulary

/// A consumer that blocks: it drives a `Consumer` on a session of its own.
public final class ConsumerSession {
    public let session: ClientSession
    public let consumer: Consumer
    private let stop: StopFlag
    /// Called while nothing or not everything is read, once for each reason that stays.
    public var onObstacle: ((Obstacle) -> Void)?
    private var watch = ObstacleWatch(patienceMs: ObstacleWatch.streamingPatienceMs)
    private var nextLookAt: Int64 = 0
    /// The verdict was a failure.
    private var hasFailed = false

    /// Milliseconds between two looks at what is in the way.
    private static let lookIntervalMs: Int64 = 250

    /// Waits are cut short by the user's wish to stop, except those of closing.
    private final class StopFlag {
        var isClosing = false
        let isInterrupted: () -> Bool
        init(_ isInterrupted: @escaping () -> Bool) { self.isInterrupted = isInterrupted }
    }

    public init(_ client: ClientConfig, _ config: ConsumerConfig, isInterrupted: @escaping () -> Bool) throws(ClientError) {
        let stop = StopFlag(isInterrupted)
        self.stop = stop
        session = try ClientSession(client) { !stop.isClosing && stop.isInterrupted() }
        let id = Uuid(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
        consumer = Consumer(core: session.core, config: config, memberId: "\(id)") { SystemClock.wallMs() }
    }

    /// Serves what is ready without waiting: heartbeats, and the next fetches.
    public func serve() throws(ClientError) {
        try session.pump(untilMs: session.now)
        tellObstacles()
    }

    /// The next records; waits until some came or the deadline (of `session.now`'s clock) has passed.
    /// - Parameters:
    ///   - idle: called before the first wait
    ///   - goesOn: asked after each wait; false ends the waiting
    public func poll(untilMs deadline: Int64, idle: () -> Void, goesOn: () -> Bool) throws(ClientError) -> FetchedRecords? {
        var isIdle = false
        while true {
            if let records = try consumer.poll() { return records }
            if session.now >= deadline { return nil }
            if !isIdle {
                idle()
                isIdle = true
            }
            try session.pump(untilMs: deadline)
            tellObstacles()
            if !goesOn() { return nil }
        }
    }

    /// Commits offsets, nil for the positions of all partitions, and waits for the answer.
    /// - Throws: why not all of them are committed.
    public func commit(_ offsets: [TopicPartition: CommitOffset]? = nil, timeoutMs: Int) throws(ClientError) {
        var outcome: ClientError??
        consumer.commit(offsets, timeoutMs: timeoutMs) { outcome = .some($0) }
        // The member's own retries end at the timeout.
        while outcome == nil { try session.pump(untilMs: .max) }
        if let error = outcome ?? nil { throw error }
    }

    private func tellObstacles() {
        let now = session.now
        guard let onObstacle, now >= nextLookAt else { return }
        nextLookAt = now + Self.lookIntervalMs
        for obstacle in watch.observe(consumer.obstacles(), now: now) { onObstacle(obstacle) }
    }

    /// What kept records from coming to a run that waited for them in vain.
    public struct Verdict {
        /// What makes the wait a failure: all that is in the way when nothing was ever read from; otherwise what has stayed in the way.
        public var failures: [Obstacle] = []
        /// What else is in the way and was not told before.
        public var remarks: [Obstacle] = []
    }

    public func verdict(afterWaitingMs timeoutMs: Int64) -> Verdict {
        var verdict = Verdict()
        for obstacle in consumer.obstacles(silentAfterMs: min(ObstacleWatch.silenceMs, timeoutMs / 2)) {
            let isTold = watch.hasTold(obstacle)
            var hasLostAll = false
            if case .noBroker = obstacle { hasLostAll = true }
            if obstacle.isFailure, !consumer.hasFetched || isTold || hasLostAll {
                verdict.failures.append(obstacle)
            } else if !isTold {
                verdict.remarks.append(obstacle)
            }
        }
        hasFailed = !verdict.failures.isEmpty
        return verdict
    }

    /// Whether something has stayed in the way that would keep a commit, or the word that the member leaves, from being answered. A broker that takes
    /// a second for an answer is not that.
    public var isObstructed: Bool { hasFailed || session.core.outage != nil || consumer.obstacles().contains { $0.isFailure && watch.hasTold($0) } }

    /// Commits (with automatic commits), leaves the group and closes the connections.
    public func close(timeoutMs: Int) throws(ClientError) {
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
