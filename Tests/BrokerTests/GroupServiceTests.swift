import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Testing

@testable import Broker

/// A broker on a disk in memory, and clients that speak to it in frames.
private final class GroupBroker {
    let disk: MemoryDisk
    let now = Mutex<Int64>(1_700_000_000_000)
    private(set) var broker: Broker

    init(disk: MemoryDisk = MemoryDisk(), durability: Durability = .os) throws {
        self.disk = disk
        var settings = BrokerSettings(properties: ["offsets.topic.num.partitions": "4"])
        settings.dataDirectories = ["data"]
        settings.durability = durability
        settings.clock = { 1_700_000_000_000 }
        settings.endpoints = [Endpoint(listener: "PLAINTEXT", host: "127.0.0.1", port: 9092)]
        broker = try Broker(settings: settings, disk: disk, now: 1_700_000_000_000)
    }

    /// Sends a request; the box holds the answer once there is one.
    func send<R: Request>(_ request: R, version: Int16) -> Answer<R.Response> {
        let answer = Answer<R.Response>(request: R.self, version: version)
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: 1, clientId: "c").encode(
            into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        let connection = ClientConnection(id: 1, listener: "PLAINTEXT", peerHost: "/127.0.0.1")
        broker.handle(writer.finishedBytes(), from: connection, now: now.withLock { $0 }) { answer.put($0) }
        return answer
    }

    func call<R: Request>(_ request: R, version: Int16) throws -> R.Response { try #require(send(request, version: version).response) }

    func advance(_ ms: Int64) {
        let time = now.withLock { now in
            now += ms
            return now
        }
        _ = broker.timers.fire(now: time)
    }

    func findCoordinator() throws -> FindCoordinatorResponse {
        var find = FindCoordinatorRequest()
        find.coordinatorKeys = ["g"]
        return try call(find, version: 6)
    }

    func commit(_ offset: Int64) -> Answer<OffsetCommitResponse> {
        var commit = OffsetCommitRequest()
        commit.groupId = "g"
        commit.topics = [.init()]
        commit.topics[0].name = "t"
        commit.topics[0].partitions = [.init()]
        commit.topics[0].partitions[0].committedOffset = offset
        return send(commit, version: 9)
    }

    func fetch() -> Answer<OffsetFetchResponse> {
        var fetch = OffsetFetchRequest()
        fetch.groups = [.init()]
        fetch.groups[0].groupId = "g"
        fetch.groups[0].topics = nil
        return send(fetch, version: 9)
    }

    func join(_ member: String) -> Answer<JoinGroupResponse> {
        var join = JoinGroupRequest()
        (join.groupId, join.memberId, join.protocolType) = ("g", member, "consumer")
        (join.sessionTimeoutMs, join.rebalanceTimeoutMs) = (10_000, 10_000)
        join.protocols = [.init()]
        join.protocols[0].name = "range"
        return send(join, version: 9)
    }
}

private final class Answer<R: Response>: Sendable {
    private let reply = Mutex<R?>(nil)
    private let headerVersion: Int16
    private let version: Int16

    init(request: any Request.Type, version: Int16) {
        headerVersion = ResponseHeader.version(for: request, version: version)
        self.version = version
    }

    var response: R? { reply.withLock { $0 } }

    func put(_ reply: Reply) {
        guard case .frame(let pieces, _) = reply, let bytes = try? RecordData.pieces(pieces).gathered() else { return }
        // Length and correlation id, then in header version 1 an empty tagged section.
        let response = try? R.decode(bytes.dropFirst(headerVersion == 1 ? 9 : 8), version: version)
        self.reply.withLock { $0 = response }
    }
}

@Suite struct GroupServiceTests {
    @Test func firstQuestionForACoordinatorMakesTheOffsetsTopic() throws {
        let b = try GroupBroker()
        #expect(try b.call(ListGroupsRequest(), version: 5).groups.isEmpty)
        #expect(b.join("").response?.errorCode == .notCoordinator)
        let found = try b.findCoordinator().coordinators[0]
        #expect(found.errorCode == .none && found.port == 9092 && found.nodeId == 1)
        #expect(b.broker.metadata.image.topic("__consumer_offsets")?.partitions.count == 4)
        #expect(b.broker.metadata.image.config(of: .topic("__consumer_offsets"))["cleanup.policy"] == "compact")
    }

    @Test func groupsAndOffsetsOutliveTheBroker() throws {
        let b = try GroupBroker()
        #expect(b.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        _ = try b.findCoordinator()
        #expect(b.commit(42).response?.topics[0].partitions[0].errorCode == ErrorCode.none)
        let member = try #require(b.join("").response?.memberId)
        let joined = b.join(member)
        #expect(joined.response?.generationId == 1, "a single node does not delay the first rebalance")
        var sync = SyncGroupRequest()
        (sync.groupId, sync.generationId, sync.memberId, sync.protocolType, sync.protocolName) = ("g", 1, member, "consumer", "range")
        sync.assignments = [.init()]
        sync.assignments[0].memberId = member
        sync.assignments[0].assignment = Bytes("mine")
        #expect(try b.call(sync, version: 5).assignment.text == "mine")
        try b.broker.shutDown(now: 1_700_000_000_000)

        let again = try GroupBroker(disk: b.disk)
        #expect(again.fetch().response?.groups[0].topics[0].partitions[0].committedOffset == 42)
        var describe = DescribeGroupsRequest()
        describe.groups = ["g"]
        #expect(try again.call(describe, version: 6).groups[0].members.map(\.memberAssignment.text) == ["mine"])
        again.advance(10_001)
        #expect(try again.call(describe, version: 6).groups[0].groupState == "Empty", "the member did not come back in time")
    }

    @Test func repliesWaitForTheDisk() throws {
        let b = try GroupBroker(durability: .fsync)
        #expect(b.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        _ = try b.findCoordinator()
        let commit = b.commit(7)
        #expect(commit.response == nil)
        let fetch = b.fetch()
        #expect(fetch.response == nil, "an offset that may yet be lost is not told")
        b.broker.commits.drain()
        #expect(commit.response?.topics[0].partitions[0].errorCode == ErrorCode.none)
        b.broker.commits.drain()
        #expect(fetch.response?.groups[0].topics[0].partitions[0].committedOffset == 7)
    }

    @Test func deletedTopicTakesItsOffsetsAlong() throws {
        let b = try GroupBroker()
        #expect(b.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        _ = try b.findCoordinator()
        _ = b.commit(42)
        var delete = DeleteTopicsRequest()
        delete.topics = [.init()]
        delete.topics[0].name = "t"
        #expect(try b.call(delete, version: 6).responses[0].errorCode == ErrorCode.none)
        #expect(b.fetch().response?.groups[0].topics.isEmpty == true)
    }

    @Test func unknownPartitionsAreRefusedOneByOne() throws {
        let b = try GroupBroker()
        #expect(b.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        _ = try b.findCoordinator()
        var commit = OffsetCommitRequest()
        commit.groupId = "g"
        commit.topics = [.init(), .init()]
        commit.topics[0].name = "none"
        commit.topics[1].name = "t"
        for index in [0, 1] as [Int32] {
            var partition = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
            partition.partitionIndex = index
            commit.topics[0].partitions.append(partition)
            commit.topics[1].partitions.append(partition)
        }
        let topics = try b.call(commit, version: 9).topics
        #expect(topics[0].partitions.allSatisfy { $0.errorCode == .unknownTopicOrPartition })
        #expect(topics[1].partitions.map(\.partitionIndex) == [1, 0] && topics[1].partitions.map(\.errorCode) == [.unknownTopicOrPartition, .none])
    }
}
