import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct GroupMigrationTests {
    private func driver(_ configure: (inout GroupConfiguration) -> Void = { _ in }) -> GroupDriver {
        let driver = GroupDriver {
            $0.consumerAssignmentIntervalMs = 0
            configure(&$0)
        }
        driver.topics(["t": 4])
        return driver
    }

    /// A member's assignment in the classic protocol, as `topic-partition` words.
    private func words(_ bytes: Bytes?) -> [String]? {
        guard let bytes, let assignment = ConsumerProtocolAssignment.decodeVersioned(bytes) else { return nil }
        return assignment.assignedPartitions.flatMap { row in row.partitions.map { "\(row.topic)-\($0)" } }
    }

    /// A stable classic group of one member, which has all partitions.
    private func classicMember(_ driver: GroupDriver, instance: String? = nil, assignment bytes: Bytes? = nil) -> String {
        let memberId: String
        if let instance {
            let token = driver.join("g", instance: instance)
            driver.advance(6_000)
            memberId = driver.joined(token)?.memberId ?? ""
        } else {
            memberId = driver.joinNew("g").0
            driver.advance(6_000)
        }
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = [.init()]
        assignment.assignedPartitions[0].topic = "t"
        assignment.assignedPartitions[0].partitions = [0, 1, 2, 3]
        var request = SyncGroupRequest()
        request.groupId = "g"
        request.memberId = memberId
        request.groupInstanceId = instance
        request.generationId = 1
        request.protocolType = "consumer"
        request.protocolName = "range"
        request.assignments = [.init()]
        request.assignments[0].memberId = memberId
        request.assignments[0].assignment = bytes ?? assignment.versioned(1)
        driver.settle(driver.shard.sync(request, token: 1 << 40, context: .init(apiVersion: 5), now: driver.now))
        #expect(driver.state("g") == "Stable")
        return memberId
    }

    @Test func aGroupStaysClassicWhenAnAssignmentWouldBeLost() {
        func refusal(_ assignment: Bytes) -> String? {
            let driver = driver()
            _ = classicMember(driver, assignment: assignment)
            let answer = driver.beat("g", "new", 0)
            #expect(answer.errorCode == .groupIdNotFound && driver.state("g") == "Stable")
            return answer.errorMessage
        }
        var assignment = ConsumerProtocolAssignment()
        assignment.userData = Bytes([1])
        #expect(
            refusal(assignment.versioned(1))
                == "Cannot upgrade classic group g to consumer group because an unsupported custom assignor is in use. "
                + "Please refer to the documentation or switch to a default assignor before re-attempting the upgrade.")
        for bytes: [UInt8] in [[0], [255, 255, 0, 0, 0, 0, 255, 255, 255, 255], [0, 1, 0, 0, 0, 1, 0, 1]] {
            #expect(refusal(Bytes(bytes)) == "Cannot upgrade classic group g to consumer group because the embedded consumer protocol is malformed.")
        }
    }

    @Test func anAssignmentOfALaterVersionIsTakenOver() {
        let driver = driver()
        var assignment = ConsumerProtocolAssignment()
        assignment.userData = .empty
        _ = classicMember(driver, assignment: Bytes([0, 9] + assignment.encoded(version: 3).array + [1, 2]))
        #expect(driver.beat("g", "new", 0).errorCode == .none)
    }

    @Test func aClassicGroupBecomesAConsumerGroupAndBack() {
        let driver = driver()
        let classic = classicMember(driver)
        let new = driver.beat("g", "new", 0)
        #expect(new.errorCode == .none && new.memberEpoch == 2 && new.assignment?.topicPartitions.isEmpty == true)
        #expect(driver.shard.classicGroup("g") == nil)
        #expect(driver.describeConsumers("g").members.map(\.memberType) == [0, 1], "one of each protocol")

        // The classic member is asked to join again, gives up half, and the other gets it.
        #expect(driver.heartbeat("g", member: classic, generation: 1) == .rebalanceInProgress)
        let joined = driver.joined(driver.join("g", member: classic))
        #expect(joined?.generationId == 2 && joined?.protocolName == "range" && joined?.leader == "")
        #expect(words(driver.synced(driver.sync("g", member: classic, generation: 2))?.assignment) == ["t-0", "t-1"])
        #expect(driver.beat("g", "new", 2).assignment?.topicPartitions.first?.partitions == [2, 3])
        #expect(driver.heartbeat("g", member: classic, generation: 2) == ErrorCode.none)
        #expect(driver.describeConsumers("g").groupState == "Stable")
        #expect(driver.commit("g", "t", [0: 3], member: classic, generation: 2) == ErrorCode.none)
        #expect(driver.commit("g", "t", [0: 3], member: classic, generation: 1) == .illegalGeneration)

        // The last one that speaks the new protocol goes.
        #expect(driver.beat("g", "new", -1).errorCode == .none)
        #expect(driver.shard.consumerGroup("g") == nil)
        #expect(driver.state("g") == "PreparingRebalance")
        #expect(driver.heartbeat("g", member: classic, generation: 2) == .rebalanceInProgress)
        let again = driver.joined(driver.join("g", member: classic))
        #expect(again?.generationId == 3 && again?.leader == classic)
        #expect(driver.committed("g") == ["t-0": 3])
        #expect(driver.recovered().groupIds == ["g"] && driver.recovered().consumerGroup("g") == nil)
    }

    /// The rebalance that the departure of the last member of the consumer protocol begins is not in the log: whoever loads the group begins it anew.
    @Test func aGroupThatBecameClassicRebalancesWhenItsCoordinatorIsLost() {
        let driver = driver()
        let classic = classicMember(driver)
        _ = driver.beat("g", "new", 0)
        _ = driver.beat("g", "new", -1)
        func loadedState() -> String { driver.recovered().describe("g", version: 5).groupState }
        #expect(loadedState() == "PreparingRebalance")
        let generation = driver.joined(driver.join("g", member: classic))?.generationId ?? 0
        #expect(loadedState() == "PreparingRebalance", "nobody has been assigned anything yet")
        _ = driver.sync("g", member: classic, generation: generation, assignments: [classic: "all"])
        #expect(driver.state("g") == "Stable" && loadedState() == "Stable")
    }

    @Test func aClassicMemberJoinsAConsumerGroup() {
        let driver = driver()
        _ = driver.beat("g", "new", 0)
        let first = driver.joined(driver.join("g"))
        #expect(first?.errorCode == .memberIdRequired)
        let memberId = first?.memberId ?? ""
        let joined = driver.joined(driver.join("g", member: memberId))
        #expect(joined?.errorCode == ErrorCode.none && joined?.generationId == 3)
        #expect(words(driver.synced(driver.sync("g", member: memberId, generation: 3))?.assignment) == [])
        #expect(driver.heartbeat("g", member: memberId, generation: 3) == ErrorCode.none, "it waits for the other to give up partitions")
        _ = driver.beat("g", "new", 2, owned: [0, 1, 2, 3])
        _ = driver.beat("g", "new", 2, owned: [0, 1])
        #expect(driver.heartbeat("g", member: memberId, generation: 3) == .rebalanceInProgress)
        #expect(driver.joined(driver.join("g", member: memberId))?.generationId == 3)
        #expect(words(driver.synced(driver.sync("g", member: memberId, generation: 3))?.assignment)?.count == 2)
        #expect(driver.joined(driver.join("g", protocols: ["unheard-of"], type: "connect"))?.errorCode == .inconsistentGroupProtocol)
        #expect(driver.leave("g", [(memberId, nil), ("nobody", nil)])?.members.map(\.errorCode) == [ErrorCode.none, .unknownMemberId])
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["new"])
    }

    @Test func aClassicMemberThatDoesNotComeBackIsRemoved() {
        let driver = driver()
        let classic = classicMember(driver)
        _ = driver.beat("g", "new", 0)
        #expect(driver.heartbeat("g", member: classic, generation: 1) == .rebalanceInProgress)
        for _ in 0..<12 {
            driver.advance(5_000)
            _ = driver.heartbeat("g", member: classic, generation: 1)
            _ = driver.beat("g", "new", 2)
        }
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["new"], "60 s to join again, heartbeats or not")
    }

    @Test func waitingMembersAreToldWhenTheGroupIsUpgraded() {
        let driver = driver()
        _ = classicMember(driver)
        let (_, waiting) = driver.joinNew("g")
        #expect(driver.joined(waiting) == nil)
        _ = driver.beat("g", "new", 0)
        #expect(driver.joined(waiting)?.errorCode == .rebalanceInProgress)
        #expect(driver.describeConsumers("g").members.count == 3)
    }

    @Test func aStaticMemberChangesItsProtocolInPlace() {
        let driver = driver()
        let classic = classicMember(driver, instance: "i")
        let upgraded = driver.beat("g", "new", 0, instance: "i")
        #expect(upgraded.memberEpoch == 1 && upgraded.assignment?.topicPartitions.first?.partitions == [0, 1, 2, 3])
        #expect(driver.heartbeat("g", member: classic, generation: 1, instance: "i") == .fencedInstanceId)
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["new"])
        // And back: the group is classic again, stable, and the member keeps what it had.
        let joined = driver.joined(driver.join("g", instance: "i"))
        driver.advance(0)
        #expect(joined?.errorCode == ErrorCode.none)
        #expect(driver.state("g") == "Stable" && driver.shard.consumerGroup("g") == nil)
        let memberId = joined?.memberId ?? "", generation = joined?.generationId ?? 0
        #expect(words(driver.synced(driver.sync("g", member: memberId, generation: generation, instance: "i"))?.assignment)?.count == 4)
    }

    @Test func thePolicyDecides() {
        for policy in [GroupMigrationPolicy.disabled, .downgrade] {
            let driver = driver { $0.migrationPolicy = policy }
            _ = classicMember(driver)
            #expect(driver.beat("g", "new", 0).errorCode == .groupIdNotFound)
            #expect(driver.state("g") == "Stable")
        }
        let closed = driver { $0.migrationPolicy = .disabled }
        _ = closed.beat("g", "new", 0)
        #expect(closed.joined(closed.join("g"))?.errorCode == .inconsistentGroupProtocol)
        let driver = driver { $0.migrationPolicy = .upgrade }
        let classic = classicMember(driver)
        #expect(driver.beat("g", "new", 0).errorCode == .none)
        #expect(driver.beat("g", "new", -1).errorCode == .none)
        #expect(driver.describeConsumers("g").members.map(\.memberId) == [classic], "it stays what it has become")
    }

    @Test func groupsOfOtherKindsAreNotUpgraded() {
        let driver = driver()
        _ = driver.join("g", member: driver.joined(driver.join("g", type: "connect"))?.memberId ?? "", type: "connect")
        driver.advance(6_000)
        #expect(
            driver.beat("g", "new", 0).errorMessage
                == "Cannot upgrade classic group g to consumer group because the group does not use the consumer embedded protocol.")
    }

    @Test func aConsumerGroupWithoutMembersBecomesAClassicGroupAgain() {
        let driver = driver()
        _ = driver.beat("g", "new", 0)
        #expect(driver.commit("g", "t", [0: 4], member: "new", generation: 2) == ErrorCode.none)
        _ = driver.beat("g", "new", -1)
        #expect(driver.joined(driver.join("g", member: "nobody"))?.errorCode == .unknownMemberId)
        let (memberId, join) = driver.joinNew("g")
        driver.advance(6_000)
        #expect(driver.joined(join)?.generationId == 1 && driver.joined(join)?.leader == memberId)
        #expect(driver.shard.consumerGroup("g") == nil && driver.committed("g") == ["t-0": 4])
        #expect(driver.recovered().consumerGroup("g") == nil && driver.recovered().groupIds == ["g"])
    }

    @Test func administratorsRemoveMembersOfEitherProtocol() {
        let driver = driver()
        _ = driver.beat("g", "one", 0, instance: "i")
        _ = driver.beat("g", "two", 0)
        _ = driver.beat("g", "three", 0)
        #expect(
            driver.leave("g", [("", "i"), ("two", nil), ("two", nil), ("", "j"), ("other", "i")])?.members.map(\.errorCode) == [
                ErrorCode.none, .none, .none, .unknownMemberId, .fencedInstanceId,
            ])
        #expect(driver.describeConsumers("g").members.map(\.memberId) == ["three"])
    }

    @Test func whatALeavingClassicMemberHadIsAssignedThoughOnlyClassicMembersAreLeft() {
        let driver = driver { $0.migrationPolicy = .upgrade }
        let classic = classicMember(driver)
        _ = driver.beat("g", "new", 0)
        let second = driver.joined(driver.join("g"))?.memberId ?? ""
        _ = driver.join("g", member: second)
        _ = driver.beat("g", "new", -1)
        _ = driver.leave("g", [(second, nil)])
        #expect(driver.describeConsumers("g").groupState != "Assigning")
        #expect(driver.heartbeat("g", member: classic, generation: 1) == .rebalanceInProgress)
        let generation = driver.joined(driver.join("g", member: classic))?.generationId ?? 0
        #expect(words(driver.synced(driver.sync("g", member: classic, generation: generation))?.assignment)?.count == 4)
    }

    @Test func anEmptyClassicGroupMakesRoomAndKeepsItsOffsets() {
        let driver = driver()
        #expect(driver.commit("g", "t", [0: 7]) == ErrorCode.none)
        #expect(driver.beat("g", "new", 0).memberEpoch == 2)
        #expect(driver.committed("g") == ["t-0": 7])
        #expect(driver.recovered().classicGroup("g") == nil)
    }

    @Test func anEmptyConsumerGroupStaysWhenTheClassicOneCannotBeWritten() {
        let driver = driver()
        _ = driver.beat("g", "new", 0)
        _ = driver.beat("g", "new", -1)
        driver.appendError = .notEnoughReplicas
        #expect(driver.joined(driver.join("g", version: 3))?.errorCode == .coordinatorNotAvailable)
        #expect(driver.shard.groupIds == ["g"] && driver.describeConsumers("g").groupState == "Empty")
        driver.appendError = nil
        #expect(driver.beat("g", "again", 0).memberEpoch == 4, "the group goes on where it was")
        _ = driver.beat("g", "again", -1)
        let (_, join) = driver.joinNew("g")
        driver.advance(6_000)
        #expect(driver.joined(join)?.generationId == 1)
        #expect(driver.recovered().consumerGroup("g") == nil && driver.recovered().groupIds == ["g"])
    }
}
