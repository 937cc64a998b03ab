import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct AdminTransactionsTests {
    private let t0 = TopicPartition("t", 0)
    private let t1 = TopicPartition("t", 1)

    /// Two brokers; the first leads partition 0 of `t`, the second partition 1 and coordinates every transaction.
    private func cluster(_ script: @escaping (_ broker: Int32, _ request: any Request, _ version: Int16) -> (any Response)?) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "5000", "request.timeout.ms": "2000"])
        for (id, address) in [(Int32(1), "a:1"), (2, "b:2")] {
            cluster.brokers[address] = .answers { request, version in
                if let answer = script(id, request, version) { return answer }
                switch request {
                case is MetadataRequest: return metadata([1: "a:1", 2: "b:2"], topics: ["t": [1, 2]])
                case let request as FindCoordinatorRequest: return Self.coordinators(request)
                default: return nil
                }
            }
        }
        return cluster
    }

    private static func coordinators(_ request: FindCoordinatorRequest) -> FindCoordinatorResponse {
        var response = FindCoordinatorResponse()
        response.coordinators = request.coordinatorKeys.map { key in
            var coordinator = FindCoordinatorResponse.Coordinator()
            (coordinator.key, coordinator.nodeId, coordinator.host, coordinator.port) = (key, 2, "b", 2)
            return coordinator
        }
        return response
    }

    /// The failure's text; nil when there was none.
    private func failure<R>(_ work: () throws(ClientError) -> R) -> String? {
        do throws(ClientError) {
            _ = try work()
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: ListTransactions

    private static func listing(_ ids: [(String, Int64, String)], _ error: ErrorCode = .none) -> ListTransactionsResponse {
        var response = ListTransactionsResponse()
        response.errorCode = error
        response.transactionStates = ids.map { id, producerId, state in
            var row = ListTransactionsResponse.TransactionState()
            (row.transactionalId, row.producerId, row.transactionState) = (id, producerId, state)
            return row
        }
        return response
    }

    @Test func everyBrokerIsAskedForItsTransactions() throws {
        let cluster = try cluster { broker, request, _ in
            request is ListTransactionsRequest ? Self.listing(broker == 1 ? [] : [("b", 7, "Ongoing"), ("a", 8, "SomethingNew")]) : nil
        }
        let listings = try Admin(cluster).listTransactions()
        #expect(listings.keys.sorted() == [1, 2] && listings[1] == [])
        #expect(listings[2]?.map(\.transactionalId) == ["b", "a"] && listings[2]?.map(\.state) == [.ongoing, .unknown])
        let asked = cluster.served.compactMap { $0.request as? ListTransactionsRequest }
        #expect(asked.count == 2)
        #expect(asked.allSatisfy { $0.durationFilter == -1 && $0.transactionalIdPattern == nil && $0.stateFilters.isEmpty && $0.producerIdFilters.isEmpty })
        #expect(cluster.served.first { $0.key == .listTransactions }?.version == 2)
    }

    @Test func filtersAreSentAndAskForTheirVersion() throws {
        func list(_ filter: TransactionFilter, versions: ClosedRange<Int16>) throws -> (asked: ListTransactionsRequest?, version: Int16?, failure: String?) {
            let cluster = try cluster { _, request, _ in request is ListTransactionsRequest ? Self.listing([]) : nil }
            var all = Dictionary(uniqueKeysWithValues: APIKey.allCases.map { ($0, $0.messages.request.versions) })
            all[.listTransactions] = versions
            cluster.versions = all
            let failure = failure { () throws(ClientError) in try Admin(cluster).listTransactions(filter) }
            let served = cluster.served.first { $0.key == .listTransactions }
            return (served?.request as? ListTransactionsRequest, served?.version, failure)
        }
        var filter = TransactionFilter()
        filter.states = [.ongoing, .prepareAbort]
        filter.producerIds = [5, 6]
        let oldest = try list(filter, versions: 0...0)
        #expect(oldest.version == 0 && oldest.failure == nil)
        #expect(oldest.asked?.stateFilters == ["Ongoing", "PrepareAbort"] && oldest.asked?.producerIdFilters == [5, 6])
        filter.durationMs = 0
        #expect(try list(filter, versions: 0...0).failure?.hasPrefix("Duration filter can be set only when using API version 1 or higher.") == true)
        #expect(try list(filter, versions: 0...1).asked?.durationFilter == 0)
        filter.idPattern = ""
        #expect(try list(filter, versions: 0...1).failure == nil)
        filter.idPattern = "a.*"
        #expect(
            try list(filter, versions: 0...1).failure?.hasPrefix("Transactional ID pattern filter can be set only when using API version 2 or higher.") == true)
        let newest = try list(filter, versions: 0...2)
        #expect(newest.version == 2 && newest.asked?.transactionalIdPattern == "a.*")
    }

    @Test func aCoordinatorThatLoadsIsAskedAgain() throws {
        var asked = 0
        let cluster = try cluster { broker, request, _ in
            guard request is ListTransactionsRequest else { return nil }
            if broker == 2 { asked += 1 }
            return Self.listing([], broker == 2 && asked < 3 ? .coordinatorLoadInProgress : .none)
        }
        #expect(try Admin(cluster).listTransactions().count == 2)
        #expect(asked == 3)
    }

    @Test(arguments: [
        (ErrorCode.coordinatorNotAvailable, "ListTransactions request sent to broker 2 failed because the coordinator is shutting down"),
        (.invalidRegularExpression, "ListTransactions request sent to broker 2 failed with an unexpected exception"),
    ])
    func aBrokerThatCannotListFailsTheCall(code: ErrorCode, message: String) throws {
        let cluster = try cluster { broker, request, _ in request is ListTransactionsRequest ? Self.listing([], broker == 2 ? code : .none) : nil }
        #expect(failure { () throws(ClientError) in try Admin(cluster).listTransactions() } == message)
        #expect(cluster.served.count { $0.key == .listTransactions } == 2)
    }

    // MARK: DescribeTransactions

    private static func described(_ request: DescribeTransactionsRequest, _ error: ErrorCode) -> DescribeTransactionsResponse {
        var response = DescribeTransactionsResponse()
        response.transactionStates = request.transactionalIds.map { id in
            var state = DescribeTransactionsResponse.TransactionState()
            (state.transactionalId, state.errorCode, state.transactionState) = (id, error, "Ongoing")
            (state.producerId, state.producerEpoch, state.transactionTimeoutMs) = (9, 3, 60_000)
            state.transactionStartTimeMs = id == "idle" ? -1 : 1_234
            var topic = DescribeTransactionsResponse.TransactionState.TopicData()
            (topic.topic, topic.partitions) = ("t", [2, 0])
            state.topics = [topic]
            return state
        }
        return response
    }

    @Test func coordinatorsDescribeTheirTransactions() throws {
        let cluster = try cluster { _, request, _ in (request as? DescribeTransactionsRequest).map { Self.described($0, .none) } }
        let results = Admin(cluster).describeTransactions(["open", "idle"])
        let open = try #require(try results["open"]?.get())
        #expect(open.coordinatorId == 2 && open.state == .ongoing && open.producerId == 9 && open.producerEpoch == 3 && open.timeoutMs == 60_000)
        #expect(open.startTimeMs == 1_234 && open.partitions == [TopicPartition("t", 0), TopicPartition("t", 2)])
        #expect(try results["idle"]?.get().startTimeMs == nil)
        let lookups = cluster.served.compactMap { $0.request as? FindCoordinatorRequest }
        #expect(lookups.count == 1 && lookups.first?.keyType == 1 && lookups.first?.coordinatorKeys.sorted() == ["idle", "open"])
        #expect(cluster.served.filter { $0.key == .describeTransactions }.allSatisfy { $0.address == "b:2" })
    }

    @Test func aMovedCoordinatorIsLookedUpAgain() throws {
        var asked = 0
        let cluster = try cluster { _, request, _ in
            guard let request = request as? DescribeTransactionsRequest else { return nil }
            asked += 1
            return Self.described(request, asked == 1 ? .notCoordinator : asked == 2 ? .coordinatorLoadInProgress : .none)
        }
        #expect(try Admin(cluster).describeTransactions(["x"])["x"]?.get().producerId == 9)
        #expect(asked == 3)
        // Loading alone moves nothing.
        #expect(cluster.served.count { $0.key == .findCoordinator } == 2)
    }

    @Test(arguments: [
        (ErrorCode.transactionalIdNotFound, "DescribeTransactions request for transactionalId `x` failed because the ID could not be found"),
        (.transactionalIdAuthorizationFailed, "DescribeTransactions request for transactionalId `x` failed due to authorization failure"),
        (.invalidRequest, "DescribeTransactions request for transactionalId `x` failed due to unexpected error"),
        (.requestTimedOut, "DescribeTransactions request for transactionalId `x` failed due to unexpected error"),
    ])
    func failedDescriptionsHaveJavasTexts(code: ErrorCode, message: String) throws {
        let cluster = try cluster { _, request, _ in (request as? DescribeTransactionsRequest).map { Self.described($0, code) } }
        let result = try #require(Admin(cluster).describeTransactions(["x"])["x"])
        #expect(failure { () throws(ClientError) in try result.get() } == message)
        #expect(cluster.served.count { $0.key == .describeTransactions } == 1)
    }

    @Test func aRefusedLookupIsTold() throws {
        let cluster = try cluster { _, request, _ in
            guard let request = request as? FindCoordinatorRequest else { return nil }
            var response = Self.coordinators(request)
            for index in response.coordinators.indices { response.coordinators[index].errorCode = .transactionalIdAuthorizationFailed }
            return response
        }
        let result = try #require(Admin(cluster).describeTransactions(["x"])["x"])
        let message = "FindCoordinator request for transactionalId `x` failed due to authorization failure"
        #expect(failure { () throws(ClientError) in try result.get() } == message)
        #expect(failure { () throws(ClientError) in try Admin(cluster).forceTerminateTransaction("x") } == message)
    }

    // MARK: InitProducerId

    @Test(arguments: [
        (ErrorCode.concurrentTransactions, "The coordinator of transactional id x answers CONCURRENT_TRANSACTIONS: "),
        (.coordinatorNotAvailable, "Transactional id x has no coordinator (COORDINATOR_NOT_AVAILABLE)"),
    ])
    func whatATerminationWaitsForIsTold(code: ErrorCode, text: String) throws {
        let cluster = try cluster { _, request, _ in
            guard request is InitProducerIdRequest else { return nil }
            var response = InitProducerIdResponse()
            response.errorCode = code
            return response
        }
        cluster.core.submit(
            InitProducerIdRequest(), to: .transactionCoordinator("x"), options: RequestOptions(), retryCode: \.errorCode, completion: { _ in })
        #expect(cluster.run(limitMs: 3_000) { cluster.core.obstacles(silentAfterMs: 10_000).contains { $0.description.hasPrefix(text) } })
    }

    @Test func aTransactionIsEndedByTakingItsNextEpoch() throws {
        var asked = 0
        let cluster = try cluster { _, request, _ in
            guard request is InitProducerIdRequest else { return nil }
            asked += 1
            var response = InitProducerIdResponse()
            response.errorCode = asked < 3 ? .concurrentTransactions : .none
            return response
        }
        try Admin(cluster).forceTerminateTransaction("x")
        let requests = cluster.served.compactMap { $0.request as? InitProducerIdRequest }
        #expect(requests.count == 3)
        #expect(requests.allSatisfy { $0.transactionalId == "x" && $0.producerId == -1 && $0.producerEpoch == -1 && $0.transactionTimeoutMs == 2_000 })
        #expect(requests.allSatisfy { !$0.enable2Pc && !$0.keepPreparedTxn })
    }

    @Test(arguments: [
        (ErrorCode.clusterAuthorizationFailed, "InitProducerId request for transactionalId `x` failed due to cluster authorization failure"),
        (.transactionalIdAuthorizationFailed, "InitProducerId request for transactionalId `x` failed due to transactional ID authorization failure"),
        (.invalidTransactionTimeout, "InitProducerId request for transactionalId `x` failed due to unexpected error"),
    ])
    func aRefusedTerminationHasJavasText(code: ErrorCode, message: String) throws {
        let cluster = try cluster { _, request, _ in
            guard request is InitProducerIdRequest else { return nil }
            var response = InitProducerIdResponse()
            response.errorCode = code
            return response
        }
        #expect(failure { () throws(ClientError) in try Admin(cluster).forceTerminateTransaction("x") } == message)
    }

    // MARK: DescribeProducers

    private static func producers(_ request: DescribeProducersRequest, _ error: (TopicPartition) -> ErrorCode = { _ in .none }) -> DescribeProducersResponse {
        var response = DescribeProducersResponse()
        response.topics = request.topics.map { topic in
            var answer = DescribeProducersResponse.TopicResponse()
            answer.name = topic.name
            answer.partitions = topic.partitionIndexes.map { index in
                var partition = DescribeProducersResponse.TopicResponse.PartitionResponse()
                partition.partitionIndex = index
                partition.errorCode = error(TopicPartition(topic.name, index))
                var producer = DescribeProducersResponse.TopicResponse.PartitionResponse.ProducerState()
                (producer.producerId, producer.producerEpoch, producer.lastSequence, producer.lastTimestamp) = (Int64(index), 2, 5, 77)
                (producer.coordinatorEpoch, producer.currentTxnStartOffset) = index == 0 ? (-1, 10) : (4, -1)
                partition.activeProducers = [producer]
                return partition
            }
            return answer
        }
        return response
    }

    @Test func leadersAreAskedForTheirProducers() throws {
        let cluster = try cluster { _, request, _ in (request as? DescribeProducersRequest).map { Self.producers($0) } }
        let results = try Admin(cluster).describeProducers([t0, t1])
        let open = ProducerState(
            producerId: 0, producerEpoch: 2, lastSequence: 5, lastTimestamp: 77, coordinatorEpoch: nil, currentTransactionStartOffset: 10)
        #expect(try results[t0]?.get() == [open])
        #expect(try results[t1]?.get().map(\.coordinatorEpoch) == [4] && results[t1]?.get().map(\.currentTransactionStartOffset) == [nil])
        #expect(Set(cluster.served.filter { $0.key == .describeProducers }.map(\.address)) == ["a:1", "b:2"])
    }

    @Test func oneReplicaCanBeAskedForAll() throws {
        let cluster = try cluster { _, request, _ in
            (request as? DescribeProducersRequest).map { request in Self.producers(request) { $0 == self.t0 ? .notLeaderOrFollower : .none } }
        }
        let results = try Admin(cluster).describeProducers([t0, t1], broker: 2)
        // Whoever names a broker is not sent to another.
        #expect(
            failure { () throws(ClientError) in try results[t0]?.get() } == "Failed to describe active producers for partition t-0 on brokerId 2")
        #expect(try results[t1]?.get().count == 1)
        let served = cluster.served.filter { $0.key == .describeProducers }
        #expect(served.map(\.address) == ["b:2"])
        #expect((served.first?.request as? DescribeProducersRequest)?.topics.map(\.partitionIndexes) == [[0, 1]])
    }

    @Test func aBrokerThatIsNotThereIsNamedAtOnce() throws {
        let cluster = try cluster { _, _, _ in nil }
        let began = cluster.now
        let text = failure { () throws(ClientError) in try Admin(cluster).describeProducers([t0], broker: 7) }
        #expect(text == "Timed out waiting for a node assignment. Call: describeProducers(api=DESCRIBE_PRODUCERS)")
        #expect(cluster.now - began < 1_000)
    }

    @Test func movedLeadersAreFollowed() throws {
        var asked = 0
        let cluster = try cluster { _, request, _ in
            guard let request = request as? DescribeProducersRequest else { return nil }
            asked += 1
            return Self.producers(request) { _ in asked == 1 ? .notLeaderOrFollower : asked == 2 ? .unknownTopicOrPartition : .none }
        }
        #expect(try Admin(cluster).describeProducers([t0])[t0]?.get().count == 1)
        #expect(asked == 3)
    }

    @Test(arguments: [
        (ErrorCode.topicAuthorizationFailed, "Failed to describe active producers for partition t-0 due to authorization failure on topic `t`"),
        (
            .invalidTopicException,
            "Failed to fetch metadata for partition t-0 due to invalid topic error: The request attempted to perform an operation on an "
                + "invalid topic."
        ),
        (.kafkaStorageError, "Failed to describe active producers for partition t-0 due to unexpected error"),
    ])
    func failedProducersHaveJavasTexts(code: ErrorCode, message: String) throws {
        let cluster = try cluster { _, request, _ in (request as? DescribeProducersRequest).map { request in Self.producers(request) { _ in code } } }
        let results = try Admin(cluster).describeProducers([t0])
        #expect(failure { () throws(ClientError) in try results[t0]?.get() } == message)
    }

    @Test func aTopicThatIsNotThereIsGivenUpSoon() throws {
        let cluster = try cluster { _, request, _ in
            guard request is MetadataRequest else { return nil }
            var response = metadata([1: "a:1", 2: "b:2"], topics: ["t": []])
            response.topics[0].errorCode = .unknownTopicOrPartition
            return response
        }
        let began = cluster.now
        let results = try Admin(cluster).describeProducers([t0])
        #expect(failure { () throws(ClientError) in try results[t0]?.get() } == "This server does not host this topic-partition.")
        #expect(cluster.now - began < 3_000)
    }

    // MARK: WriteTxnMarkers

    private var spec: AbortTransactionSpec { AbortTransactionSpec(partition: t1, producerId: 5, producerEpoch: 3, coordinatorEpoch: 4) }

    private static func marked(_ request: WriteTxnMarkersRequest, _ error: ErrorCode) -> WriteTxnMarkersResponse {
        var response = WriteTxnMarkersResponse()
        response.markers = request.markers.map { marker in
            var answer = WriteTxnMarkersResponse.WritableTxnMarkerResult()
            answer.producerId = marker.producerId
            answer.topics = marker.topics.map { topic in
                var result = WriteTxnMarkersResponse.WritableTxnMarkerResult.WritableTxnMarkerTopicResult()
                result.name = topic.name
                result.partitions = topic.partitionIndexes.map { index in
                    var partition = WriteTxnMarkersResponse.WritableTxnMarkerResult.WritableTxnMarkerTopicResult.WritableTxnMarkerPartitionResult()
                    (partition.partitionIndex, partition.errorCode) = (index, error)
                    return partition
                }
                return result
            }
            return answer
        }
        return response
    }

    @Test(arguments: [ErrorCode.notLeaderOrFollower, .replicaNotAvailable, .brokerNotAvailable, .unknownTopicOrPartition])
    func theLeaderWritesTheMarker(passing: ErrorCode) throws {
        var asked = 0
        let cluster = try cluster { _, request, _ in
            guard let request = request as? WriteTxnMarkersRequest else { return nil }
            asked += 1
            return Self.marked(request, asked == 1 ? passing : .none)
        }
        try Admin(cluster).abortTransaction(spec)
        let served = cluster.served.filter { $0.key == .writeTxnMarkers }
        #expect(served.map(\.address) == ["b:2", "b:2"])
        let marker = try #require((served.first?.request as? WriteTxnMarkersRequest)?.markers.first)
        #expect(marker.producerId == 5 && marker.producerEpoch == 3 && marker.coordinatorEpoch == 4 && !marker.transactionResult)
        #expect(marker.topics.map(\.name) == ["t"] && marker.topics.map(\.partitionIndexes) == [[1]])
    }

    @Test(arguments: [
        (ErrorCode.clusterAuthorizationFailed, "failed due to cluster authorization error"),
        (.invalidProducerEpoch, "failed due an invalid producer epoch"),
        (.transactionCoordinatorFenced, "failed since the provided coordinator epoch 4 has been fenced by the active coordinator"),
        (.kafkaStorageError, "failed due to unexpected error: Disk error when trying to access log file on the disk."),
    ])
    func aRefusedMarkerHasJavasText(code: ErrorCode, ending: String) throws {
        let cluster = try cluster { _, request, _ in (request as? WriteTxnMarkersRequest).map { Self.marked($0, code) } }
        #expect(
            failure { () throws(ClientError) in try Admin(cluster).abortTransaction(spec) }
                == "WriteTxnMarkers request with AbortTransactionSpec(topicPartition=t-1, producerId=5, producerEpoch=3, coordinatorEpoch=4) \(ending)")
    }

    @Test func anAnswerAboutAnotherProducerIsAFailure() throws {
        let cluster = try cluster { _, request, _ in
            guard var request = request as? WriteTxnMarkersRequest else { return nil }
            request.markers[0].producerId = 6
            return Self.marked(request, .none)
        }
        #expect(failure { () throws(ClientError) in try Admin(cluster).abortTransaction(spec) }?.contains("producerId 5") == true)
    }
}
