import Testing
import Vocabulary

@testable import KafkaClient
@testable import Toolkit

private let server = ["--bootstrap-server", "127.0.0.1:1"]

private func transactions(_ words: String..., kafkaName: Bool = true) -> Ran { Ran(TransactionsTool.tool, words, kafkaName: kafkaName) }

private func producer(
    _ id: Int64, epoch: Int32 = 0, lastTimestamp: Int64 = 1_000, coordinatorEpoch: Int32? = nil, startOffset: Int64? = nil
) -> ProducerState {
    ProducerState(
        producerId: id, producerEpoch: epoch, lastSequence: 23, lastTimestamp: lastTimestamp, coordinatorEpoch: coordinatorEpoch,
        currentTransactionStartOffset: startOffset)
}

private func options(_ words: String...) throws -> ParsedOptions { try ArgparseParser(TransactionsTool.command).parse(server + words) }

/// A table as the tool prints it.
private func table<Row>(_ shape: Shape<Row>, _ rows: [Row]) -> String {
    let sink = MemorySink()
    let output = OutputWriter(sink)
    Report(.text, command: "test", to: output).add(rows, as: shape)
    output.flush()
    return sink.text
}

@Suite struct TransactionsToolTests {
    @Test func helpIsOnStandardOutputAndFailsOnlyUnderKafkasName() {
        let kafka = transactions("--help")
        #expect(kafka.code == 1 && kafka.error.isEmpty && kafka.output.contains("forceTerminateTransaction"))
        let own = transactions("-h", kafkaName: false)
        #expect(own.code == 0 && own.output.contains("usage: ottla transactions [options] COMMAND ..."))
        let below = transactions("abort", "--help")
        #expect(below.code == 1 && below.output.contains("usage: kafka-transactions abort [options]") && below.output.contains("--start-offset <offset>"))
    }

    @Test func theVersionNamesTheCommit() {
        #expect(transactions("-v").output == "4.3.1 (Commit:26b251a451ce941d)\n")
        #expect(transactions("--version").code == 0)
    }

    @Test(arguments: [
        ([], "too few arguments", ""),
        (server, "too few arguments", ""),
        (["list"], "argument --bootstrap-server is required", ""),
        (server + ["describe"], "argument --transactional-id is required", " describe"),
        (
            server + ["force-terminate", "--transactional-id", "x"],
            "invalid choice: 'force-terminate' (choose from 'list', 'describe', 'describe-producers', 'abort', 'find-hanging', 'forceTerminateTransaction')", ""
        ),
        (["list"] + server, "unrecognized arguments: '--bootstrap-server'", " list"),
        (server + ["list", "--bogus"], "unrecognized arguments: '--bogus'", " list"),
        (server + ["list", "--duration-filter=abc"], "argument --duration-filter: could not convert 'abc' to Long (For input string: \"abc\")", " list"),
        (
            server + ["describe-producers", "--topic", "t", "--partition", "99999999999"],
            "argument --partition: could not convert '99999999999' to Integer (For input string: \"99999999999\")", " describe-producers"
        ),
        (
            server + ["abort", "--topic", "t", "--partition", "0", "--producer-id", "1", "--producer-epoch", "40000"],
            "argument --producer-epoch: could not convert '40000' to Short (Value out of range. Value:\"40000\" Radix:10)", " abort"
        ),
    ])
    func usageErrorsShowTheUsageOfTheirCommand(words: [String], message: String, command: String) {
        let ran = Ran(TransactionsTool.tool, words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        let lines = ran.error.split(separator: "\n").map(String.init)
        #expect(lines.count == 2 && lines[0].hasPrefix("usage: kafka-transactions\(command) [options]"))
        #expect(lines.last == "kafka-transactions: error: \(message)")
    }

    @Test(arguments: [
        (
            ["abort", "--topic", "t", "--partition", "0"],
            "The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, --producer-epoch, "
                + "and --coordinator-epoch (for older brokers)"
        ),
        (["abort", "--topic", "t", "--partition", "0", "--producer-id", "77"], "Missing required argument --producer-epoch"),
        (["abort", "--topic", "t", "--partition", "0", "--producer-id", "77", "--producer-epoch", "0"], "Missing required argument --coordinator-epoch"),
        (["find-hanging"], "The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search"),
        (["find-hanging", "--partition", "3"], "The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search"),
        (["find-hanging", "--partition", "3", "--broker-id", "1"], "The --partition argument requires --topic to be provided"),
    ])
    func whatTheCommandsLackIsOneLine(words: [String], message: String) {
        let ran = Ran(TransactionsTool.tool, server + words)
        #expect(ran.code == 1 && ran.output.isEmpty && ran.error == message + "\n")
    }

    @Test(arguments: [
        (["list"], "Failed to list transactions: Timed out waiting for a node assignment. Call: listTransactions(api=METADATA) ("),
        (
            ["describe", "--transactional-id", "x"],
            "Failed to describe transaction state of transactional-id `x`: Timed out waiting for a node assignment. "
                + "Call: describeTransactions(api=FIND_COORDINATOR) ("
        ),
        (
            ["describe-producers", "--topic", "t", "--partition", "0"],
            "Failed to describe producers for partition t-0 on leader: Timed out waiting for a node "
                + "assignment. Call: describeProducers(api=METADATA) ("
        ),
        (
            ["abort", "--topic", "t", "--partition", "0", "--start-offset", "5"],
            "Failed to validate producer state for partition t-0: Timed out waiting for a "
                + "node assignment. Call: describeProducers(api=METADATA) ("
        ),
        (
            ["abort", "--topic", "t", "--partition", "0", "--producer-id", "1", "--producer-epoch", "2", "--coordinator-epoch", "-1"],
            "Failed to abort transaction AbortTransactionSpec(topicPartition=t-0, producerId=1, producerEpoch=2, coordinatorEpoch=0): Timed out waiting for a "
                + "node assignment. Call: abortTransaction(api=METADATA) ("
        ),
        (["find-hanging", "--broker-id", "1"], "Failed to list topics: Timed out waiting for a node assignment. Call: listTopics ("),
        (
            ["forceTerminateTransaction", "--transactionalId", "x"],
            "Failed to force terminate transactionalId `x`: Timed out waiting for a node assignment. "
                + "Call: fenceProducer(api=FIND_COORDINATOR) ("
        ),
    ])
    func anUnreachableBrokerIsNamed(words: [String], beginning: String) {
        let ran = Ran(TransactionsTool.tool, server + words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error.hasPrefix(beginning) && ran.error.hasSuffix("connection refused).\n"), "\(ran.error)")
    }

    @Test func aMissingFileIsNamed() {
        let ran = transactions("--bootstrap-server", "127.0.0.1:1", "--command-config", "/nowhere/at.all", "list")
        #expect(ran.code == 1 && ran.error.hasPrefix("Failed to load admin client properties: cannot read /nowhere/at.all: "))
    }

    @Test func listingsAreTabbedRows() {
        let rows = ListTransactions.rows([
            2: [TransactionListing(transactionalId: "z", producerId: 7, state: .prepareCommit)],
            1: [
                TransactionListing(transactionalId: "open-tx2", producerId: 3, state: .ongoing),
                TransactionListing(transactionalId: "a-much-longer-transactional-id", producerId: 123_456_789_012, state: .unknown),
            ],
        ])
        #expect(
            table(ListTransactions.transactions, rows) == """
                TransactionalId               \tCoordinator\tProducerId  \tTransactionState\t
                open-tx2                      \t1          \t3           \tOngoing         \t
                a-much-longer-transactional-id\t1          \t123456789012\tUnknown         \t
                z                             \t2          \t7           \tPrepareCommit   \t

                """)
        #expect(table(ListTransactions.transactions, []) == "TransactionalId\tCoordinator\tProducerId\tTransactionState\t\n")
    }

    @Test func aDescriptionShowsWhenTheTransactionBegan() {
        let open = TransactionDescription(
            coordinatorId: 1, state: .ongoing, producerId: 1, producerEpoch: 0, timeoutMs: 60_000, startTimeMs: 5_000,
            partitions: [TopicPartition("tx", 0), TopicPartition("tx", 2)])
        let row = DescribeTransaction.Row(id: "open-tx", description: open, nowMs: 7_892)
        #expect(DescribeTransaction.descriptions.cells(of: row) == ["1", "open-tx", "1", "0", "Ongoing", "60000", "5000", "2892", "tx-0,tx-2"])
        let empty = TransactionDescription(
            coordinatorId: 1, state: .empty, producerId: 2, producerEpoch: 0, timeoutMs: 30_000, startTimeMs: nil, partitions: [])
        #expect(
            table(DescribeTransaction.descriptions, [DescribeTransaction.Row(id: "nosuch", description: empty, nowMs: 7_892)])
                == "CoordinatorId\tTransactionalId\tProducerId\tProducerEpoch\tTransactionState\tTransactionTimeoutMs\tCurrentTransactionStartTimeMs\t"
                + "TransactionDurationMs\tTopicPartitions\t\n"
                + "1            \tnosuch         \t2         \t0            \tEmpty           \t30000               \tNone                         \t"
                + "None                 \t               \t\n")
    }

    @Test func producersShowWhereTheirTransactionsBegin() {
        #expect(DescribeProducers.producers.cells(of: producer(1, startOffset: 10)) == ["1", "0", "-1", "23", "1000", "10"])
        #expect(DescribeProducers.producers.cells(of: producer(0, epoch: 3, coordinatorEpoch: 0)) == ["0", "3", "0", "23", "1000", "None"])
    }

    @Test func theTransactionToAbortIsFoundByItsStart() throws {
        let partition = TopicPartition("t", 0)
        let producers = [producer(1), producer(2, epoch: 9, startOffset: 5), producer(3, epoch: 1, coordinatorEpoch: 4, startOffset: 7)]
        #expect(
            AbortTransaction.spec(beginningAt: 7, in: partition, producers: producers)
                == AbortTransactionSpec(partition: partition, producerId: 3, producerEpoch: 1, coordinatorEpoch: 4))
        // No marker was written for it yet: no coordinator's epoch is below 0.
        #expect(AbortTransaction.spec(beginningAt: 5, in: partition, producers: producers)?.coordinatorEpoch == 0)
        #expect(AbortTransaction.spec(beginningAt: 6, in: partition, producers: producers) == nil)
        let words = ["abort", "--topic", "t", "--partition", "0", "--start-offset", "7", "--producer-id", "1"]
        #expect(try AbortTransaction.Subject(ArgparseParser(TransactionsTool.command).parse(server + words)) == .beginning(at: 7, in: partition))
    }
}

@Suite struct HangingTransactionsTests {
    private let minute: Int64 = 60_000
    private let t0 = TopicPartition("t", 0)
    private let t1 = TopicPartition("t", 1)

    private func description(_ partitions: TopicPartition..., state: TransactionDescription.State = .ongoing) -> TransactionDescription {
        TransactionDescription(coordinatorId: 1, state: state, producerId: 1, producerEpoch: 0, timeoutMs: 60_000, startTimeMs: 1, partitions: partitions)
    }

    @Test func onlyOpenTransactionsThatLastTooLongAreCandidates() {
        let producers = [
            t1: [producer(5, lastTimestamp: 0, startOffset: 0)],
            t0: [
                producer(1, lastTimestamp: 0), producer(2, lastTimestamp: 0, startOffset: 4), producer(3, lastTimestamp: 1, startOffset: 8),
                producer(4, lastTimestamp: 14 * minute, startOffset: 9),
            ],
        ]
        func ids(_ maxTimeoutMs: Int64) -> [Int64] {
            HangingTransactions.candidates(producers, nowMs: 15 * minute + 1, maxTimeoutMs: maxTimeoutMs).map(\.producer.producerId)
        }
        // The limit itself is not too long.
        #expect(ids(15 * minute) == [2, 5])
        #expect(ids(minute + 1) == [2, 3, 5])
        #expect(ids(0) == [2, 3, 4, 5])
        #expect(ids(-minute) == [2, 3, 4, 5])
        #expect(ids(16 * minute).isEmpty)
    }

    @Test func whatItsCoordinatorStillKnowsDoesNotHang() {
        let candidates = [
            OpenTransaction(partition: t0, producer: producer(1, startOffset: 0)), OpenTransaction(partition: t1, producer: producer(1, startOffset: 0)),
            OpenTransaction(partition: t0, producer: producer(2, startOffset: 3)), OpenTransaction(partition: t0, producer: producer(3, startOffset: 5)),
        ]
        func hanging(_ ids: [Int64: String], _ descriptions: [String: TransactionDescription]) -> [OpenTransaction] {
            HangingTransactions.hanging(candidates, ids: ids, descriptions: descriptions)
        }
        // No coordinator knows the producers.
        #expect(hanging([:], [:]) == candidates)
        // In partition 0 the marker is still to come, in partition 1 the coordinator wrote one, or never knew of it.
        #expect(hanging([1: "a"], ["a": description(t0, state: .prepareAbort)]) == [candidates[1], candidates[2], candidates[3]])
        // The id is known, but nothing of it is open; or it has gone between the two questions.
        #expect(hanging([1: "a", 2: "b", 3: "c"], ["a": description(t0, t1), "b": description(state: .completeCommit)]) == [candidates[2], candidates[3]])
    }

    @Test func rowsCountWholeMinutes() {
        let transaction = OpenTransaction(partition: t1, producer: producer(7, epoch: 2, lastTimestamp: 1_000, coordinatorEpoch: 3, startOffset: 40))
        #expect(
            FindHangingTransactions.hanging.cells(of: .init(transaction: transaction, nowMs: 1_000 + 3 * minute - 1)) == [
                "t", "1", "7", "2", "3", "40", "1000", "2",
            ])
        #expect(FindHangingTransactions.hanging.cells(of: .init(transaction: transaction, nowMs: 1_000 + 3 * minute)).last == "3")
        let header = "Topic\tPartition\tProducerId\tProducerEpoch\tCoordinatorEpoch\tStartOffset\tLastTimestamp\tDuration(min)\t\n"
        #expect(table(FindHangingTransactions.hanging, []) == header)
    }

    @Test func batchesHoldAtMostFiveHundred() {
        #expect(FindHangingTransactions.batches(of: [Int]()).isEmpty)
        #expect(FindHangingTransactions.batches(of: Array(0..<500)).map(\.count) == [500])
        let batches = FindHangingTransactions.batches(of: Array(0..<1_201))
        #expect(batches.map(\.count) == [500, 500, 201] && batches.flatMap { $0 } == Array(0..<1_201))
    }

    @Test func theScopeIsReadFromTheOptions() throws {
        let scope = try FindHangingTransactions.Scope(options("find-hanging", "--topic", "t", "--partition", "3", "--max-transaction-timeout", "-1"))
        #expect(scope.topic == "t" && scope.partition == 3 && scope.broker == nil && scope.maxTimeoutMs == -minute)
        #expect(try FindHangingTransactions.Scope(options("find-hanging", "--broker-id", "1")).maxTimeoutMs == 15 * minute)
        let longest = try FindHangingTransactions.Scope(options("find-hanging", "--broker-id", "1", "--max-transaction-timeout", "2147483647"))
        #expect(longest.maxTimeoutMs == 2_147_483_647 * minute)
    }
}
