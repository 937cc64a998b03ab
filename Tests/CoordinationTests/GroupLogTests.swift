import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

@Suite struct GroupLogTests {
    @Test func recordsAreKafkas() throws {
        let d = GroupDriver()
        _ = d.commit("g1", "kv", [0: 9])
        let offset = try #require(d.log.first)
        #expect(offset.key.array == [0, 1, 0, 2] + Array("g1".utf8) + [0, 2] + Array("kv".utf8) + [0, 0, 0, 0])
        #expect(offset.value?.load(0, as: Int16.self) == 4)
        _ = d.joinNew("g2")
        let created = try #require(d.log.last)
        #expect(created.key.array == [0, 2, 0, 2] + Array("g2".utf8))
        #expect(created.value?.count == 24 && created.value?.load(0, as: Int16.self) == 3)
    }

    @Test func failedAppendDropsANewGroup() {
        let d = GroupDriver()
        d.appendError = .kafkaStorageError
        #expect(d.joined(d.join("g"))?.errorCode == .notCoordinator)
        #expect(d.joined(d.join("g", version: 3))?.errorCode == .notCoordinator, "a join that waits is answered too")
        #expect(d.shard.groupIds.isEmpty)
        #expect(d.commit("g", "t", [0: 1]) == .notCoordinator)
        #expect(d.committed("g") == [:])
    }

    @Test func failedAppendOfTheAssignmentRebalances() {
        let d = GroupDriver()
        let (a, _) = d.joinNew("g")
        let (b, _) = d.joinNew("g")
        d.advance(6_000)
        let waiting = d.sync("g", member: b, generation: 1)
        d.appendError = .notEnoughReplicas
        let leader = d.sync("g", member: a, generation: 1, assignments: [a: "x"])
        #expect(d.synced(leader)?.errorCode == .coordinatorNotAvailable && d.synced(waiting)?.errorCode == .coordinatorNotAvailable)
        #expect(d.state("g") == "PreparingRebalance")
        d.appendError = nil
        _ = d.join("g", member: a)
        let token = d.join("g", member: b)
        #expect(d.joined(token)?.generationId == 2)
    }

    @Test func failedAppendKeepsTheOldStaticMember() {
        let d = GroupDriver()
        let token = d.join("g", instance: "i")
        d.advance(3_000)
        let id = d.joined(token)?.memberId ?? ""
        _ = d.sync("g", member: id, generation: 1, assignments: [id: "x"])
        d.appendError = .requestTimedOut
        #expect(d.joined(d.join("g", instance: "i"))?.errorCode == .coordinatorNotAvailable)
        #expect(d.heartbeat("g", member: id, generation: 1, instance: "i") == ErrorCode.none)
    }

    @Test func abandonedShardAnswersEveryone() {
        let d = GroupDriver()
        let (_, join) = d.joinNew("g")
        d.settle(d.shard.abandon(error: .notCoordinator))
        #expect(d.joined(join)?.errorCode == .notCoordinator)
    }

    @Test func sessionsStartAnewAfterRecovery() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        d.shard = d.recovered()
        d.advance(9_000)
        #expect(d.heartbeat("g", member: a, generation: 1) == ErrorCode.none)
        d.advance(2_000)
        #expect(d.heartbeat("g", member: b, generation: 1) == .unknownMemberId)
    }

    /// Random traffic; whatever happened, the log alone gives the same groups and offsets.
    @Test(arguments: 1...30 as ClosedRange<UInt64>) func replayOfOwnRecordsGivesTheSameState(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let d = GroupDriver { $0.maxGroupSize = 4 }
        let groups = ["g1", "g2", "g3"]
        let failsAppends = seed % 2 == 0
        var waiting: [UInt64] = []
        func members(_ group: String) -> [String] { d.shard.describe(group, version: 6).members.map(\.memberId) + ["c-3"] }
        for _ in 0..<300 {
            let group = groups[Int(random.next() % 3)]
            let member = members(group)[Int(random.next() % UInt64(members(group).count))]
            let generation = d.shard.classicGroup(group)?.generation ?? -1
            if failsAppends && random.next() % 20 == 0 { d.appendError = d.appendError == nil ? .requestTimedOut : nil }
            switch random.next() % 12 {
            case 0: waiting.append(d.joinNew(group).1)
            case 1: waiting.append(d.join(group, instance: "i\(random.next() % 2)"))
            case 2, 3: waiting.append(d.join(group, member: member))
            case 4, 5, 6:
                let leader = d.shard.classicGroup(group)?.leaderId ?? member
                waiting.append(d.sync(group, member: random.next() % 2 == 0 ? leader : member, generation: generation, assignments: [member: "x"]))
            case 7: _ = d.leave(group, [(member, nil)])
            case 8: _ = d.commit(group, "t\(random.next() % 3)", [0: Int64(random.next() % 100)], member: member, generation: generation)
            case 9: _ = d.commit(group, "t", [1: Int64(random.next() % 100)])
            case 10: d.advance(Int64(random.next() % 8_000))
            default: _ = random.next() % 4 == 0 ? d.delete(group) : d.heartbeat(group, member: member, generation: generation)
            }
        }
        d.appendError = nil
        d.advance(700_000)
        for token in waiting { #expect(d.replies[token] != nil, "request \(token) was never answered (seed \(seed))") }
        let copy = d.recovered()
        #expect(copy.groupIds == d.shard.groupIds)
        for id in copy.groupIds {
            #expect(copy.offsets.offsets(of: id) == d.shard.offsets.offsets(of: id), "seed \(seed)")
            // A group that became empty while nothing could be written is still populated in the log, and will expire again.
            if failsAppends { continue }
            #expect(copy.describe(id, version: 6) == d.shard.describe(id, version: 6), "seed \(seed)")
            #expect(copy.classicGroup(id)?.generation == d.shard.classicGroup(id)?.generation, "seed \(seed)")
        }
    }

    @Test func recordsOfOtherProtocolsGoWithTheGroup() {
        let d = GroupDriver()
        var member = ShareGroupMemberMetadataKey(), group = ShareGroupMetadataKey()
        (member.groupId, member.memberId, group.groupId) = ("g", "m", "g")
        let records = [
            CoordinatorRecord(key: group, value: ShareGroupMetadataValue(), version: 0),
            CoordinatorRecord(key: member, value: ShareGroupMemberMetadataValue(), version: 0),
        ]
        for record in records { d.shard.replay(record, offset: 0) }
        d.log = records
        _ = d.commit("g", "t", [0: 1])
        #expect(d.delete("g") == ErrorCode.none)
        #expect(d.log.suffix(3).map(\.key) == [records[1].key, records[0].key, Bytes([0, 2, 0, 1] + Array("g".utf8))])
        #expect(d.log.suffix(3).allSatisfy { $0.value == nil } && d.recovered().foreignKeys.isEmpty)
    }

    @Test func unreadableRecordsAreSkipped() {
        var shard = GroupShard(configuration: GroupConfiguration())
        for bytes: [UInt8] in [[], [0], [0, 1], [0, 2, 0, 9], [0, 77, 1], [0, 1, 0, 1]] {
            shard.replay(CoordinatorRecord(key: Bytes(bytes), value: [0, 3, 1]), offset: 0)
            shard.replay(CoordinatorRecord(key: Bytes(bytes), value: nil), offset: 0)
        }
        #expect(shard.groupIds.isEmpty)
    }

    @Test func groupsSpreadAsInKafka() {
        let expected: [(String, Int32)] = [
            ("a", 47), ("g1", 42), ("group1", 40), ("test-group", 12), ("my-group", 12), ("orders", 31), ("日本", 47), ("polygenelubricants", 0),
        ]
        for (id, index) in expected { #expect(CoordinatorPartition.index(for: id, partitions: 50) == index) }
    }
}
