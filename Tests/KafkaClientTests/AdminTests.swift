import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A scripted cluster whose callers wait, with its clock.
extension ScriptedCluster: RequestSender {
    func perform<R: Request>(
        _ targets: [Target], options: RequestOptions, build: @escaping (_ version: Int16, _ index: Int) -> R, retryCode: ((R.Response) -> ErrorCode)?
    ) -> [Result<R.Response, ClientError>] {
        var results: [Result<R.Response, ClientError>?] = targets.map { _ in nil }
        for (index, target) in targets.enumerated() {
            core.submit(to: target, options: options, build: { build($0, index) }, retryCode: retryCode) { results[index] = $0 }
        }
        _ = run { results.allSatisfy { $0 != nil } }
        return results.map { $0 ?? .failure(ClientError(.closed, message: "no answer")) }
    }

    func pause(ms: Int, obstacles: [Obstacle]) throws(ClientError) {
        told.append(contentsOf: obstacles.filter { !told.contains($0) })
        let end = now + Int64(ms)
        _ = run(limitMs: Int64(ms)) { false }
        now = max(now, end)
        core.now = now
    }
}

@Suite struct AdminTests {
    private func cluster(_ script: @escaping ScriptedCluster.Script) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "5000", "request.timeout.ms": "2000"])
        cluster.brokers["a:1"] = .answers { request, version in
            request is MetadataRequest ? metadata([1: "a:1"], topics: ["t": [1, 1]]) : script(request, version)
        }
        return cluster
    }

    private func offsets(_ rows: [(Int32, Int64, ErrorCode)]) -> ListOffsetsResponse {
        var topic = ListOffsetsResponse.ListOffsetsTopicResponse()
        topic.name = "t"
        topic.partitions = rows.map { index, offset, error in
            var row = ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse()
            row.partitionIndex = index
            row.offset = offset
            row.errorCode = error
            return row
        }
        var response = ListOffsetsResponse()
        response.topics = [topic]
        return response
    }

    private let both: [TopicPartition: OffsetSpec] = [TopicPartition("t", 0): .latest, TopicPartition("t", 1): .latest]

    @Test func membersAreRemovedByIdOrByInstance() throws {
        var asked: LeaveGroupRequest?
        let cluster = try cluster { request, _ in
            switch request {
            case is FindCoordinatorRequest:
                var coordinator = FindCoordinatorResponse.Coordinator()
                (coordinator.key, coordinator.nodeId, coordinator.host, coordinator.port) = ("g", 1, "a", 1)
                var answer = FindCoordinatorResponse()
                answer.coordinators = [coordinator]
                return answer
            case let leave as LeaveGroupRequest:
                asked = leave
                var answer = LeaveGroupResponse()
                answer.members = leave.members.map {
                    var member = LeaveGroupResponse.MemberResponse()
                    (member.memberId, member.groupInstanceId) = ($0.memberId, $0.groupInstanceId)
                    member.errorCode = $0.memberId == "gone" ? .unknownMemberId : .none
                    return member
                }
                return answer
            default: return nil
            }
        }
        func member(_ id: String, _ instance: String? = nil) -> GroupDescription.Member {
            GroupDescription.Member(
                memberId: id, instanceId: instance, clientId: "c", host: "/h", assignment: [], targetAssignment: nil, memberEpoch: nil, isUpgraded: nil)
        }
        let failures = try Admin(cluster).removeMembers([member("m"), member("s", "static"), member("gone")], from: "g", reason: "why")
        #expect(failures.mapValues(\.code) == ["gone": .unknownMemberId])
        #expect(asked?.members.map(\.memberId) == ["m", "", "gone"] && asked?.members.map(\.groupInstanceId) == [nil, "static", nil])
        #expect(asked?.members.allSatisfy { $0.reason == "why" } == true)
    }

    @Test func whatOffsetsAreWaitedForIsTold() throws {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "5000"])
        cluster.brokers["a:1"] = .answers { request, _ in
            if request is MetadataRequest { return metadata([1: "a:1"], topics: ["t": [1, -1]]) }
            return self.offsets([(0, -1, .notLeaderOrFollower)])
        }
        let results = try Admin(cluster).listOffsets(both)
        #expect(results.count == 2)
        #expect(cluster.told == [.partitions(topic: "t", [1], .leaderNotAvailable), .partitions(topic: "t", [0], .notLeaderOrFollower)].merged)
    }

    @Test func aPartitionThatABrokerLeavesOutFailsAtTheDeadline() throws {
        let cluster = try cluster { _, _ in self.offsets([(0, 7, .none)]) }
        let began = cluster.now
        let results = try Admin(cluster).listOffsets(both)
        #expect(try results[TopicPartition("t", 0)]?.get().offset == 7)
        #expect(throws: ClientError.self) { try results[TopicPartition("t", 1)]?.get() }
        #expect(cluster.now - began >= 5_000 && cluster.now - began < 10_000)
    }

    @Test func whatMaySucceedLaterIsAskedAgain() throws {
        var asked = 0
        let cluster = try cluster { _, _ in
            asked += 1
            return self.offsets([(0, 7, .none), (1, 8, asked < 3 ? .notLeaderOrFollower : .none)].filter { asked == 1 || $0.0 == 1 })
        }
        let results = try Admin(cluster).listOffsets(both)
        #expect(try results.mapValues { try $0.get().offset } == [TopicPartition("t", 0): 7, TopicPartition("t", 1): 8])
        #expect(asked == 3)
    }

    @Test func aFailureForGoodIsToldAtOnce() throws {
        let cluster = try cluster { _, _ in self.offsets([(0, -1, .topicAuthorizationFailed), (1, 8, .none)]) }
        let began = cluster.now
        let results = try Admin(cluster).listOffsets(both)
        do throws(ClientError) {
            _ = try results[TopicPartition("t", 0)]?.get()
            Issue.record("no failure")
        } catch {
            #expect(error.code == .topicAuthorizationFailed)
        }
        #expect(cluster.now - began < 1_000)
    }
}
