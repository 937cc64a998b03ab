import Broker
import KafkaProtocol
import Testing

/// Topics named twice, without partitions, by ids that a version does not know, and other things that Kafka 4.3.1 has an answer to.
@Suite struct NamedTwiceTests {
    private func driver() throws -> BrokerDriver {
        let driver = try BrokerDriver()
        #expect(try driver.create("t", partitions: 2)?.errorCode == ErrorCode.none)
        #expect(try driver.send(FindCoordinatorRequest(), version: 2).errorCode == ErrorCode.none)
        return driver
    }

    @Test func recordsOfAPartitionNamedTwiceAreDeletedOnce() throws {
        let driver = try driver()
        func topic(_ name: String, _ asked: [(Int32, Int64)]) -> DeleteRecordsRequest.DeleteRecordsTopic {
            var topic = DeleteRecordsRequest.DeleteRecordsTopic()
            topic.name = name
            topic.partitions = asked.map { index, offset in
                var row = DeleteRecordsRequest.DeleteRecordsTopic.DeleteRecordsPartition()
                row.partitionIndex = index
                row.offset = offset
                return row
            }
            return topic
        }
        var request = DeleteRecordsRequest()
        request.topics = [topic("t", [(0, 99), (7, 0)]), topic("none", []), topic("t", [(0, 0), (1, 0)])]
        let answer = try driver.send(request).topics
        #expect(answer.map(\.name) == ["t"])
        #expect(answer.first?.partitions.map(\.partitionIndex) == [0, 7, 1], "where each was named first")
        #expect(answer.first?.partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition, .none], "as it was asked last")
    }

    private func commit(_ driver: BrokerDriver, _ topics: [(String, [Int32])]) throws -> [OffsetCommitResponse.OffsetCommitResponseTopic] {
        var request = OffsetCommitRequest()
        request.groupId = "g"
        request.topics = topics.map { name, partitions in
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = name
            topic.partitions = partitions.map { index in
                var row = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
                row.partitionIndex = index
                return row
            }
            return topic
        }
        return try driver.send(request, version: 8).topics
    }

    @Test func offsetsOfATopicNamedTwiceAreAnsweredInOneRowIfAnyIsRefused() throws {
        let driver = try driver()
        let refused = try commit(driver, [("t", [7]), ("t", [0]), ("t", []), ("none", [])])
        #expect(refused.map(\.name) == ["t", "none"] && refused[0].partitions.map(\.errorCode) == [.unknownTopicOrPartition, .none])
        #expect(try commit(driver, [("t", [0]), ("t", [1])]).map(\.partitions.count) == [1, 1])
        #expect(try commit(driver, [("t", [])]).isEmpty)
    }

    @Test func offsetsOfATopicNamedTwiceAreDeletedAlike() throws {
        let driver = try driver()
        _ = try commit(driver, [("t", [0, 1])])
        func delete(_ topics: [(String, [Int32])]) throws -> [OffsetDeleteResponse.OffsetDeleteResponseTopic] {
            var request = OffsetDeleteRequest()
            request.groupId = "g"
            request.topics = topics.map { name, partitions in
                var topic = OffsetDeleteRequest.OffsetDeleteRequestTopic()
                topic.name = name
                topic.partitions = partitions.map { index in
                    var row = OffsetDeleteRequest.OffsetDeleteRequestTopic.OffsetDeleteRequestPartition()
                    row.partitionIndex = index
                    return row
                }
                return topic
            }
            return try driver.send(request).topics
        }
        let refused = try delete([("t", [0]), ("t", [7]), ("t", []), ("none", [])])
        #expect(refused.map(\.name) == ["t", "none"] && refused[0].partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition])
        #expect(try delete([("t", [0]), ("t", [1])]).map(\.partitions.count) == [1, 1])
        #expect(try delete([("t", [])]).isEmpty)
    }

    @Test func oneAmongSeveralCoordinatorsIsRefusedWithoutWords() throws {
        let driver = try driver()
        var request = FindCoordinatorRequest()
        request.coordinatorKeys = ["a"]
        for (kind, message) in [(2, ""), (9, ErrorCode.invalidRequest.message)] as [(Int8, String)] {
            request.keyType = kind
            let row = try driver.send(request, version: 5).coordinators.first
            #expect(row?.errorCode == .invalidRequest && row?.errorMessage == message)
        }
    }

    @Test func versionsOfMetadataThatCannotLookUpIdsRefuseThem() throws {
        let driver = try driver()
        var topic = MetadataRequest.MetadataRequestTopic()
        topic.name = "t"
        topic.topicId = Uuid(high: 1, low: 2)
        var request = MetadataRequest()
        request.topics = [topic, topic]
        let answer = try driver.send(request, version: 11)
        #expect(answer.topics.map(\.errorCode) == [.invalidRequest, .invalidRequest] && answer.topics.map(\.topicId) == [topic.topicId, topic.topicId])
        #expect(answer.brokers.isEmpty && answer.clusterId == nil && answer.controllerId == -1)
    }

    @Test func aCursorOutsideTheTopicsAskedForRefusesEachOfThem() throws {
        let driver = try driver()
        var request = DescribeTopicPartitionsRequest()
        request.topics = ["t", "a", "t"].map { name in
            var topic = DescribeTopicPartitionsRequest.TopicRequest()
            topic.name = name
            return topic
        }
        var cursor = DescribeTopicPartitionsRequest.Cursor()
        cursor.topicName = "other"
        request.cursor = cursor
        let rows = try driver.send(request).topics
        #expect(rows.map(\.name) == ["t", "a", "t"] && rows.allSatisfy { $0.errorCode == .invalidRequest })
    }

    @Test func aLeaderEpochIsUnknownOnlyAsMinusOne() throws {
        let driver = try driver()
        func answer(current: Int32, asked: Int32) throws -> OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult.EpochEndOffset? {
            var row = OffsetForLeaderEpochRequest.OffsetForLeaderTopic.OffsetForLeaderPartition()
            row.currentLeaderEpoch = current
            row.leaderEpoch = asked
            var topic = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
            topic.topic = "t"
            topic.partitions = [row]
            var request = OffsetForLeaderEpochRequest()
            request.topics = [topic]
            return try driver.send(request).topics.first?.partitions.first
        }
        #expect(try answer(current: -2, asked: 0)?.errorCode == .fencedLeaderEpoch)
        let unknown = try answer(current: -1, asked: -1)
        #expect(unknown?.leaderEpoch == -1 && unknown?.endOffset == -1)
        let before = try answer(current: -1, asked: -2)
        #expect(before?.leaderEpoch == -2 && before?.endOffset == 0, "where the first epoch begins")
    }

    @Test func aKindOfConfigurationThatDoesNotExistRefusesAllThatIsAskedFor() throws {
        let driver = try driver()
        var request = DescribeConfigsRequest()
        request.resources = ([(2, "t"), (99, "x"), (99, "x")] as [(Int8, String)]).map { type, name in
            var resource = DescribeConfigsRequest.DescribeConfigsResource()
            resource.resourceType = type
            resource.resourceName = name
            return resource
        }
        let results = try driver.send(request).results
        #expect(results.map(\.resourceName) == ["t", "x", "x"])
        #expect(results.allSatisfy { $0.errorCode == .invalidRequest && $0.errorMessage == ErrorCode.invalidRequest.message && $0.configs.isEmpty })
    }
}
