import Host
import KafkaClient
import KafkaProtocol

/// A blocking client for the tools: it drives a `ClientCore` with real sockets and the real clock on the calling thread.
/// Requests are sent with `send` and `sendAll` (see `RequestSender`); a producer or consumer attaches itself to `core` and is moved by `pump`.
public final class ClientSession: RequestSender {
    private let driver: ClientDriver
    private let loop: EventLoop
    /// True while a signal must not end waits: while the last offsets are committed and the group is left.
    public var ignoresInterrupts = false
    private let isInterrupted: () -> Bool
    private var isClosed = false
    /// Called while a request waits in vain, once for each reason that stays.
    public var onObstacle: ((Obstacle) -> Void)?
    private var watch = ObstacleWatch(patienceMs: ObstacleWatch.callPatienceMs)

    /// How long one wait may last before the interrupt flag is looked at again, in milliseconds.
    private static let interruptCheckMs: Int64 = 100

    /// How long `close` waits for a peer to take what was sent, in milliseconds.
    private static let drainMs: Int64 = 5_000

    /// Connects to nothing yet.
    /// - Parameter isInterrupted: asked while waiting; when it turns true, waits end with an `.interrupted` error.
    /// - Throws: a `.configuration` error.
    public init(_ config: ClientConfig, isInterrupted: @escaping () -> Bool = { Interrupts.signalNumber != nil }) throws(ClientError) {
        loop = try EventLoop.forClient()
        driver = try ClientDriver(config, on: loop)
        self.isInterrupted = isInterrupted
    }

    deinit { close() }

    public var core: ClientCore { driver.core }

    /// Milliseconds of the clock that the core runs on.
    public var now: Int64 { driver.now }

    /// Bytes handed over for sending that the system has not taken yet.
    public var pendingOutputBytes: Int { driver.pendingOutputBytes }

    /// The administrator's calls.
    public var admin: Admin { Admin(self) }

    public func perform<R: Request>(
        _ targets: [Target], options: RequestOptions, build: @escaping (_ version: Int16, _ index: Int) -> R, retryCode: ((R.Response) -> ErrorCode)?
    ) -> [Result<R.Response, ClientError>] {
        var results: [Result<R.Response, ClientError>?] = targets.map { _ in nil }
        var missing = targets.count
        core.now = now
        let ids = targets.enumerated().map { index, target in
            core.submit(to: target, options: options, build: { build($0, index) }, retryCode: retryCode) { result in
                results[index] = result
                missing -= 1
            }
        }
        var interruption: ClientError?
        while missing > 0, interruption == nil {
            do throws(ClientError) {
                try pump(untilMs: .max)
                if missing > 0 { tell(core.obstacles(silentAfterMs: ObstacleWatch.silenceMs)) }
            } catch {
                interruption = error
            }
        }
        if let interruption {
            for id in ids { core.cancel(id) }
            return results.map { $0 ?? .failure(interruption) }
        }
        return results.map { $0 ?? .failure(ClientError(.closed, message: "The client is closed.")) }
    }

    private func tell(_ obstacles: @autoclosure () -> [Obstacle]) {
        guard let onObstacle else { return }
        for obstacle in watch.observe(obstacles(), now: now) { onObstacle(obstacle) }
    }

    public func pause(ms: Int, obstacles: [Obstacle]) throws(ClientError) {
        tell(obstacles)
        let until = now + Int64(ms)
        while now < until { try pump(untilMs: until) }
    }

    /// Does what is due, then waits for events until a time of `now`'s clock; returns as soon as anything happened.
    /// With a time that has passed it serves only what is ready, so a caller with work of its own may call it often.
    /// - Throws: `.interrupted`, or `.closed`.
    public func pump(untilMs deadline: Int64) throws(ClientError) {
        if isClosed { throw ClientError(.closed, message: "The client is closed.") }
        if !ignoresInterrupts, isInterrupted() { throw ClientError(.interrupted, message: "Interrupted.") }
        driver.turn()
        let now = now
        loop.runOnce(timeoutMs: max(0, min(deadline, now + Self.interruptCheckMs) - now))
    }

    /// Pumps until the condition holds (true) or the time has come (false).
    public func pump(untilMs deadline: Int64, until condition: () -> Bool) throws(ClientError) -> Bool {
        while !condition() {
            if now >= deadline { return false }
            try pump(untilMs: deadline)
        }
        return true
    }

    /// Closes the connections. What is pending fails, as do further calls.
    public func close() {
        if isClosed { return }
        isClosed = true
        driver.drain(ms: Self.drainMs)
        driver.close()
        loop.close()
    }
}

extension EventLoop {
    /// A loop for a client to run on.
    /// - Throws: a `.configuration` error, as for all that keeps a client from being made.
    static func forClient() throws(ClientError) -> EventLoop {
        do {
            return try EventLoop()
        } catch {
            throw ClientError(.configuration, message: "\(error)")
        }
    }
}
