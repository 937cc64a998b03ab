import KafkaProtocol
import Testing

@testable import Coordination

extension GroupDriver {
    /// Gives the shard a cluster with these topics.
    func topics(_ counts: [String: Int32]) {
        var fold = MetadataFold()
        var offset = shard.image.offset
        func write(_ record: MetadataRecord) {
            offset += 1
            try? fold.replay(record, offset: offset)
        }
        for topic in counts.sorted(by: { $0.key < $1.key }) {
            let id = Uuid(high: 7, low: UInt64(topic.key.utf8.reduce(0) { $0 &* 31 + Int($1) }))
            var record = TopicRecord()
            record.name = topic.key
            record.topicId = id
            write(MetadataRecord(record))
            for partition in 0..<topic.value {
                var record = PartitionRecord()
                record.partitionId = partition
                record.topicId = id
                record.replicas = [1]
                record.isr = [1]
                record.leader = 1
                write(MetadataRecord(record))
            }
        }
        shard.image = fold.image
    }

    /// A heartbeat of the consumer protocol about one topic: `owned` are the partitions of it that the member says it has.
    func beat(
        _ group: String, _ member: String, _ epoch: Int32, owned: [Int32]? = nil, topics: [String]? = nil, topic: String = "t", instance: String? = nil,
        regex: String? = nil, rebalance: Int32 = 30_000
    ) -> ConsumerGroupHeartbeatResponse {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = group
        request.memberId = member
        request.memberEpoch = epoch
        request.instanceId = instance
        request.subscribedTopicNames = topics ?? (epoch == 0 && regex == nil ? [topic] : nil)
        request.subscribedTopicRegex = regex
        if epoch == 0 { request.rebalanceTimeoutMs = rebalance }
        if let owned = owned ?? (epoch == 0 ? [] : nil) {
            request.topicPartitions = owned.isEmpty ? [] : [.init(shard.image.topic(topic)?.id ?? .zero, owned)]
        }
        let token = UInt64.max - UInt64(replies.count)
        settle(
            shard.consumerHeartbeat(
                request, token: token, context: .init(apiVersion: 1, clientId: "c", clientHost: "/127.0.0.1"), newMemberId: "new", now: now))
        advance(0)
        if case .consumerHeartbeat(let response)? = replies[token] { return response }
        if let response = failure(of: request, token) { return response }
        Issue.record("a heartbeat without an answer")
        return .init()
    }

    func describeConsumers(_ group: String) -> ConsumerGroupDescribeResponse.DescribedGroup { shard.describeConsumerGroup(group) }
}

extension ConsumerGroupHeartbeatRequest.TopicPartitions {
    fileprivate init(_ topicId: Uuid, _ partitions: [Int32]) {
        self.init()
        self.topicId = topicId
        self.partitions = partitions
    }
}

extension ConsumerGroupHeartbeatResponse {
    /// Partitions of all topics, nil when the answer says nothing of them.
    fileprivate var partitions: [Int32]? { assignment?.topicPartitions.flatMap(\.partitions).sorted() }
}

@Suite struct ConsumerGroupTests {
    private func driver(_ configure: (inout GroupConfiguration) -> Void = { _ in }) -> GroupDriver {
        let driver = GroupDriver(configure)
        driver.topics(["t": 4])
        return driver
    }

    @Test func aSecondMemberGetsWhatTheFirstHasGivenUp() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        #expect(driver.beat("g", "a", 0).partitions == [0, 1, 2, 3])
        #expect(driver.beat("g", "b", 0).partitions == [])
        #expect(driver.describeConsumers("g").groupState == "Reconciling")
        #expect(driver.beat("g", "a", 2, owned: [0, 1, 2, 3]).partitions == [0, 1])
        #expect(driver.beat("g", "b", 3).partitions == nil)
        let done = driver.beat("g", "a", 2, owned: [0, 1])
        #expect(done.memberEpoch == 3)
        #expect(driver.beat("g", "b", 3).partitions == [2, 3])
        #expect(driver.describeConsumers("g").groupState == "Stable")
    }

    @Test func theSecondAssignmentWaitsForTheInterval() {
        let driver = driver()
        _ = driver.beat("g", "a", 0)
        let joined = driver.beat("g", "b", 0)
        #expect(joined.memberEpoch == 2 && joined.partitions == [])
        #expect(driver.describeConsumers("g").groupState == "Assigning")
        driver.advance(999)
        #expect(driver.describeConsumers("g").assignmentEpoch == 2)
        driver.advance(1)
        #expect(driver.describeConsumers("g").assignmentEpoch == 3)
    }

    @Test func aMemberThatDoesNotRevokeInTimeIsRemoved() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "slow", 0, rebalance: 5_000)
        _ = driver.beat("g", "b", 0)
        _ = driver.beat("g", "slow", 2, owned: [0, 1, 2, 3])
        driver.advance(4_999)
        #expect(driver.describeConsumers("g").members.count == 2)
        driver.advance(1)
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["b"])
        #expect(driver.beat("g", "slow", 2).errorCode == .unknownMemberId)
        #expect(driver.beat("g", "b", 3).partitions == [0, 1, 2, 3])
    }

    @Test func aSilentMemberIsRemovedAfterItsSession() {
        let driver = driver { $0.consumerSessionTimeoutMs = 10_000 }
        _ = driver.beat("g", "a", 0)
        driver.advance(9_999)
        #expect(driver.beat("g", "a", 2).errorCode == .none)
        driver.advance(10_000)
        #expect(driver.describeConsumers("g").groupState == "Empty")
    }

    @Test func aNewTopicOrPartitionBeginsANewEpoch() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        #expect(driver.beat("g", "a", 0, topics: ["t", "u"]).partitions == [0, 1, 2, 3])
        driver.topics(["t": 6])
        #expect(driver.beat("g", "a", 2).partitions == [0, 1, 2, 3, 4, 5])
        driver.topics(["t": 6, "u": 2])
        #expect(driver.beat("g", "a", 3).partitions == [0, 0, 1, 1, 2, 3, 4, 5])
        // Something else has changed in the cluster.
        driver.topics(["t": 6, "u": 2, "x": 1])
        #expect(driver.beat("g", "a", 4).memberEpoch == 4)
        driver.topics(["t": 6])
        #expect(driver.beat("g", "a", 4, owned: [0, 1, 2, 3, 4, 5]).memberEpoch == 5)
    }

    @Test func aRegularExpressionIsResolvedAgainWhenTopicsChange() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        driver.topics(["orders.eu": 1, "other": 1])
        #expect(driver.beat("g", "a", 0, regex: "orders\\..*").partitions == [0])
        driver.topics(["orders.eu": 1, "orders.us": 2, "other": 1])
        #expect(driver.beat("g", "a", 2).partitions == [0, 0, 1])
        #expect(driver.shard.consumerGroup("g")?.resolvedRegexes == ["orders\\..*": ["orders.eu", "orders.us"]])
        _ = driver.beat("g", "a", -1)
        #expect(driver.shard.consumerGroup("g")?.resolvedRegexes == [:])
        #expect(driver.beat("g", "b", 0, regex: "(").errorCode == .invalidRegularExpression)
    }

    @Test func theLogBringsTheGroupBack() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0, regex: "t|u")
        _ = driver.beat("g", "b", 0, instance: "i")
        _ = driver.beat("g", "a", 2, owned: [0, 1, 2, 3])
        #expect(driver.commit("g", "t", [0: 5], member: "a", generation: 2) == ErrorCode.none)
        var recovered = driver.recovered()
        recovered.image = driver.shard.image
        let before = driver.shard.consumerGroup("g"), after = recovered.consumerGroup("g")
        #expect(before?.members == after?.members)
        #expect(before?.epoch == after?.epoch && before?.metadataHash == after?.metadataHash)
        #expect(before?.targetAssignment == after?.targetAssignment && before?.assignmentEpoch == after?.assignmentEpoch)
        #expect(before?.resolvedRegexes == after?.resolvedRegexes && before?.memberIdByInstance == after?.memberIdByInstance)
        #expect(recovered.classicGroup("g") == nil, "its offsets do not make a classic group of it")
        #expect(recovered.list(states: [], types: ["consumer"]).map(\.groupState) == ["Reconciling"])
        // Sessions begin anew, and end.
        while let next = recovered.nextDeadline, next < driver.now + 600_000 {
            let outcome = recovered.tick(now: next)
            for record in outcome.records { recovered.replay(record, offset: 0) }
            if recovered.consumerGroup("g")?.state == .empty { break }
        }
        #expect(recovered.consumerGroup("g")?.state == .empty)
    }

    @Test func compactionMayLoseTheTombstonesOfAGroupThatIsGone() {
        let driver = driver()
        _ = driver.beat("g", "a", 0)
        _ = driver.beat("g", "a", -1)
        #expect(driver.delete("g") == ErrorCode.none)
        #expect(driver.recovered().groupIds == [])
        var onlyTombstones = GroupShard(configuration: driver.configuration)
        for record in driver.log where record.value == nil { onlyTombstones.replay(record, offset: 0) }
        #expect(onlyTombstones.groupIds == [])
    }

    @Test func nothingHappensWhenTheRecordsCannotBeWritten() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0)
        driver.appendError = .kafkaStorageError
        #expect(driver.beat("g", "b", 0).errorCode == .notCoordinator)
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["a"])
        driver.topics(["t": 5])
        #expect(driver.beat("g", "a", 2).errorCode == .notCoordinator)
        driver.appendError = nil
        #expect(driver.beat("g", "a", 2).partitions == [0, 1, 2, 3, 4], "the change of the topic is noticed again")
    }

    @Test func aMemberWhoseRemovalFailedExpiresLater() {
        let driver = driver { $0.consumerSessionTimeoutMs = 10_000 }
        _ = driver.beat("g", "a", 0)
        driver.appendError = .kafkaStorageError
        driver.advance(10_000)
        driver.appendError = nil
        #expect(driver.describeConsumers("g").members.count == 1)
        driver.advance(10_000)
        #expect(driver.describeConsumers("g").members.isEmpty)
    }

    @Test func offsetsAreCommittedWithTheEpochOfTheirAssignment() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0)
        _ = driver.beat("g", "b", 0)
        _ = driver.beat("g", "a", 2, owned: [0, 1, 2, 3])
        _ = driver.beat("g", "a", 2, owned: [0, 1])
        _ = driver.beat("g", "b", 3)
        let topicId = driver.shard.image.topic("t")?.id ?? .zero
        func commit(_ partition: Int32, member: String, epoch: Int32) -> ErrorCode? {
            driver.commit("g", "t", [partition: 1], member: member, generation: epoch, topicId: topicId)
        }
        #expect(commit(0, member: "a", epoch: 3) == ErrorCode.none)
        #expect(commit(0, member: "a", epoch: 2) == ErrorCode.none, "it has had the partition since epoch 2")
        #expect(commit(2, member: "a", epoch: 2) == .staleMemberEpoch, "it has given the partition up")
        #expect(commit(2, member: "b", epoch: 3) == ErrorCode.none)
        #expect(commit(2, member: "b", epoch: 2) == .staleMemberEpoch)
        #expect(commit(0, member: "a", epoch: 4) == .staleMemberEpoch)
        #expect(commit(0, member: "nobody", epoch: 3) == .unknownMemberId)
        #expect(driver.commit("g", "t", [0: 1], member: "", generation: -1) == .unknownMemberId, "tools may not while there are members")
        #expect(driver.commit("g", "t", [0: 1], member: "a", generation: 3, version: 8) == .unsupportedVersion)
        func fetch(_ member: String, _ epoch: Int32) -> ErrorCode {
            driver.shard.fetchOffsets(group: "g", topics: nil, requireStable: false, member: (member, epoch)).errorCode
        }
        #expect(fetch("a", 3) == .none && fetch("a", 2) == .staleMemberEpoch && fetch("nobody", 3) == .unknownMemberId)
    }

    @Test func oneStalePartitionRefusesTheWholeCommit() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0)
        _ = driver.beat("g", "b", 0)
        _ = driver.beat("g", "a", 2, owned: [0, 1, 2, 3])
        _ = driver.beat("g", "a", 2, owned: [0, 1])
        let topicId = driver.shard.image.topic("t")?.id ?? .zero
        #expect(driver.commit("g", "t", [0: 1, 2: 1], member: "a", generation: 2, topicId: topicId) == .staleMemberEpoch)
        #expect(driver.committed("g") == [:])
        #expect(driver.commit("g", "t", [0: 1, 1: 1], member: "a", generation: 2, topicId: topicId) == ErrorCode.none)
    }

    @Test func aStaticMemberThatLeftForNowIsNotHeldToItsRevocation() {
        let driver = driver {
            $0.consumerAssignmentIntervalMs = 0; $0.consumerSessionTimeoutMs = 100_000
        }
        _ = driver.beat("g", "a", 0, instance: "i", rebalance: 1_000)
        _ = driver.beat("g", "b", 0)
        _ = driver.beat("g", "a", 2, owned: [0, 1, 2, 3], instance: "i")
        #expect(driver.beat("g", "a", -2, instance: "i").errorCode == .none)
        driver.advance(5_000)
        #expect(driver.describeConsumers("g").members.count == 2 && driver.describeConsumers("g").groupEpoch == 3)
        #expect(driver.beat("g", "c", 0, instance: "i").partitions == [0, 1])
        #expect(driver.beat("g", "c", 0, instance: "i").errorCode == .unreleasedInstanceId, "it is there already")
    }

    @Test func aMemberCannotPutOffItsRevocation() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0, rebalance: 2_000)
        _ = driver.beat("g", "b", 0)
        for second in 0..<4 {
            var request = ConsumerGroupHeartbeatRequest()
            (request.groupId, request.memberId, request.memberEpoch, request.rackId) = ("g", "a", 2, "rack \(second)")
            driver.settle(
                driver.shard.consumerHeartbeat(request, token: UInt64(second) + 1 << 40, context: .init(apiVersion: 1), newMemberId: "", now: driver.now))
            driver.advance(1_000)
        }
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["b"])
    }

    @Test func whatAMemberHasStillToGiveUpIsDescribedAndMayComeBackToIt() {
        let driver = driver { $0.consumerAssignmentIntervalMs = 0 }
        _ = driver.beat("g", "a", 0)
        _ = driver.beat("g", "b", 0)
        _ = driver.beat("g", "a", 2, owned: [0, 1, 2, 3])
        let described = driver.describeConsumers("g").members.first { $0.memberId == "a" }
        #expect(described?.assignment.topicPartitions.first?.partitions == [0, 1, 2, 3])
        #expect(described?.targetAssignment.topicPartitions.first?.partitions == [0, 1])
        _ = driver.beat("g", "b", -1)
        let back = driver.beat("g", "a", 2, owned: [0, 1])
        #expect(back.partitions == [0, 1, 2, 3] && back.memberEpoch == 4)
    }

    @Test func aMemberMayLeaveWhateverItSays() {
        let driver = driver()
        _ = driver.beat("g", "a", 0)
        #expect(driver.beat("g", "a", -1, regex: "(").errorCode == .none)
    }

    @Test func offsetsOfSubscribedTopicsStayAndOthersExpire() {
        let driver = driver {
            $0.offsetsRetentionMs = 20_000; $0.offsetsRetentionCheckIntervalMs = 1_000; $0.consumerSessionTimeoutMs = 25_000
        }
        driver.topics(["t": 1, "old": 1])
        _ = driver.beat("g", "a", 0)
        for topic in ["t", "old"] { #expect(driver.commit("g", topic, [0: 1], member: "a", generation: 2) == ErrorCode.none) }
        #expect(driver.deleteOffsets("g", "t", 0)?.topics.first?.partitions.first?.errorCode == .groupSubscribedToTopic)
        driver.advance(21_000)
        #expect(driver.committed("g").keys.sorted() == ["t-0"])
        #expect(driver.delete("g") == .nonEmptyGroup)
        driver.advance(30_000)
        #expect(driver.shard.groupIds == [], "the last member has gone and then the last offset")
    }

    @Test func groupsAreFoundByTheirTypeOnly() {
        let driver = driver()
        _ = driver.beat("modern", "a", 0)
        _ = driver.stablePair("classic")
        #expect(driver.shard.list(states: [], types: []).map(\.groupType) == ["classic", "consumer"])
        #expect(driver.shard.list(states: ["stable"], types: ["consumer"]).map(\.groupId) == ["modern"])
        #expect(driver.shard.describe("modern", version: 6).errorMessage == "Group modern is not a classic group.")
        #expect(driver.describeConsumers("classic").errorMessage == "Group classic is not a consumer group.")
        #expect(driver.shard.describe("modern", version: 5).groupState == "Dead")
    }
}
