import KafkaProtocol
import Pattern
import Testing
import Vocabulary

@testable import Coordination

private let orders = TopicPartition("orders", 0)
private let bills = TopicPartition("bills", 3)

/// KIP-890's protocol, `transaction.version` 2; expectations are what Kafka 4.3's coordinator answers.
@Suite struct TransactionTests {
    @Test func aTransactionIsBegunCommittedAndFollowedByTheNext() {
        let driver = TransactionDriver()
        #expect(driver.start("t") == .producer(id: 100, epoch: 0))
        #expect(driver.add("t", 100, 0, [orders, bills]) == .partitions([orders: .none, bills: .none]))
        #expect(driver.state("t") == "Ongoing")
        let known = driver.log.count
        #expect(driver.add("t", 100, 0, [orders]) == .partitions([orders: .none]) && driver.log.count == known)
        #expect(driver.end("t", 100, 0, commits: true) == .ended(id: 100, epoch: 1))
        #expect(driver.state("t") == "PrepareCommit")
        #expect(
            driver.markers == [
                TransactionMarkers(
                    transactionalId: "t", producerId: 100, producerEpoch: 1, commits: true, partitions: [bills, orders], transactionVersion: 2)
            ])
        // The next transaction has to wait for the markers.
        #expect(driver.add("t", 100, 1, [orders]) == .failed(.concurrentTransactions))
        #expect(driver.start("t") == .failed(.concurrentTransactions))
        driver.writeMarkers()
        #expect(driver.state("t") == "CompleteCommit" && driver.shard.describe("t").topics.isEmpty)
        #expect(driver.add("t", 100, 1, [orders]) == .partitions([orders: .none]))
        #expect(driver.end("t", 100, 1, commits: false) == .ended(id: 100, epoch: 2))
        driver.writeMarkers()
        #expect(driver.state("t") == "CompleteAbort")
    }

    /// The table above Kafka's endTransaction: what an end gets in each state that no transaction is open in, from the current epoch and the one before.
    @Test(arguments: [
        ("Empty", false, false, TransactionReply.failed(.producerFenced)), ("Empty", false, true, .ended(id: 100, epoch: 1)),
        ("Empty", true, false, .failed(.producerFenced)), ("Empty", true, true, .failed(.invalidTxnState)),
        ("CompleteAbort", false, false, .ended(id: 100, epoch: 1)), ("CompleteAbort", false, true, .ended(id: 100, epoch: 2)),
        ("CompleteAbort", true, false, .failed(.invalidTxnState)), ("CompleteAbort", true, true, .failed(.invalidTxnState)),
        ("CompleteCommit", false, false, .failed(.invalidTxnState)), ("CompleteCommit", false, true, .ended(id: 100, epoch: 2)),
        ("CompleteCommit", true, false, .ended(id: 100, epoch: 1)), ("CompleteCommit", true, true, .failed(.invalidTxnState)),
    ])
    func anEndWithoutATransaction(_ state: String, _ commits: Bool, _ isCurrent: Bool, _ expected: TransactionReply) {
        let driver = TransactionDriver()
        _ = driver.start("t")
        if state != "Empty" {
            _ = driver.add("t", 100, 0, [orders])
            _ = driver.end("t", 100, 0, commits: state == "CompleteCommit")
            driver.writeMarkers()
        }
        #expect(driver.state("t") == state)
        let epoch: Int16 = state == "Empty" ? 0 : 1
        #expect(driver.end("t", 100, isCurrent ? epoch : epoch - 1, commits: commits) == expected)
    }

    @Test func anEndThatIsRepeatedWhileMarkersAreWrittenWaits() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders])
        _ = driver.end("t", 100, 0, commits: true)
        #expect(driver.end("t", 100, 0, commits: true) == .failed(.concurrentTransactions))
        #expect(driver.end("t", 100, 0, commits: false) == .failed(.invalidTxnState))
        #expect(driver.end("t", 100, 1, commits: true) == .failed(.producerFenced))
        #expect(driver.markers.count == 1)
    }

    /// KAFKA-17754: the end of a transaction that comes late must not end the next one.
    @Test func anEndThatComesLateDoesNotEndTheNextTransaction() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders])
        _ = driver.end("t", 100, 0, commits: false)
        driver.writeMarkers()
        _ = driver.add("t", 100, 1, [orders])
        #expect(driver.end("t", 100, 0, commits: false) == .failed(.producerFenced))
        #expect(driver.state("t") == "Ongoing" && driver.markers.isEmpty)
    }

    @Test func whoeverStartsAgainFencesWhoWasThere() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders])
        // The open transaction is aborted first; the epoch that this takes is given to nobody.
        #expect(driver.start("t") == .failed(.concurrentTransactions))
        #expect(driver.markers.map(\.commits) == [false] && driver.markers.map(\.producerEpoch) == [1])
        #expect(driver.end("t", 100, 0, commits: true) == .failed(.invalidTxnState))
        driver.writeMarkers()
        #expect(driver.start("t") == .producer(id: 100, epoch: 2))
        #expect(driver.add("t", 100, 0, [orders]) == .failed(.producerFenced))
        #expect(driver.end("t", 100, 0, commits: true) == .failed(.producerFenced))
    }

    @Test func aStartThatIsRepeatedGetsTheSameEpoch() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        #expect(driver.start("t", producerId: 100, epoch: 0) == .producer(id: 100, epoch: 1))
        #expect(driver.start("t", producerId: 100, epoch: 0) == .producer(id: 100, epoch: 1))
        #expect(driver.start("t", producerId: 99, epoch: 1) == .failed(.producerFenced))
        #expect(driver.start("t", producerId: 100, epoch: 7) == .failed(.producerFenced))
        // Another producer came in between.
        #expect(driver.start("t") == .producer(id: 100, epoch: 2))
        #expect(driver.start("t", producerId: 100, epoch: 1) == .failed(.producerFenced))
        // An id that is not known any more begins anew, whatever the producer says it had.
        #expect(driver.start("new", producerId: 55, epoch: 3) == .producer(id: 101, epoch: 0))
    }

    @Test func aProducerWhoseEpochsAreUsedUpGetsANewId() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        var last = TransactionMetadata(producerId: 100, timeoutMs: 60_000, now: driver.now)
        last.epoch = .max - 1
        last.state = .completeCommit
        driver.settle(driver.shard.decide("t", last))
        // By an end: the markers carry the last epoch, the producer goes on with the new id.
        _ = driver.add("t", 100, .max - 1, [orders])
        #expect(driver.end("t", 100, .max - 1, commits: true) == .ended(id: 101, epoch: 0))
        #expect(driver.markers.map(\.producerId) == [100] && driver.markers.map(\.producerEpoch) == [.max])
        driver.writeMarkers()
        #expect(driver.shard.describe("t").producerId == 101)
        // The answer was lost: the old id and epoch are asked again.
        #expect(driver.end("t", 100, .max - 1, commits: true) == .ended(id: 101, epoch: 0))
        driver.restart()
        #expect(driver.end("t", 100, .max - 1, commits: true) == .ended(id: 101, epoch: 0))
        // By a start.
        driver.settle(driver.shard.decide("t", last))
        #expect(driver.start("t", producerId: 100, epoch: .max - 1) == .producer(id: 102, epoch: 0))
    }

    @Test func aTransactionThatTakesTooLongIsAborted() {
        let driver = TransactionDriver()
        _ = driver.start("t", timeout: 5_000)
        driver.advance(100_000)
        #expect(driver.markers.isEmpty)
        _ = driver.add("t", 100, 0, [orders])
        driver.advance(3_000)
        // Time counts from the transaction's start.
        _ = driver.add("t", 100, 0, [bills])
        driver.advance(2_000)
        #expect(driver.markers.isEmpty && driver.state("t") == "Ongoing")
        driver.advance(1)
        #expect(driver.markers.map(\.commits) == [false] && driver.markers.first?.partitions == [bills, orders])
        driver.writeMarkers()
        #expect(driver.end("t", 100, 0, commits: true) == .failed(.invalidTxnState))
        #expect(driver.add("t", 100, 0, [orders]) == .failed(.producerFenced))
    }

    @Test func aTimedOutTransactionWhoseProducerNeedsANewIdIsAbortedToo() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        var last = TransactionMetadata(producerId: 100, timeoutMs: 1_000, now: driver.now)
        last.epoch = .max - 1
        driver.settle(driver.shard.decide("t", last))
        _ = driver.add("t", 100, .max - 1, [orders])
        driver.advance(1_001)
        #expect(driver.markers.map(\.producerEpoch) == [.max])
        driver.writeMarkers()
        #expect(driver.shard.describe("t").producerId == 101 && driver.shard.describe("t").producerEpoch == 0)
    }

    @Test func aRestartFinishesWhatWasPreparedAndKeepsTime() {
        let driver = TransactionDriver()
        for id in ["open", "committed", "aborted"] { _ = driver.start(id, timeout: 10_000) }
        _ = driver.add("open", 100, 0, [orders])
        _ = driver.add("committed", 101, 0, [orders])
        _ = driver.add("aborted", 102, 0, [bills])
        _ = driver.end("committed", 101, 0, commits: true)
        _ = driver.end("aborted", 102, 0, commits: false)
        driver.advance(4_000)
        driver.restart()
        #expect(driver.markers.map(\.transactionalId) == ["aborted", "committed"] && driver.markers.map(\.commits) == [false, true])
        driver.writeMarkers()
        #expect(["open", "committed", "aborted"].map(driver.state) == ["Ongoing", "CompleteCommit", "CompleteAbort"])
        driver.advance(6_001)
        #expect(driver.state("open") == "PrepareAbort")
    }

    @Test func markersOfAnotherTransactionCompleteNothing() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders])
        _ = driver.end("t", 100, 0, commits: true)
        let first = driver.markers
        driver.writeMarkers()
        _ = driver.add("t", 100, 1, [orders])
        _ = driver.end("t", 100, 1, commits: true)
        driver.settle(driver.shard.complete(first[0], now: driver.now))
        #expect(driver.state("t") == "PrepareCommit")
    }

    @Test func whatCannotBeAppendedDidNotHappen() {
        let driver = TransactionDriver()
        _ = driver.start("t", timeout: 1_000)
        driver.appendError = .kafkaStorageError
        #expect(driver.add("t", 100, 0, [orders]) == .failed(.notCoordinator))
        #expect(driver.start("t") == .failed(.notCoordinator))
        driver.appendError = nil
        #expect(driver.state("t") == "Empty" && driver.start("t", timeout: 1_000) == .producer(id: 100, epoch: 1))
        _ = driver.add("t", 100, 1, [orders])
        driver.advance(500)
        driver.appendError = .notEnoughReplicas
        #expect(driver.end("t", 100, 1, commits: true) == .failed(.coordinatorNotAvailable) && driver.markers.isEmpty)
        // Nor did the abort of one whose time is over; it is tried again.
        driver.advance(600)
        #expect(driver.markers.isEmpty && driver.state("t") == "Ongoing")
        driver.appendError = nil
        driver.advance(1_000)
        #expect(driver.markers.map(\.producerEpoch) == [2])
        // Markers are written once, even if the last record has to wait.
        driver.appendError = .kafkaStorageError
        driver.writeMarkers()
        #expect(driver.state("t") == "PrepareAbort")
        driver.appendError = nil
        driver.advance(1_000)
        #expect(driver.state("t") == "CompleteAbort" && driver.markers.isEmpty)
    }

    @Test func wrongRequestsAreRefused() {
        let driver = TransactionDriver { $0.maxTimeoutMs = 60_000 }
        #expect(driver.start("") == .failed(.invalidRequest) && driver.start(nil) == .failed(.invalidRequest))
        for timeout: Int32 in [0, -1, 60_001] { #expect(driver.start("t", timeout: timeout) == .failed(.invalidTransactionTimeout)) }
        #expect(driver.start("t", enable2Pc: true) == .failed(.transactionalIdAuthorizationFailed))
        #expect(driver.start("t", keepPrepared: true) == .failed(.unsupportedVersion))
        #expect(driver.add("", 1, 0, [orders]) == .failed(.invalidRequest) && driver.end("", 1, 0, commits: true) == .failed(.invalidRequest))
        #expect(driver.add("t", 100, 0, [orders]) == .failed(.invalidProducerIdMapping))
        #expect(driver.end("t", 100, 0, commits: true) == .failed(.invalidProducerIdMapping))
        _ = driver.start("t")
        #expect(driver.add("t", 101, 0, [orders]) == .failed(.invalidProducerIdMapping))
        #expect(driver.end("t", 101, 0, commits: true) == .failed(.invalidProducerIdMapping))
        #expect(driver.add("t", 100, 1, [orders]) == .failed(.producerFenced))
        #expect(driver.log.count == 1)
    }

    @Test func aTwoPhaseTransactionHasAllTheTimeItNeeds() {
        let driver = TransactionDriver { $0.allowsTwoPhaseCommit = true }
        #expect(driver.start("t", timeout: 0, enable2Pc: true) == .producer(id: 100, epoch: 0))
        #expect(driver.shard.describe("t").transactionTimeoutMs == .max)
        _ = driver.add("t", 100, 0, [orders])
        driver.advance(10_000_000_000)
        #expect(driver.state("t") == "Ongoing")
    }

    @Test func idsThatNobodyUsesAreForgotten() {
        let driver = TransactionDriver {
            $0.idExpirationMs = 100_000
            $0.expirationIntervalMs = 10_000
        }
        for index in 0..<2_500 { _ = driver.start("id-\(index)") }
        _ = driver.start("open", timeout: 900_000)
        _ = driver.add("open", 2_600, 0, [orders])
        driver.advance(99_999)
        _ = driver.start("id-7")
        driver.advance(10_001)
        #expect(driver.state("id-7") == "Empty" && driver.state("open") == "Ongoing")
        #expect(driver.shard.describe("id-8").errorCode == .transactionalIdNotFound && driver.shard.transactions.count == 2)
        driver.restart()
        #expect(driver.shard.transactions.count == 2)
    }

    @Test func partitionsAreVerified() {
        let driver = TransactionDriver()
        _ = driver.start("t")
        func verify(_ producerId: Int64, _ epoch: Int16) -> TransactionReply {
            driver.shard.verify(TransactionalProducer("t", producerId: producerId, epoch: epoch), [orders, bills])
        }
        #expect(verify(100, 0) == .partitions([orders: .transactionAbortable, bills: .transactionAbortable]))
        _ = driver.add("t", 100, 0, [orders])
        #expect(verify(100, 0) == .partitions([orders: .none, bills: .transactionAbortable]))
        #expect(verify(99, 0) == .failed(.invalidProducerIdMapping) && verify(100, 1) == .failed(.producerFenced))
        _ = driver.end("t", 100, 0, commits: true)
        #expect(verify(100, 1) == .failed(.concurrentTransactions))
    }

    @Test func transactionsAreListedByEveryFilter() throws {
        let driver = TransactionDriver()
        for id in ["pay-1", "pay-2", "ship"] { _ = driver.start(id) }
        _ = driver.add("pay-2", 101, 0, [orders])
        driver.advance(5_000)
        func list(_ change: (inout TransactionShard.Filter) -> Void) -> [String] {
            var filter = TransactionShard.Filter()
            change(&filter)
            return driver.shard.list(filter, now: driver.now).map(\.transactionalId)
        }
        #expect(list { _ in } == ["pay-1", "pay-2", "ship"])
        #expect(list { $0.states = [.ongoing] } == ["pay-2"] && list { $0.states = [] } == [])
        #expect(list { $0.producerIds = [100, 102] } == ["pay-1", "ship"])
        #expect(
            list {
                $0.states = [.ongoing]; $0.durationMs = 4_999
            } == ["pay-2"])
        #expect(
            list {
                $0.states = [.ongoing]; $0.durationMs = 5_000
            } == [])
        let pattern = try Pattern("pay-.*")
        #expect(list { $0.pattern = pattern } == ["pay-1", "pay-2"])
    }
}

/// The protocol before KIP-890: the epoch stays over transactions.
@Suite struct ClassicTransactionTests {
    private func driver(version: Int16) -> TransactionDriver { TransactionDriver { $0.transactionVersion = version } }

    @Test func theEpochStays() {
        let driver = driver(version: 1)
        _ = driver.start("t")
        for commits in [true, false, true] {
            #expect(driver.add("t", 100, 0, [orders], version: 0) == .partitions([orders: .none]))
            #expect(driver.end("t", 100, 0, commits: commits, version: 0) == .ended(id: -1, epoch: -1))
            #expect(driver.end("t", 100, 0, commits: commits, version: 0) == .failed(.concurrentTransactions))
            #expect(driver.end("t", 100, 0, commits: !commits, version: 0) == .failed(.invalidTxnState))
            #expect(driver.markers.map(\.producerEpoch) == [0] && driver.markers.map(\.transactionVersion) == [0])
            driver.writeMarkers()
            #expect(driver.end("t", 100, 0, commits: commits, version: 0) == .ended(id: -1, epoch: -1))
            #expect(driver.end("t", 100, 0, commits: !commits, version: 0) == .failed(.invalidTxnState))
        }
    }

    @Test func withoutATransactionThereIsNothingToEnd() {
        let driver = driver(version: 1)
        _ = driver.start("t")
        for commits in [true, false] { #expect(driver.end("t", 100, 0, commits: commits, version: 0) == .failed(.invalidTxnState)) }
    }

    @Test func fencingTakesAnEpochAndTheLastOneANewId() {
        let driver = driver(version: 1)
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders], version: 0)
        #expect(driver.start("t") == .failed(.concurrentTransactions))
        #expect(driver.markers.map(\.producerEpoch) == [1])
        driver.writeMarkers()
        #expect(driver.start("t") == .producer(id: 100, epoch: 2))
        var last = TransactionMetadata(producerId: 100, timeoutMs: 1_000, now: driver.now)
        last.epoch = .max - 1
        driver.settle(driver.shard.decide("t", last))
        _ = driver.add("t", 100, .max - 1, [orders], version: 0)
        driver.advance(1_001)
        #expect(driver.markers.map(\.producerEpoch) == [.max])
        driver.writeMarkers()
        #expect(driver.start("t") == .producer(id: 101, epoch: 0))
    }

    /// Brokers before 4.0 read only version 0 of a transaction's record.
    @Test(arguments: [Int16(0), 1, 2]) func recordsHaveTheFormThatTheFeatureAllows(_ version: Int16) throws {
        let driver = driver(version: version)
        _ = driver.start("t")
        _ = driver.add("t", 100, 0, [orders, bills], version: version >= 2 ? 2 : 0)
        for record in driver.log { #expect(record.value?.load(0, as: Int16.self) == (version >= 1 ? 1 : 0)) }
        let empty = try #require(try driver.log[0].decodeValue(TransactionLogValue.self))
        #expect(empty.transactionPartitions == nil && empty.transactionStatus == 0 && empty.transactionStartTimestampMs == -1)
        let open = try #require(try driver.log[1].decodeValue(TransactionLogValue.self))
        #expect(open.transactionPartitions?.map(\.topic) == ["bills", "orders"] && open.transactionPartitions?.map(\.partitionIds) == [[3], [0]])
        #expect(open.clientTransactionVersion == (version >= 2 ? 2 : 0) && open.previousProducerId == (version >= 1 ? 100 : -1))
    }
}
