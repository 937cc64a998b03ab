import Synchronization

/// What is asked of other brokers, one request to each at a time: what is wanted while one is under way goes with the next.
final class PeerBatches<Item: Sendable>: Sendable {
    private struct Queue: Sendable {
        var waiting: [Item] = []
        var isBusy = false
    }

    private let queues = Mutex<[Int32: Queue]>([:])
    private let send: @Sendable (_ node: Int32, _ items: [Item], _ done: @escaping @Sendable () -> Void) -> Void

    /// - Parameter send: sends one request for some items, tells those who wait for it, and calls `done` once that is over
    init(_ send: @escaping @Sendable (_ node: Int32, _ items: [Item], _ done: @escaping @Sendable () -> Void) -> Void) { self.send = send }

    func add(_ item: Item, to node: Int32) {
        queues.withLock { $0[node, default: Queue()].waiting.append(item) }
        next(node)
    }

    private func next(_ node: Int32) {
        let items = queues.withLock { queues -> [Item] in
            guard let queue = queues[node], !queue.isBusy else { return [] }
            queues[node] = queue.waiting.isEmpty ? nil : Queue(waiting: [], isBusy: true)
            return queue.waiting
        }
        if items.isEmpty { return }
        send(node, items) { [self] in
            queues.withLock { $0[node]?.isBusy = false }
            next(node)
        }
    }
}
