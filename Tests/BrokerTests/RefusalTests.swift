import Broker
import KafkaProtocol
import LogStorage
import Simulation
import Testing
import Vocabulary

/// A request that fails as a whole is answered for everything that it asked.
@Suite struct RefusalTests {
    /// A broker whose metadata log cannot be written any more.
    private func brokenDriver() throws -> BrokerDriver {
        let disk = SimulatedDisk()
        let driver = try BrokerDriver(mounted: disk)
        for name in ["a", "b"] { #expect(try driver.create(name)?.errorCode == ErrorCode.none) }
        #expect(try driver.send(FindCoordinatorRequest(), version: 2).errorCode == ErrorCode.none)
        disk.faults.room = 0
        return driver
    }

    @Test func topicsThatTheControllerCannotMakeAreEachRefused() throws {
        let driver = try brokenDriver()
        var request = CreateTopicsRequest()
        request.topics = ["x", "y"].map { name in
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            (topic.numPartitions, topic.replicationFactor) = (1, 1)
            return topic
        }
        for version in CreateTopicsRequest.versions {
            let rows = try driver.send(request, version: version).topics
            #expect(rows.map(\.name) == ["x", "y"] && rows.allSatisfy { $0.errorCode == .kafkaStorageError }, "version \(version)")
        }
    }

    @Test func topicsThatTheControllerCannotDeleteAreEachRefused() throws {
        let driver = try brokenDriver()
        var request = DeleteTopicsRequest()
        request.topicNames = ["a", "b"]
        let rows = try driver.send(request, version: 5).responses
        #expect(rows.map(\.name) == ["a", "b"] && rows.allSatisfy { $0.errorCode == .kafkaStorageError })
        request.topics = ["b", "a"].map { name in
            var topic = DeleteTopicsRequest.DeleteTopicState()
            topic.name = name
            return topic
        }
        let newRows = try driver.send(request, version: 6).responses
        #expect(newRows.map(\.name) == ["b", "a"] && newRows.allSatisfy { $0.errorCode == .kafkaStorageError })
    }

    @Test func partitionsAndConfigurationsThatTheControllerCannotChangeAreEachRefused() throws {
        let driver = try brokenDriver()
        var partitions = CreatePartitionsRequest()
        var incremental = IncrementalAlterConfigsRequest()
        for name in ["a", "b"] {
            var topic = CreatePartitionsRequest.CreatePartitionsTopic()
            (topic.name, topic.count, topic.assignments) = (name, 3, nil)
            partitions.topics.append(topic)
            var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
            (resource.resourceType, resource.resourceName) = (2, name)
            resource.configs = [.init()]
            (resource.configs[0].name, resource.configs[0].value) = ("retention.ms", "1000")
            incremental.resources.append(resource)
        }
        let added = try driver.send(partitions).results
        #expect(added.map(\.name) == ["a", "b"] && added.allSatisfy { $0.errorCode == .kafkaStorageError })
        let changed = try driver.send(incremental).responses
        #expect(changed.map(\.resourceName) == ["a", "b"] && changed.allSatisfy { $0.errorCode == .kafkaStorageError && $0.resourceType == 2 })
    }

    @Test func offsetsThatCannotBeWrittenAreEachRefused() throws {
        let driver = try brokenDriver()
        var request = OffsetCommitRequest()
        request.groupId = "g"
        request.topics = ["a", "gone", "b"].map { name in
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = name
            topic.partitions = [.init()]
            return topic
        }
        for version in OffsetCommitRequest.versions.lowerBound...9 {
            let topics = try driver.send(request, version: version).topics
            #expect(topics.map(\.name) == ["a", "gone", "b"] && topics.allSatisfy { $0.partitions.count == 1 }, "version \(version)")
            #expect(topics.map { $0.partitions.first?.errorCode } == [.notCoordinator, .unknownTopicOrPartition, .notCoordinator], "version \(version)")
        }
    }

    @Test func aGroupWhoseRecordsCannotBeWrittenTellsItsMembers() throws {
        let driver = try brokenDriver()
        var join = JoinGroupRequest()
        (join.groupId, join.protocolType, join.sessionTimeoutMs, join.rebalanceTimeoutMs) = ("g", "consumer", 10_000, 10_000)
        join.protocols = [.init()]
        for version in JoinGroupRequest.versions {
            let response = try driver.send(join, version: version)
            #expect(response.errorCode == .notCoordinator && response.generationId == -1, "version \(version)")
            #expect(response.protocolName == (version >= 7 ? nil : ""), "version \(version)")
        }
        var heartbeat = ConsumerGroupHeartbeatRequest()
        (heartbeat.groupId, heartbeat.memberId, heartbeat.rebalanceTimeoutMs) = ("c", "m", 1_000)
        (heartbeat.subscribedTopicNames, heartbeat.topicPartitions) = (["a"], [])
        #expect(try driver.send(heartbeat).errorCode == .notCoordinator)
    }

    /// Without `__consumer_offsets` there is no coordinator.
    @Test func everyGroupThatHasNoCoordinatorHereIsNamed() throws {
        let driver = try BrokerDriver()
        var describe = DescribeGroupsRequest()
        describe.groups = ["g", "h"]
        #expect(try driver.send(describe).groups.map(\.errorCode) == [.notCoordinator, .notCoordinator])
        var offsets = OffsetFetchRequest()
        offsets.groupId = "g"
        offsets.topics = [.init()]
        offsets.topics?[0].name = "a"
        offsets.topics?[0].partitionIndexes = [0, 1]
        let old = try driver.send(offsets, version: 1).topics.first?.partitions
        #expect(old?.map(\.partitionIndex) == [0, 1] && old?.allSatisfy { $0.errorCode == .notCoordinator && $0.committedOffset == -1 } == true)
        #expect(try driver.send(offsets, version: 7).errorCode == .notCoordinator)
        offsets.groups = ["g", "h"].map { id in
            var group = OffsetFetchRequest.OffsetFetchRequestGroup()
            group.groupId = id
            return group
        }
        #expect(try driver.send(offsets, version: 9).groups.map(\.errorCode) == [.notCoordinator, .notCoordinator])
    }

    @Test func aProduceThatWantsNoAnswerEndsItsConnectionWhenItFails() throws {
        var request = ProduceRequest()
        request.transactionalId = "t"
        let driver = try BrokerDriver()
        #expect(throws: BrokerDriver.Failure.self) { try driver.send(request, version: 9) }
    }
}
