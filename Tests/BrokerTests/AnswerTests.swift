import Broker
import KafkaProtocol
import Testing

/// Answers to requests that are valid and unusual, as Kafka 4.3.1 gives them. `Tests/Integration/test_answers.py` plays the like against both.
@Suite struct AnswerTests {
    private typealias FetchRow = FetchResponse.FetchableTopicResponse.PartitionData

    private func driver(partitions: Int32 = 2, configs: [(String, String?)] = []) throws -> BrokerDriver {
        let driver = try BrokerDriver()
        #expect(try driver.create("t", partitions: partitions, configs: configs)?.errorCode == ErrorCode.none)
        return driver
    }

    private func batch(_ driver: BrokerDriver, producerId: Int64 = -1, sequence: Int32 = -1, timestamp: Int64 = 900_000) -> Bytes {
        let builder = RecordBatchBuilder(producerId: producerId, producerEpoch: producerId < 0 ? -1 : 0, baseSequence: sequence)
        builder.append(timestamp: timestamp, key: nil, value: [120])
        return builder.build()
    }

    private func produce(
        _ driver: BrokerDriver, _ records: Bytes, partition: Int32 = 0, version: Int16 = 9
    ) throws -> ProduceResponse.TopicProduceResponse.PartitionProduceResponse {
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.index = partition
        data.records = .bytes(records)
        var row = ProduceRequest.TopicProduceData()
        row.name = "t"
        row.partitionData = [data]
        var request = ProduceRequest()
        request.transactionalId = nil
        request.acks = -1
        request.topicData = [row]
        return try #require(try driver.send(request, version: version).responses.first?.partitionResponses.first)
    }

    // MARK: Produce

    @Test func aDuplicateIsToldTheTimeOfTheFirst() throws {
        let driver = try driver()
        #expect(try produce(driver, batch(driver, producerId: 5, sequence: 0)).logAppendTimeMs == -1)
        let duplicate = try produce(driver, batch(driver, producerId: 5, sequence: 0))
        #expect(duplicate.errorCode == .none && duplicate.baseOffset == 0 && duplicate.logAppendTimeMs == 900_000 && duplicate.logStartOffset == 0)
    }

    @Test func aRefusalByTheLogTellsWhereTheLogBegins() throws {
        let driver = try driver()
        _ = try produce(driver, batch(driver, producerId: 5, sequence: 0))
        let gap = try produce(driver, batch(driver, producerId: 5, sequence: 7))
        #expect(gap.errorCode == .outOfOrderSequenceNumber && gap.logStartOffset == 0 && gap.baseOffset == -1 && gap.errorMessage == nil)
        let future = try produce(driver, batch(driver, timestamp: driver.now + 9_000_000))
        #expect(future.errorCode == .invalidTimestamp && future.logStartOffset == 0)
        #expect(future.errorMessage == "One or more records have been rejected due to invalid timestamp")
    }

    @Test func aRefusalOfWhatIsNoLogsDoesNot() throws {
        let driver = try driver()
        let good = batch(driver)
        var corrupt = good.array
        corrupt[corrupt.count - 1] ^= 1
        var older = good.array
        older[16] = 1
        let cases: [([UInt8], ErrorCode)] = [
            (corrupt, .corruptMessage), (older, .invalidRecord), ([], .invalidRecord), (good.array + good.array, .invalidRecord),
            (Array(good.array.dropLast()), .invalidRecord),
        ]
        for (bytes, code) in cases {
            let answer = try produce(driver, Bytes(bytes))
            #expect(answer.errorCode == code && answer.logStartOffset == -1 && answer.errorMessage == nil)
        }
    }

    // MARK: Fetch

    private func fetch(
        _ driver: BrokerDriver, _ asked: [(partition: Int32, offset: Int64, maxBytes: Int32)], version: Int16 = 12,
        _ change: (inout FetchRequest) -> Void = { _ in }
    ) throws -> FetchResponse {
        var request = FetchRequest()
        request.replicaId = -1
        request.minBytes = 1
        request.maxBytes = 1 << 20
        request.sessionEpoch = -1
        var topic = FetchRequest.FetchTopic()
        topic.topic = "t"
        topic.partitions = asked.map { row in
            var partition = FetchRequest.FetchTopic.FetchPartition()
            partition.partition = row.partition
            partition.fetchOffset = row.offset
            partition.partitionMaxBytes = row.maxBytes
            return partition
        }
        request.topics = [topic]
        change(&request)
        return try driver.send(request, version: version)
    }

    private func rows(_ response: FetchResponse) -> [FetchRow] { response.responses.flatMap(\.partitions) }

    @Test func onlyReadersOfCommittedRecordsAreToldOfAbortedTransactions() throws {
        let driver = try driver()
        _ = try produce(driver, batch(driver))
        #expect(rows(try fetch(driver, [(0, 0, 1000)])).map(\.abortedTransactions?.count) == [nil])
        #expect(rows(try fetch(driver, [(0, 0, 1000)]) { $0.isolationLevel = 1 }).map(\.abortedTransactions?.count) == [0])
        #expect(rows(try fetch(driver, [(0, 9, 1000), (9, 0, 1000)]) { $0.isolationLevel = 1 }).map(\.abortedTransactions?.count) == [nil, 0])
    }

    @Test func anIsolationLevelThatDoesNotExistFailsTheRequest() throws {
        let driver = try driver()
        _ = try produce(driver, batch(driver))
        let older = try fetch(driver, [(0, 0, 1000), (9, 0, 1000)]) { $0.isolationLevel = 9 }
        #expect(older.errorCode == .unknownServerError && rows(older).map(\.errorCode) == [.unknownServerError, .unknownServerError])
        #expect(rows(older).allSatisfy { $0.highWatermark == -1 })
        #expect(rows(try fetch(driver, [(9, 0, 1000)]) { $0.isolationLevel = 9 }).map(\.errorCode) == [.unknownTopicOrPartition])
    }

    @Test func aNegativeLimitIsAnErrorOfThePartitionThatIsReadFirst() throws {
        let driver = try driver()
        for partition: Int32 in [0, 1] { _ = try produce(driver, batch(driver), partition: partition) }
        let negative = rows(try fetch(driver, [(0, 0, 1000), (1, 0, 1000)]) { $0.maxBytes = -1 })
        #expect(negative.map(\.errorCode) == [.unknownServerError, .none])
        #expect(negative[0].highWatermark == -1 && negative[1].highWatermark == 1 && (negative[1].records?.count ?? 0) > 0)
        #expect(rows(try fetch(driver, [(0, 0, -1), (1, 1, -1)])).map(\.errorCode) == [.unknownServerError, .none])
    }

    @Test func aPartitionNamedTwiceIsReadOnceAsItWasAskedLast() throws {
        let driver = try driver()
        _ = try produce(driver, batch(driver))
        _ = try produce(driver, batch(driver))
        for epoch: Int32 in [-1, 0] {
            let read = rows(try fetch(driver, [(0, 0, 1000), (1, 0, 1000), (0, 1, 1000)]) { $0.sessionEpoch = epoch })
            #expect(read.map(\.partitionIndex) == [0, 1])
            #expect(read.first?.records?.count == batch(driver).count, "one batch, not both")
        }
    }

    @Test func sessionsHaveTwoEpochsThatBeginOrEndThem() throws {
        let driver = try driver()
        #expect(try fetch(driver, [(0, 0, 1000)]) { $0.sessionEpoch = -2 }.errorCode == .fetchSessionIdNotFound)
    }

    @Test func aSessionThatHasLostItsLastPartitionEnds() throws {
        let driver = try driver()
        let id = try fetch(driver, [(0, 0, 1000)]) { $0.sessionEpoch = 0 }.sessionId
        #expect(id > 0)
        let last = try fetch(driver, []) {
            ($0.sessionId, $0.sessionEpoch) = (id, 1)
            $0.topics = []
            var forgotten = FetchRequest.ForgottenTopic()
            forgotten.topic = "t"
            forgotten.partitions = [0]
            $0.forgottenTopicsData = [forgotten]
        }
        #expect(last.errorCode == .none && last.sessionId == 0)
        #expect(try fetch(driver, []) { ($0.sessionId, $0.sessionEpoch) = (id, 2) }.errorCode == .fetchSessionIdNotFound)
    }

    @Test func aTopicIdOfZeroIsUnknown() throws {
        let driver = try driver()
        #expect(rows(try fetch(driver, [(0, 0, 1000)], version: 13)).map(\.errorCode) == [.unknownTopicId])
    }

    @Test func followersAreRefusedPartitionByPartition() throws {
        let driver = try driver()
        let answer = try fetch(driver, [(0, 0, 1000), (9, 0, 1000)]) { $0.replicaId = 5 }
        #expect(answer.errorCode == .none && rows(answer).map(\.errorCode) == [.notLeaderOrFollower, .unknownTopicOrPartition])
    }

    @Test func aPartitionThatIsMissingDoesNotCutTheWaitForTheOthersShort() throws {
        let driver = try driver()
        #expect(throws: BrokerDriver.Failure.self) { try fetch(driver, [(0, 0, 1000), (9, 0, 1000)]) { $0.maxWaitMs = 500 } }
        #expect(rows(try fetch(driver, [(9, 0, 1000)]) { $0.maxWaitMs = 500 }).map(\.errorCode) == [.unknownTopicOrPartition])
    }

    // MARK: ListOffsets

    private func listOffsets(
        _ driver: BrokerDriver, _ topics: [[(Int32, Int64)]], isolationLevel: Int8 = 0, version: Int16 = 6
    ) throws -> [[ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse]] {
        var request = ListOffsetsRequest()
        request.isolationLevel = isolationLevel
        request.topics = topics.map { asked in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = "t"
            topic.partitions = asked.map { partition, timestamp in
                var row = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition()
                row.partitionIndex = partition
                row.timestamp = timestamp
                return row
            }
            return topic
        }
        return try driver.send(request, version: version).topics.map(\.partitions)
    }

    @Test func offsetsOfAPartitionNamedTwiceAreRefusedOnce() throws {
        let driver = try driver()
        for topics: [[(Int32, Int64)]] in [[[(0, -1), (0, -2), (1, -1)]], [[(0, -1)], [(0, -2), (1, -1)]]] {
            let answer = try listOffsets(driver, topics)
            #expect(answer.count == 1 && answer[0].map(\.partitionIndex) == [0, 1] && answer[0].map(\.errorCode) == [.invalidRequest, .none])
        }
    }

    @Test func offsetsOfAnIsolationLevelThatDoesNotExistAreRefused() throws {
        let driver = try driver()
        for level: Int8 in [9, 2, -1] {
            let answer = try listOffsets(driver, [[(0, -1), (7, -1)]], isolationLevel: level)
            #expect(answer[0].map(\.errorCode) == [.unknownServerError, .unknownServerError] && answer[0].map(\.offset) == [-1, -1])
        }
    }

    @Test func aTimestampOfALaterVersionIsRefusedBeforeThePartitionIsLookedUp() throws {
        #expect(try listOffsets(try driver(), [[(7, -4)]])[0].map(\.errorCode) == [.unsupportedVersion])
    }

    // MARK: InitProducerId

    @Test func aProducerTellsItsIdAndEpochOrNeither() throws {
        let driver = try driver()
        func answer(_ id: Int64, _ epoch: Int16) throws -> InitProducerIdResponse {
            var request = InitProducerIdRequest()
            request.transactionalId = nil
            request.producerId = id
            request.producerEpoch = epoch
            return try driver.send(request, version: 5)
        }
        for (id, epoch) in [(5, -1), (-1, 5), (-5, -1), (-1, -5)] as [(Int64, Int16)] {
            let refused = try answer(id, epoch)
            #expect(refused.errorCode == .invalidRequest && refused.producerId == -1 && refused.producerEpoch == -1)
        }
        for (id, epoch) in [(-1, -1), (5, 5), (-5, -5)] as [(Int64, Int16)] { #expect(try answer(id, epoch).errorCode == ErrorCode.none) }
    }

    @Test func theUnstableVersionOfInitProducerIdIsNotServed() throws {
        let driver = try driver()
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        #expect(throws: BrokerDriver.Failure.self) { try driver.send(request, version: 6) }
    }

    // MARK: ACLs

    @Test(arguments: [1, 2, 3] as [Int16])
    func accessControlIsAnsweredAsWithoutAnAuthorizer(version: Int16) throws {
        let driver = try driver()
        var describe = DescribeAclsRequest()
        (describe.resourceTypeFilter, describe.patternTypeFilter, describe.operation, describe.permissionType) = (1, 1, 1, 1)
        let described = try driver.send(describe, version: version)
        #expect(described.errorCode == .securityDisabled && described.errorMessage == "No Authorizer is configured on the broker")
        var acl = CreateAclsRequest.AclCreation()
        (acl.resourceType, acl.resourcePatternType, acl.operation, acl.permissionType) = (2, 3, 99, -3)
        var create = CreateAclsRequest()
        create.creations = [acl, acl]
        let created = try driver.send(create, version: version).results
        #expect(created.map(\.errorCode) == [.securityDisabled, .securityDisabled])
        #expect(created.map(\.errorMessage) == ["No Authorizer is configured.", "No Authorizer is configured."])
        var filter = DeleteAclsRequest.DeleteAclsFilter()
        (filter.resourceTypeFilter, filter.patternTypeFilter, filter.operation, filter.permissionType) = (1, 1, 1, 1)
        var delete = DeleteAclsRequest()
        delete.filters = [filter]
        let deleted = try driver.send(delete, version: version).filterResults
        #expect(deleted.map(\.errorCode) == [.securityDisabled] && deleted.map(\.errorMessage) == ["No Authorizer is configured."])

        describe.operation = 0
        #expect(throws: BrokerDriver.Failure.self) { try driver.send(describe, version: version) }
        create.creations[1].resourceType = 0
        #expect(throws: BrokerDriver.Failure.self) { try driver.send(create, version: version) }
        delete.filters[0].patternTypeFilter = 0
        #expect(throws: BrokerDriver.Failure.self) { try driver.send(delete, version: version) }
    }
}
