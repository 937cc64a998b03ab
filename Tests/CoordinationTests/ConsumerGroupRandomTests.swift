import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

/// Members of the consumer protocol as a client keeps them: what they were told, what they have.
private struct RandomMember {
    var id: String
    var epoch: Int32 = 0
    var owned: [Uuid: Set<Int32>] = [:]
    var target: [Uuid: Set<Int32>] = [:]
    var topics: [String]
    var regex: String?
    var hasNews = true
}

@Suite struct ConsumerGroupRandomTests {
    @Test(arguments: 1...30) func noPartitionHasTwoOwnersAndAllFindOne(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let driver = GroupDriver { $0.consumerAssignmentIntervalMs = seed % 2 == 0 ? 0 : 1_000 }
        var counts: [String: Int32] = ["t": 3, "u": 2]
        driver.topics(counts)
        var members: [RandomMember] = []
        var created = 0
        for _ in 0..<400 {
            driver.appendError = seed % 3 == 0 && Int.random(in: 0..<8, using: &random) == 0 ? .notEnoughReplicas : nil
            switch Int.random(in: 0..<20, using: &random) {
            case 0...1 where members.count < 5:
                created += 1
                let topics = [["t"], ["u"], ["t", "u"]].randomElement(using: &random) ?? []
                members.append(RandomMember(id: "m\(created)", topics: topics, regex: Bool.random(using: &random) ? nil : ".*"))
            case 2 where !members.isEmpty:
                let index = members.indices.randomElement(using: &random) ?? 0
                if beat(driver, members[index], leaves: true).errorCode == .none { members.remove(at: index) }
            case 3 where !members.isEmpty:
                // It crashes, and a session later it is gone.
                members.remove(at: members.indices.randomElement(using: &random) ?? 0)
                for _ in 0..<5 {
                    driver.advance(10_000)
                    for index in members.indices { step(driver, &members[index]) }
                }
            case 4:
                let name = ["t", "u", "v"].randomElement(using: &random) ?? "t"
                counts[name] = counts[name].map { $0 > 6 ? 1 : $0 + 1 } ?? 1
                driver.topics(counts)
            case 5:
                counts["v"] = nil
                driver.topics(counts)
            case 6 where !members.isEmpty:
                let index = members.indices.randomElement(using: &random) ?? 0
                members[index].topics = [["t"], ["u"], ["t", "u"]].randomElement(using: &random) ?? []
                members[index].regex = nil
                members[index].hasNews = true
            case 7: driver.advance(Int64.random(in: 0..<2_000, using: &random))
            default:
                guard let index = members.indices.randomElement(using: &random) else { continue }
                step(driver, &members[index])
            }
            check(driver, members, seed)
        }
        // Left alone, all members settle and share all there is.
        driver.appendError = nil
        for _ in 0..<60 {
            driver.advance(1_000)
            for index in members.indices { step(driver, &members[index]) }
            check(driver, members, seed)
        }
        guard !members.isEmpty else { return }
        #expect(driver.describeConsumers("g").groupState == "Stable", "seed \(seed)")
        let wanted = Set(members.flatMap { member in member.regex == nil ? member.topics : Array(counts.keys) })
        let all = wanted.reduce(into: 0) { $0 += Int(counts[$1] ?? 0) }
        #expect(members.reduce(into: 0) { $0 += $1.owned.values.reduce(0) { $0 + $1.count } } == all, "seed \(seed)")
        let recovered = driver.recovered()
        #expect(recovered.consumerGroup("g")?.members == driver.shard.consumerGroup("g")?.members, "seed \(seed)")
        #expect(recovered.consumerGroup("g")?.targetAssignment == driver.shard.consumerGroup("g")?.targetAssignment, "seed \(seed)")
        #expect(recovered.consumerGroup("g")?.epoch == driver.shard.consumerGroup("g")?.epoch, "seed \(seed)")
    }

    private func beat(_ driver: GroupDriver, _ member: RandomMember, leaves: Bool = false) -> ConsumerGroupHeartbeatResponse {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = "g"
        request.memberId = member.id
        request.memberEpoch = leaves ? -1 : member.epoch
        if !leaves && member.epoch == 0 { request.rebalanceTimeoutMs = 60_000 }
        if !leaves && member.hasNews {
            request.subscribedTopicNames = member.regex == nil ? member.topics : nil
            request.subscribedTopicRegex = member.regex ?? ""
            if member.regex != nil { request.subscribedTopicNames = [] }
        }
        if !leaves {
            request.topicPartitions =
                member.epoch == 0
                ? []
                : member.owned.map { topicId, partitions in
                    var row = ConsumerGroupHeartbeatRequest.TopicPartitions()
                    row.topicId = topicId
                    row.partitions = partitions.sorted()
                    return row
                }
        }
        let token = UInt64(1 << 32) + UInt64(driver.replies.count)
        driver.settle(
            driver.shard.consumerHeartbeat(request, token: token, context: .init(apiVersion: 1), newMemberId: "", now: driver.now))
        driver.advance(0)
        if case .consumerHeartbeat(let response)? = driver.replies[token] { return response }
        if let response = driver.failure(of: request, token) { return response }
        Issue.record("a heartbeat without an answer")
        return .init()
    }

    /// One heartbeat, then what a client does with the answer: it gives up at once what it may not keep, and takes what it is given.
    private func step(_ driver: GroupDriver, _ member: inout RandomMember) {
        let response = beat(driver, member)
        switch response.errorCode {
        case .none:
            member.hasNews = false
            member.epoch = response.memberEpoch
            guard let assignment = response.assignment else { return }
            member.owned = assignment.topicPartitions.reduce(into: [:]) { $0[$1.topicId] = Set($1.partitions) }
        case .fencedMemberEpoch, .unknownMemberId:
            member.epoch = 0
            member.owned = [:]
            member.hasNews = true
        default: break
        }
    }

    private func check(_ driver: GroupDriver, _ members: [RandomMember], _ seed: UInt64) {
        var owners: [String: String] = [:]
        for member in members {
            for (topicId, partitions) in member.owned {
                for partition in partitions {
                    let name = "\(topicId)-\(partition)"
                    if let other = owners[name] { Issue.record("\(name) is owned by \(other) and by \(member.id) (seed \(seed))") }
                    owners[name] = member.id
                }
            }
        }
    }
}
