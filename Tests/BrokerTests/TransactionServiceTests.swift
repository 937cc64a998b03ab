import KafkaProtocol
import LogStorage
import Testing

@testable import Broker

/// The transaction coordinator as clients see it, in both protocols.
@Suite struct TransactionServiceTests {
    private func driver(properties: [String: String] = [:]) throws -> BrokerDriver {
        let driver = try BrokerDriver(
            properties: ["transaction.state.log.num.partitions": "2", "offsets.topic.num.partitions": "2"].merging(properties) { $1 }
        ) {
            $0.clock = { 1_000_000 }
        }
        for topic in ["a", "b"] { try driver.create(topic) }
        return driver
    }

    @Test(arguments: [true, false])
    func whatIsCommittedIsReadAndWhatIsAbortedIsNot(bumpsEpochs: Bool) throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        #expect(try producer.produce("a", "1") == ErrorCode.none)
        #expect(try producer.produce("b", "2") == ErrorCode.none)
        #expect(try driver.committed("a") == [])
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.committed("a") == ["1"] && driver.committed("b") == ["2"])
        #expect(try producer.produce("a", "3") == ErrorCode.none)
        #expect(try producer.end(commits: false) == .none)
        #expect(try producer.produce("a", "4") == ErrorCode.none)
        #expect(try driver.committed("a") == ["1"])
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.committed("a") == ["1", "4"])
        #expect(producer.epoch == (bumpsEpochs ? 3 : 0))
        let log = try #require(driver.broker.partitions.partition("a", 0)).log
        #expect(log.openTransactions.isEmpty)
    }

    /// The first request must wait for the coordinator because of `a`; what it has for `b`, which is in the transaction already, must still come first.
    @Test(arguments: [true, false])
    func aRequestDoesNotOvertakeOneThatWaitsForTheCoordinator(bumpsEpochs: Bool) throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        #expect(try producer.produce("b", "1") == ErrorCode.none)
        if !bumpsEpochs { #expect(try producer.addPartition("a") == ErrorCode.none) }
        let ok = Optional(ErrorCode.none)
        let answers = [producer.post(["a", "b"], "2"), producer.post(["b"], "3"), producer.post(["a", "b"], "4")]
        driver.broker.commits.drain()
        #expect(try answers.map { try $0() } == [[ok, ok], [ok], [ok, ok]])
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.committed("b") == ["1", "2", "3", "4"])
        #expect(driver.broker.transactionVerifier.isIdle)
    }

    @Test(arguments: [true, false])
    func offsetsOfATransactionArePendingUntilItIsCommitted(bumpsEpochs: Bool) throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        var find = FindCoordinatorRequest()
        find.coordinatorKeys = ["g"]
        _ = try driver.send(find)
        #expect(try producer.commitOffset(5, of: "a", group: "g") == ErrorCode.none)
        #expect(try driver.offset(of: "a", group: "g") == .success(-1))
        #expect(try driver.offset(of: "a", group: "g", requireStable: true) == .failure(.unstableOffsetCommit))
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.offset(of: "a", group: "g", requireStable: true) == .success(5))
        #expect(try producer.commitOffset(9, of: "a", group: "g") == ErrorCode.none)
        #expect(try producer.end(commits: false) == .none)
        #expect(try driver.offset(of: "a", group: "g", requireStable: true) == .success(5))
    }

    @Test(arguments: [true, false])
    func aNewerProducerFencesTheOlderAndAbortsItsTransaction(bumpsEpochs: Bool) throws {
        let driver = try driver()
        let old = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        try old.produce("a", "lost")
        let new = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        #expect(new.producerId == old.producerId && new.epoch > old.epoch)
        #expect(try old.produce("a", "zombie", version: bumpsEpochs ? 12 : 11) == .invalidProducerEpoch)
        #expect(try old.end(commits: true) == .producerFenced)
        try new.produce("a", "kept")
        #expect(try new.end(commits: true) == .none)
        #expect(try driver.committed("a") == ["kept"])
    }

    @Test func recordsThatTheCoordinatorDoesNotKnowOfAreKeptOut() throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx", bumpsEpochs: false)
        #expect(try producer.produce("a", "unknown", version: 11) == .transactionAbortable)
        #expect(try producer.produce("a", "unknown", version: 8) == .invalidTxnState)
        #expect(try producer.produce("b", "known") == ErrorCode.none)
        #expect(try producer.produce("a", "unknown", version: 11) == .transactionAbortable)
        #expect(try producer.commitOffset(1, of: "a", group: "g", version: 4) == .notCoordinator)
        let other = try TransactionClient(driver, "other", bumpsEpochs: false)
        other.producerId = producer.producerId
        #expect(try other.produce("b", "stranger") == .invalidProducerIdMapping)
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.committed("a") == [] && driver.committed("b") == ["known"])
        // Without the check they are let in, as Kafka does for old clients.
        let lax = try self.driver(properties: ["transaction.partition.verification.enable": "false"])
        let unchecked = try TransactionClient(lax, "tx", bumpsEpochs: false)
        #expect(try unchecked.produce("a", "unknown", version: 11) == ErrorCode.none)
    }

    @Test(arguments: ["true", "false"])
    func nothingIsKeptOfProducersThatTheCoordinatorDoesNotKnow(isVerifying: String) throws {
        let driver = try driver(properties: ["transaction.partition.verification.enable": isVerifying])
        let producer = try TransactionClient(driver, "tx")
        let known = producer.producerId
        let log = try #require(driver.broker.partitions.partition("a", 0)).log
        for stranger in 5000..<5010 as Range<Int64> {
            producer.producerId = stranger
            #expect(try producer.produce("a", "stranger") == .invalidProducerIdMapping)
        }
        #expect(log.pendingVerifications == 0)
        producer.producerId = known
        #expect(try producer.produce("a", "known") == ErrorCode.none)
        #expect(log.pendingVerifications == 0)
    }

    @Test func aTransactionWhoseTimeIsOverIsAborted() throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx")
        try producer.produce("a", "late")
        driver.now += 60_001
        driver.fireTimers()
        driver.broker.commits.drain()
        #expect(try #require(driver.broker.partitions.partition("a", 0)).log.openTransactions.isEmpty)
        #expect(try producer.end(commits: true) == .invalidTxnState)
        #expect(try driver.committed("a") == [])
    }

    @Test(arguments: [true, false])
    func openAndPreparedTransactionsOutliveARestart(bumpsEpochs: Bool) throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx", bumpsEpochs: bumpsEpochs)
        try producer.produce("a", "1")
        try driver.restart()
        try producer.produce("b", "2")
        #expect(try producer.end(commits: true) == .none)
        try driver.restart()
        #expect(try driver.committed("a") == ["1"] && driver.committed("b") == ["2"])
        try producer.produce("a", "3")
        try driver.restart()
        #expect(try producer.end(commits: false) == .none)
        #expect(try driver.committed("a") == ["1"])
    }

    @Test func aDeletedTopicDoesNotHoldUpItsTransaction() throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx")
        try producer.produce("a", "1")
        try producer.produce("b", "2")
        try driver.delete("a")
        #expect(try producer.end(commits: true) == .none)
        #expect(try driver.committed("b") == ["2"])
        var request = DescribeTransactionsRequest()
        request.transactionalIds = ["tx", "unknown", ""]
        let rows = try driver.send(request).transactionStates
        #expect(rows.map(\.transactionState) == ["CompleteCommit", "", ""])
        #expect(rows.map(\.errorCode) == [.none, .transactionalIdNotFound, .invalidRequest])
    }

    @Test func transactionsAreListedByStateProducerDurationAndPattern() throws {
        let driver = try driver()
        let first = try TransactionClient(driver, "orders-1")
        let second = try TransactionClient(driver, "orders-2")
        _ = try TransactionClient(driver, "audit")
        try first.produce("a", "1")
        func list(_ change: (inout ListTransactionsRequest) -> Void) throws -> [String] {
            var request = ListTransactionsRequest()
            change(&request)
            let response = try driver.send(request)
            return response.errorCode == .none
                ? response.transactionStates.map(\.transactionalId).sorted() + response.unknownStateFilters : ["\(response.errorCode)"]
        }
        #expect(try list { _ in } == ["audit", "orders-1", "orders-2"])
        #expect(try list { $0.stateFilters = ["Ongoing"] } == ["orders-1"])
        #expect(try list { $0.stateFilters = ["Nonsense"] } == ["Nonsense"])
        #expect(try list { $0.producerIdFilters = [second.producerId] } == ["orders-2"])
        #expect(try list { $0.transactionalIdPattern = "orders-.*" } == ["orders-1", "orders-2"])
        #expect(try list { $0.transactionalIdPattern = "(" } == ["\(ErrorCode.invalidRegularExpression)"])
    }

    @Test func markersOfOtherCoordinatorsAreWrittenAndJudged() throws {
        let driver = try driver()
        let producer = try TransactionClient(driver, "tx")
        try producer.produce("a", "1")
        func write(_ topic: String, epoch: Int16, version: Int8 = 2, coordinatorEpoch: Int32 = 0) throws -> ErrorCode? {
            var row = WriteTxnMarkersRequest.WritableTxnMarker.WritableTxnMarkerTopic()
            row.name = topic
            row.partitionIndexes = [0]
            var marker = WriteTxnMarkersRequest.WritableTxnMarker()
            (marker.producerId, marker.producerEpoch, marker.transactionResult) = (producer.producerId, epoch, false)
            (marker.coordinatorEpoch, marker.transactionVersion, marker.topics) = (coordinatorEpoch, version, [row])
            var request = WriteTxnMarkersRequest()
            request.markers = [marker]
            return try driver.send(request).markers.first?.topics.first?.partitions.first?.errorCode
        }
        // By the rules of version 2 a marker of the records' own epoch is one that comes late.
        #expect(try write("a", epoch: producer.epoch) == .invalidProducerEpoch)
        #expect(try write("none", epoch: 5) == .unknownTopicOrPartition)
        #expect(try write("a", epoch: producer.epoch + 1, coordinatorEpoch: 3) == ErrorCode.none)
        #expect(try write("a", epoch: producer.epoch + 1, coordinatorEpoch: 3) == ErrorCode.none)
        #expect(try write("a", epoch: producer.epoch + 1, coordinatorEpoch: 2) == .transactionCoordinatorFenced)
        #expect(try driver.committed("a") == [])
    }
}
