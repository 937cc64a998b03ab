import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

/// Random histories of one shard: several clients to a transactional id, requests that are repeated long after, appends that fail, markers that take their
/// time, time-outs and restarts.
@Suite struct TransactionRandomTests {
    private struct Client {
        var id: String
        var producerId: Int64
        var epoch: Int16
    }

    private struct History {
        let driver: TransactionDriver
        let version: Int16
        var generator: SeededGenerator
        var clients: [Client] = []
        /// Whether the markers of a producer id and epoch commit.
        var decided: [String: Bool] = [:]
        var problems: [String] = []

        init(seed: UInt64, version: Int16) {
            driver = TransactionDriver { $0.transactionVersion = version }
            self.version = version
            generator = SeededGenerator(seed: seed)
        }

        /// Under version 2 an epoch belongs to one transaction, so all that is ever written of it must agree.
        mutating func noteMarkers() {
            guard version >= 2 else { return }
            for order in driver.markers {
                let key = "\(order.producerId)/\(order.producerEpoch)"
                if let before = decided[key], before != order.commits { problems.append("\(key) was both committed and aborted") }
                decided[key] = order.commits
            }
        }

        mutating func step() {
            let client = clients.isEmpty ? nil : clients.indices.randomElement(using: &generator)
            switch (Int.random(in: 0..<16, using: &generator), client) {
            case (0, _), (_, nil): start()
            case (1, let index?): bump(index)
            case (2...6, let index?):
                let partitions = Set((0..<3).map { TopicPartition("t", $0) }.shuffled(using: &generator).prefix(2))
                _ = driver.add(clients[index].id, clients[index].producerId, clients[index].epoch, partitions, version: version)
            case (7...10, let index?): end(index)
            case (11...13, _): driver.writeMarkers()
            case (14, _): driver.advance(Int64.random(in: 0...8_000, using: &generator))
            case (_, _):
                if Bool.random(using: &generator) { driver.restart() } else { driver.appendError = driver.appendError == nil ? .kafkaStorageError : nil }
            }
            noteMarkers()
        }

        private mutating func start() {
            let id = "id-\(Int.random(in: 0..<3, using: &generator))"
            guard case .producer(let producerId, let epoch)? = driver.start(id, timeout: 10_000) else { return }
            if clients.contains(where: { $0.producerId == producerId && $0.epoch == epoch }) { problems.append("\(producerId)/\(epoch) was given out twice") }
            clients.append(Client(id: id, producerId: producerId, epoch: epoch))
        }

        private mutating func bump(_ index: Int) {
            let client = clients[index]
            if case .producer(let producerId, let epoch)? = driver.start(client.id, timeout: 10_000, producerId: client.producerId, epoch: client.epoch) {
                (clients[index].producerId, clients[index].epoch) = (producerId, epoch)
            }
        }

        private mutating func end(_ index: Int) {
            let client = clients[index], commits = Bool.random(using: &generator)
            guard case .ended(let producerId, let epoch)? = driver.end(client.id, client.producerId, client.epoch, commits: commits, version: version),
                version >= 2
            else { return }
            noteMarkers()
            let key = "\(client.producerId)/\(client.epoch + 1)"
            if decided[key] != commits { problems.append("\(key) was told \(commits), decided \(String(describing: decided[key]))") }
            // Some clients do not hear the answer, and ask the same again later.
            if Bool.random(using: &generator) { (clients[index].producerId, clients[index].epoch) = (producerId, epoch) }
        }

        /// Once everything works again, no transaction is left open.
        mutating func finish() {
            driver.appendError = nil
            for _ in 0..<3 {
                driver.advance(20_000)
                noteMarkers()
                driver.writeMarkers()
            }
            for (id, known) in driver.shard.transactions where !known.state.isExpirable { problems.append("\(id) is left \(known.state.name)") }
            let live = driver.shard.transactions.mapValues { ($0.record("", transactionVersion: 1), $0.state) }
            driver.restart()
            for (id, known) in driver.shard.transactions where live[id]?.0 != known.record("", transactionVersion: 1) {
                problems.append("\(id) is another after a restart")
            }
        }
    }

    @Test(arguments: [Int16(0), 1, 2]) func whateverHappensAnEndIsOneThingAndEveryTransactionEnds(_ version: Int16) {
        var ends = 0
        for seed in UInt64(1)...150 {
            var history = History(seed: seed, version: version)
            for _ in 0..<200 { history.step() }
            history.finish()
            #expect(history.problems.isEmpty, "seed \(seed): \(history.problems.first ?? "")")
            ends += history.driver.log.count { (try? $0.decodeValue(TransactionLogValue.self))?.transactionStatus == TransactionState.completeCommit.rawValue }
        }
        #expect(ends > 200)
    }
}
