import Host
import KafkaClient
import Synchronization

/// A client on a thread of its own, for programs whose own threads must not wait: work for it is handed over and done in order.
public final class ClientThread: Sendable {
    private let loop: EventLoop
    private let driver: Confined<ClientDriver>
    private let isOpen = Mutex(true)
    private let ending = Ending()

    /// What is called when the thread has ended; confined to it.
    private final class Ending: @unchecked Sendable {
        var then: (@Sendable () -> Void)?
    }

    /// How long the end waits for a peer to take what was sent, in milliseconds.
    private static let drainMs: Int64 = 5_000

    /// Starts the thread. Connects to nothing yet.
    /// - Throws: a `.configuration` error, also when the system gives no thread.
    public init(_ config: ClientConfig, name: String) throws(ClientError) {
        let loop = try EventLoop.forClient()
        let driver = Confined(try ClientDriver(config, on: loop))
        self.loop = loop
        self.driver = driver
        let ending = ending
        do {
            _ = try Thread.spawn(name: name) {
                loop.run()
                driver.value.drain(ms: Self.drainMs)
                driver.value.close()
                loop.close()
                ending.then?()
            }
        } catch {
            driver.value.close()
            loop.close()
            throw ClientError(.configuration, message: "\(error)")
        }
    }

    /// Does something with the client on its thread, soon and in order; from any thread.
    /// - Returns: false when the client was stopped, and the work will not be done.
    @discardableResult
    public func perform(_ work: @escaping @Sendable (ClientDriver) -> Void) -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen else { return false }
            loop.post { [driver] in
                driver.value.core.now = driver.value.now
                work(driver.value)
                driver.value.turn()
            }
            return true
        }
    }

    /// Ends the thread after what was handed over before. Nothing happens when it was stopped before.
    /// - Parameters:
    ///   - last: done on the thread before the connections are closed
    ///   - then: called when what was sent has left, the connections are closed and nothing runs any more
    /// - Returns: false when it was stopped before.
    @discardableResult
    public func stop(_ last: @escaping @Sendable (ClientDriver) -> Void = { _ in }, then: (@Sendable () -> Void)? = nil) -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen else { return false }
            isOpen = false
            loop.post { [driver, loop, ending] in
                ending.then = then
                last(driver.value)
                driver.value.turn()
                loop.stop()
            }
            return true
        }
    }

    /// Ends the thread, and waits until it has ended.
    public func end(_ last: @escaping @Sendable (ClientDriver) -> Void = { _ in }) async {
        await withCheckedContinuation { continuation in
            if !stop(last, then: { continuation.resume() }) { continuation.resume() }
        }
    }

    deinit { stop() }
}
