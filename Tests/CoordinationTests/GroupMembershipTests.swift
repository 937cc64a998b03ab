import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct GroupMembershipTests {
    @Test func newMemberIsAskedToComeBackWithItsId() throws {
        let d = GroupDriver()
        let first = d.join("g")
        let answer = try #require(d.joined(first))
        #expect(answer.errorCode == .memberIdRequired && answer.memberId == "c-1")
        #expect(d.state("g") == "Empty")
        #expect(d.log.count == 1, "the creation of the group is recorded")
        let second = d.join("g", member: answer.memberId)
        #expect(d.joined(second) == nil)
        d.advance(2_999)
        #expect(d.joined(second) == nil)
        d.advance(1)
        let joined = try #require(d.joined(second))
        #expect(joined.errorCode == .none && joined.generationId == 1 && joined.leader == "c-1" && joined.protocolName == "range")
        #expect(joined.members.map(\.memberId) == ["c-1"])
    }

    @Test func oldClientsJoinAtOnce() throws {
        let d = GroupDriver()
        let token = d.join("g", version: 3)
        d.advance(3_000)
        #expect(d.joined(token)?.errorCode == ErrorCode.none)
    }

    @Test func twoMembersRebalanceAndGetTheLeadersAssignment() throws {
        let d = GroupDriver()
        let (a, joinA) = d.joinNew("g")
        d.advance(1_000)
        let (b, joinB) = d.joinNew("g")
        d.advance(2_000)
        #expect(d.joined(joinA) == nil, "a member that came meanwhile extends the delay")
        d.advance(3_000)
        let leader = try #require(d.joined(joinA)), follower = try #require(d.joined(joinB))
        #expect(leader.members.count == 2 && follower.members.isEmpty && follower.leader == a)
        let early = d.sync("g", member: b, generation: 1)
        #expect(d.synced(early) == nil)
        #expect(d.heartbeat("g", member: b, generation: 1) == ErrorCode.none)
        let late = d.sync("g", member: a, generation: 1, assignments: [a: "x", b: "y"])
        #expect(d.synced(late)?.assignment.text == "x" && d.synced(early)?.assignment.text == "y")
        #expect(d.state("g") == "Stable")
        #expect(d.shard.describe("g", version: 6).members.map(\.memberAssignment.text) == ["x", "y"])
    }

    @Test func leavingMemberMakesTheOthersRejoin() throws {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        #expect(d.leave("g", [(a, nil)])?.members.first?.errorCode == ErrorCode.none)
        #expect(d.heartbeat("g", member: b, generation: 1) == .rebalanceInProgress)
        #expect(d.heartbeat("g", member: a, generation: 1) == .unknownMemberId)
        let token = d.join("g", member: b)
        #expect(d.joined(token)?.generationId == 2 && d.joined(token)?.leader == b)
        #expect(d.leave("g", [(b, nil), ("nobody", nil)])?.members.map(\.errorCode) == [ErrorCode.none, .unknownMemberId])
        #expect(d.state("g") == "Empty")
        let record = try #require(try d.log.last?.decodeValue(GroupMetadataValue.self))
        #expect(record.generation == 3 && record.members.isEmpty && record.protocolType == "consumer" && record.leader == nil)
    }

    @Test func expiredMemberIsRemovedAndGroupRebalances() throws {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        d.advance(9_000)
        #expect(d.heartbeat("g", member: b, generation: 1) == ErrorCode.none)
        d.advance(1_500)
        #expect(d.state("g") == "PreparingRebalance")
        let token = d.join("g", member: b)
        #expect(d.joined(token)?.members.map(\.memberId) == [b])
        #expect(d.heartbeat("g", member: a, generation: 2) == .unknownMemberId)
        d.advance(60_000)
        #expect(d.state("g") == "Empty")
    }

    @Test func memberThatNeverComesBackWithItsIdIsForgotten() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        _ = d.join("g", session: 10_000)
        _ = d.leave("g", [(b, nil)])
        let token = d.join("g", member: a)
        #expect(d.joined(token) == nil, "waits for the member that was given an id")
        d.advance(10_000)
        #expect(d.joined(token)?.members.count == 1)
    }

    @Test func membersThatDoNotRejoinInTimeAreLeftBehind() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        let token = d.join("g", member: a)
        for _ in 0..<12 {
            _ = d.heartbeat("g", member: b, generation: 1)
            d.advance(5_000)
        }
        #expect(d.joined(token)?.members.map(\.memberId) == [a])
    }

    @Test func memberThatNeverSyncsIsRemoved() {
        let d = GroupDriver()
        let (a, joinA) = d.joinNew("g", session: 600_000)
        let (b, _) = d.joinNew("g", session: 600_000)
        d.advance(6_000)
        #expect(d.joined(joinA)?.generationId == 1)
        let waiting = d.sync("g", member: b, generation: 1)
        d.advance(60_000)
        #expect(d.synced(waiting)?.errorCode == .rebalanceInProgress)
        #expect(d.heartbeat("g", member: a, generation: 1) == .unknownMemberId)
    }

    @Test func wrongRequestsAreRefused() {
        let d = GroupDriver { $0.maxGroupSize = 2 }
        let (a, _) = d.stablePair("g")
        #expect(d.joined(d.join(""))?.errorCode == .invalidGroupId)
        #expect(d.joined(d.join("g", session: 1))?.errorCode == .invalidSessionTimeout)
        #expect(d.joined(d.join("x", member: "m"))?.errorCode == .unknownMemberId)
        #expect(d.joined(d.join("g", member: a, protocols: ["other"]))?.errorCode == .inconsistentGroupProtocol)
        #expect(d.joined(d.join("g", member: a, type: "connect"))?.errorCode == .inconsistentGroupProtocol)
        #expect(d.joined(d.join("g"))?.errorCode == .groupMaxSizeReached)
        #expect(d.heartbeat("g", member: a, generation: 7) == .illegalGeneration)
        #expect(d.heartbeat("none", member: a, generation: 7) == .unknownMemberId)
        #expect(d.synced(d.sync("g", member: a, generation: 0))?.errorCode == .illegalGeneration)
        #expect(d.synced(d.sync("g", member: "m", generation: 1))?.errorCode == .unknownMemberId)
    }

    @Test func theProtocolOfMostVotesWins() {
        let d = GroupDriver()
        let (_, first) = d.joinNew("g", protocols: ["range", "sticky"])
        _ = d.joinNew("g", protocols: ["sticky", "range", "own"])
        _ = d.joinNew("g", protocols: ["sticky", "range"])
        d.advance(10_000)
        #expect(d.joined(first)?.protocolName == "sticky")
    }

    @Test func unchangedFollowerIsToldTheGenerationAndLeaderForcesARebalance() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        let follower = d.joined(d.join("g", member: b))
        #expect(follower?.generationId == 1 && d.state("g") == "Stable")
        _ = d.join("g", member: a)
        #expect(d.state("g") == "PreparingRebalance")
    }
}

@Suite struct StaticMemberTests {
    private func stable(_ d: GroupDriver) -> String {
        let token = d.join("g", instance: "i1")
        d.advance(3_000)
        let id = d.joined(token)?.memberId ?? ""
        _ = d.sync("g", member: id, generation: 1, assignments: [id: "x"])
        return id
    }

    @Test func returningStaticMemberKeepsItsPlaceWithoutARebalance() throws {
        let d = GroupDriver()
        let old = stable(d)
        #expect(old == "i1-1" && d.state("g") == "Stable")
        let answer = try #require(d.joined(d.join("g", instance: "i1")))
        #expect(answer.errorCode == .none && answer.generationId == 1 && answer.memberId == "i1-2")
        #expect(answer.skipAssignment && answer.leader == "i1-2" && answer.members.map(\.memberId) == ["i1-2"])
        #expect(d.state("g") == "Stable")
        #expect(d.synced(d.sync("g", member: "i1-2", generation: 1, instance: "i1"))?.assignment.text == "x")
        #expect(d.heartbeat("g", member: old, generation: 1, instance: "i1") == .fencedInstanceId)
        #expect(d.heartbeat("g", member: old, generation: 1) == .unknownMemberId)
        #expect(d.heartbeat("g", member: "i1-2", generation: 1, instance: "i1") == ErrorCode.none)
        #expect(d.recovered().describe("g", version: 6) == d.shard.describe("g", version: 6))
    }

    @Test func waitingDuplicateIsFenced() {
        let d = GroupDriver()
        let first = d.join("g", instance: "i1")
        let second = d.join("g", instance: "i1")
        #expect(d.joined(first)?.errorCode == .fencedInstanceId)
        d.advance(3_000)
        #expect(d.joined(second)?.errorCode == ErrorCode.none)
    }

    @Test func changedProtocolRebalances() {
        let d = GroupDriver()
        _ = stable(d)
        let token = d.join("g", instance: "i1", protocols: ["sticky", "range"])
        #expect(d.joined(token)?.generationId == 2)
    }

    @Test func administratorRemovesByInstance() {
        let d = GroupDriver()
        _ = stable(d)
        #expect(d.leave("g", [("", "i2")])?.members.first?.errorCode == .unknownMemberId)
        #expect(d.leave("g", [("", "i1")])?.members.first?.errorCode == ErrorCode.none)
        #expect(d.state("g") == "Empty")
    }

    @Test func staticMemberIsNotDroppedByTheRebalanceTimeout() {
        let d = GroupDriver()
        let id = stable(d)
        _ = d.joinNew("g")
        for _ in 0..<13 {
            _ = d.heartbeat("g", member: id, generation: 1, instance: "i1")
            d.advance(5_000)
        }
        #expect(d.shard.describe("g", version: 6).members.contains { $0.memberId == id })
    }
}

extension DescribeGroupsResponse.DescribedGroup: Equatable {
    public static func == (a: Self, b: Self) -> Bool {
        var x = DescribeGroupsResponse(), y = DescribeGroupsResponse()
        x.groups = [a]
        y.groups = [b]
        return x.encoded(version: 6) == y.encoded(version: 6)
    }
}
