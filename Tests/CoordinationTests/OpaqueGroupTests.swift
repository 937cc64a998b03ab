import KafkaProtocol
import Testing

@testable import Coordination

/// Groups of other programs than consumers: their metadata and assignments are their own, and the coordinator only carries them.
@Suite struct OpaqueGroupTests {
    /// Bytes that no consumer would write: empty, of odd length, a version that does not exist, a count that runs past the end.
    private static let metadata = Bytes([0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x00, 0x80, 0xfe])
    private static let assignments: [Bytes] = [Bytes([0x00]), Bytes([0xff, 0x00, 0x7f])]

    /// A stable group of two members; the first leads.
    private func stablePair(_ driver: GroupDriver, type: String, name: String) -> [String] {
        let ids = (0..<2).map { _ -> String in
            let id = driver.joined(driver.join("g", protocols: [name], type: type, metadata: Self.metadata))?.memberId ?? ""
            return id
        }
        let waiting = ids.map { driver.join("g", member: $0, protocols: [name], type: type, metadata: Self.metadata) }
        driver.advance(6_000)
        let led = driver.joined(waiting[0])
        #expect(led?.protocolType == type && led?.protocolName == name && led?.leader == ids[0])
        #expect(led?.members.map(\.metadata) == [Self.metadata, Self.metadata])
        let follower = sync(driver, ids[1], type: type, name: name, assignments: [])
        let leader = sync(driver, ids[0], type: type, name: name, assignments: Array(zip(ids, Self.assignments)))
        for (index, token) in [leader, follower].enumerated() {
            let synced = driver.synced(token)
            #expect(synced?.errorCode == ErrorCode.none && synced?.assignment == Self.assignments[index])
            #expect(synced?.protocolType == type && synced?.protocolName == name)
        }
        return ids
    }

    private func sync(_ driver: GroupDriver, _ member: String, type: String, name: String, assignments: [(String, Bytes)]) -> UInt64 {
        var request = SyncGroupRequest()
        request.groupId = "g"
        request.memberId = member
        request.generationId = 1
        request.protocolType = type
        request.protocolName = name
        request.assignments = assignments.map { id, bytes in
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = id
            assignment.assignment = bytes
            return assignment
        }
        let token = driver.nextToken()
        driver.settle(driver.shard.sync(request, token: token, context: .init(apiVersion: 5), now: driver.now))
        return token
    }

    private func isCarried(_ shard: GroupShard, _ ids: [String], type: String, name: String) -> Bool {
        let described = shard.describe("g", version: 6)
        let listed = shard.list(states: ["stable"], types: ["classic"])
        return described.groupState == "Stable" && described.protocolType == type && described.protocolData == name
            && described.members.map(\.memberId) == ids && described.members.map(\.memberMetadata) == [Self.metadata, Self.metadata]
            && described.members.map(\.memberAssignment) == Self.assignments && listed.map(\.protocolType) == [type] && listed.map(\.groupId) == ["g"]
    }

    @Test(arguments: [("connect", "sessioned"), ("sr", "v0"), ("my own", "日本")])
    func groupsOfAnyProtocolTypeAreCarried(type: String, name: String) throws {
        let driver = GroupDriver()
        let ids = stablePair(driver, type: type, name: name)
        #expect(isCarried(driver.shard, ids, type: type, name: name))
        #expect(driver.heartbeat("g", member: ids[1], generation: 1) == ErrorCode.none)

        // Offsets are the group's business as well.
        #expect(driver.commit("g", "t", [0: 7], member: ids[0], generation: 1) == ErrorCode.none)
        #expect(driver.commit("g", "t", [0: 7], member: ids[0], generation: 2) == .illegalGeneration)
        #expect(driver.committed("g") == ["t-0": 7])
        #expect(driver.deleteOffsets("g", "t", 0)?.errorCode == .nonEmptyGroup, "what the members read is not known")
        #expect(driver.delete("g") == .nonEmptyGroup)

        // After a restart the log alone gives the same group, and its members go on in it.
        driver.shard = driver.recovered()
        #expect(isCarried(driver.shard, ids, type: type, name: name))
        #expect(driver.committed("g") == ["t-0": 7])
        #expect(driver.heartbeat("g", member: ids[0], generation: 1) == ErrorCode.none)
        let again = driver.synced(sync(driver, ids[1], type: type, name: name, assignments: []))
        #expect(again?.assignment == Self.assignments[1])

        #expect(driver.leave("g", [(ids[0], nil), (ids[1], nil)])?.members.map(\.errorCode) == [.none, .none])
        driver.advance(0)
        #expect(driver.state("g") == "Empty")
        #expect(driver.delete("g") == ErrorCode.none)
        #expect(driver.recovered().groupIds.isEmpty)
    }

    @Test func membersOfAnotherProtocolTypeAreRefused() {
        let driver = GroupDriver()
        let ids = stablePair(driver, type: "connect", name: "sessioned")
        #expect(driver.joined(driver.join("g", protocols: ["sessioned"], version: 3, type: "sr"))?.errorCode == .inconsistentGroupProtocol)
        #expect(driver.joined(driver.join("g", protocols: ["range"], version: 3))?.errorCode == .inconsistentGroupProtocol)
        #expect(driver.beat("g", "new", 0).errorCode == .groupIdNotFound, "a group of workers is not one of consumers")
        #expect(isCarried(driver.shard, ids, type: "connect", name: "sessioned"))
    }

    /// A member whose bytes happen to be a subscription is not read either: deletion of offsets is refused, not looked up.
    @Test func metadataThatLooksLikeASubscriptionIsNotRead() {
        let driver = GroupDriver()
        let id = driver.joined(driver.join("g", protocols: ["p"], type: "connect"))?.memberId ?? ""
        _ = driver.join("g", member: id, protocols: ["p"], type: "connect")
        driver.advance(6_000)
        _ = sync(driver, id, type: "connect", name: "p", assignments: [])
        #expect(driver.commit("g", "other", [0: 1], member: id, generation: 1) == ErrorCode.none)
        #expect(driver.deleteOffsets("g", "other", 0)?.errorCode == .nonEmptyGroup)
    }

    @Test func offsetsOfALiveGroupDoNotExpire() {
        let driver = GroupDriver {
            $0.offsetsRetentionMs = 60_000
            $0.offsetsRetentionCheckIntervalMs = 10_000
        }
        let ids = stablePair(driver, type: "connect", name: "sessioned")
        _ = driver.commit("g", "t", [0: 7], member: ids[0], generation: 1)
        for _ in 0..<20 {
            driver.advance(5_000)
            for id in ids { _ = driver.heartbeat("g", member: id, generation: 1) }
        }
        #expect(driver.committed("g") == ["t-0": 7])
        _ = driver.leave("g", ids.map { ($0, nil) })
        driver.advance(80_000)
        #expect(driver.shard.groupIds.isEmpty, "an empty one's offsets do, and the group with them")
    }
}
