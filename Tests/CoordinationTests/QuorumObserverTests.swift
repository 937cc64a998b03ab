import Coordination
import KafkaProtocol
import Testing
import Vocabulary

/// Conversations of an observer with scripted controllers, an answer at a time.
@Suite struct QuorumObserverTests {
    private let one = HostPort(host: "c1", port: 9001), two = HostPort(host: "c2", port: 9002)

    private func observer(_ replica: MemoryReplica, _ change: (inout QuorumSettings) -> Void = { _ in }) -> QuorumObserver {
        var settings = QuorumSettings(nodeId: 9, directoryId: Uuid(high: 3, low: 3), clusterId: "cluster", listener: "CONTROLLER")
        settings.bootstrapServers = [one, two]
        change(&settings)
        var random = SeededGenerator(seed: 4)
        return QuorumObserver(settings: settings, replica: replica, generator: &random, now: 0)
    }

    private func sent(_ observer: inout QuorumObserver, now: Int64) throws -> QuorumRequest {
        guard case .send(let request) = observer.next(now: now) else { throw MetadataError("nothing is sent") }
        return request
    }

    private func fetch(_ request: QuorumRequest) throws -> FetchRequest {
        guard case .fetch(let message) = request.message else { throw MetadataError("it is no Fetch") }
        return message
    }

    private func piece(_ request: QuorumRequest) throws -> FetchSnapshotRequest.TopicSnapshot.PartitionSnapshot {
        guard case .fetchSnapshot(let message) = request.message else { throw MetadataError("it is no FetchSnapshot") }
        return message.topics[0].partitions[0]
    }

    private typealias Partition = FetchResponse.FetchableTopicResponse.PartitionData

    private func answer(_ error: ErrorCode = .none, leader: Int32, epoch: Int32, at: HostPort? = nil, _ fill: (inout Partition) -> Void = { _ in })
        -> FetchResponse
    {
        var partition = Partition()
        partition.errorCode = error
        partition.highWatermark = -1
        partition.currentLeader.leaderId = leader
        partition.currentLeader.leaderEpoch = epoch
        fill(&partition)
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topicId = QuorumObserver.topicId
        topic.partitions = [partition]
        var response = FetchResponse()
        response.responses = [topic]
        if let at {
            var endpoint = FetchResponse.NodeEndpoint()
            (endpoint.nodeId, endpoint.host, endpoint.port) = (leader, at.host, Int32(at.port))
            response.nodeEndpoints = [endpoint]
        }
        return response
    }

    private func batch(_ offset: Int64, epoch: Int32, count: Int = 1) throws -> RecordBatch {
        let builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: epoch)
        for _ in 0..<count { builder.append(timestamp: 1, key: nil, value: [1, 20, 0, 0]) }
        return try RecordBatch.parse(builder.build())
    }

    /// An observer that follows controller 2 in epoch 5, with so many records of it.
    private func following(_ replica: MemoryReplica, records: Int = 0, highWatermark: Int64 = 0) throws -> QuorumObserver {
        var observer = observer(replica)
        let first = try sent(&observer, now: 0)
        observer.answered(first.id, answer(.fencedLeaderEpoch, leader: 2, epoch: 5, at: two), now: 1)
        guard records > 0 else { return observer }
        let next = try sent(&observer, now: 1)
        let bytes = try batch(0, epoch: 5, count: records).bytes
        observer.answered(next.id, answer(leader: 2, epoch: 5) { ($0.records, $0.highWatermark) = (.bytes(bytes), highWatermark) }, now: 2)
        return observer
    }

    @Test func aLeaderIsFoundThroughABootstrapServerAndAskedFromThenOn() throws {
        let replica = MemoryReplica()
        var observer = observer(replica)
        let first = try sent(&observer, now: 0)
        #expect([.bootstrap(one), .bootstrap(two)].contains(first.place))
        let asked = try fetch(first)
        #expect(asked.clusterId == "cluster" && asked.replicaState.replicaId == 9 && asked.replicaState.replicaEpoch == -1 && asked.replicaId == 9)
        #expect(asked.topics[0].topicId == Uuid(high: 0, low: 1) && asked.topics[0].topic == "__cluster_metadata")
        let partition = asked.topics[0].partitions[0]
        #expect(partition.currentLeaderEpoch == 0 && partition.fetchOffset == 0 && partition.lastFetchedEpoch == 0 && partition.highWatermark == -1)
        #expect(partition.replicaDirectoryId == Uuid(high: 3, low: 3) && asked.maxWaitMs == 500)
        // One request is under way.
        guard case .wait(2000) = observer.next(now: 3) else { return #expect(Bool(false), "a second request") }
        observer.answered(first.id, answer(.fencedLeaderEpoch, leader: 2, epoch: 5, at: two), now: 4)
        #expect(replica.election == QuorumElection(epoch: 5, leaderId: 2))
        let second = try sent(&observer, now: 4)
        #expect(second.place == .leader(2, two))
        #expect(try fetch(second).topics[0].partitions[0].currentLeaderEpoch == 5)
    }

    @Test func recordsAreAppendedAndCommittedUpToTheHighWatermark() throws {
        let replica = MemoryReplica()
        var observer = try following(replica, records: 3, highWatermark: 2)
        #expect(replica.logEndOffset == 3 && replica.lastEpoch == 5 && observer.highWatermark == 2)
        let request = try sent(&observer, now: 2)
        let partition = try fetch(request).topics[0].partitions[0]
        #expect(partition.fetchOffset == 3 && partition.lastFetchedEpoch == 5 && partition.highWatermark == 2)
        // A batch that is cut short counts not; the leader's high watermark may lie behind what is here.
        let bytes = try batch(3, epoch: 5).bytes.array + batch(4, epoch: 5).bytes.prefix(30).array
        observer.answered(request.id, answer(leader: 2, epoch: 5) { ($0.records, $0.highWatermark) = (.bytes(Bytes(bytes)), 9) }, now: 3)
        #expect(replica.logEndOffset == 4 && observer.highWatermark == 4 && observer.obstacle == nil)
    }

    @Test func damagedRecordsAreNotAppendedAndAskedForAgain() throws {
        for (name, damage): (String, (inout [UInt8]) -> Void) in [
            ("checksum", { $0[65] ^= 1 }), ("offset", { $0[7] = 9 }), ("epoch of the future", { $0[15] = 6 }), ("cut short", { $0.removeLast(5) }),
        ] {
            let replica = MemoryReplica()
            var observer = try following(replica)
            let request = try sent(&observer, now: 2)
            var bytes = try batch(0, epoch: 5).bytes.array
            damage(&bytes)
            observer.answered(request.id, answer(leader: 2, epoch: 5) { ($0.records, $0.highWatermark) = (.bytes(Bytes(bytes)), 1) }, now: 3)
            #expect(replica.logEndOffset == 0 && observer.committedOffset == 0, "\(name)")
            #expect(observer.obstacle?.contains("damaged") == true, "\(name)")
            // The leader rests, and another controller is asked meanwhile.
            #expect(try sent(&observer, now: 3).place == .bootstrap(one), "\(name)")
        }
    }

    @Test func aSilentLeaderIsLeftForAnotherControllerAfterTheRequestTimeout() throws {
        var observer = try following(MemoryReplica())
        let silent = try sent(&observer, now: 2)
        guard case .wait(2002) = observer.next(now: 2) else { return #expect(Bool(false), "no time-out") }
        let other = try sent(&observer, now: 2002)
        #expect(other.place == .bootstrap(one))
        // What comes late is nobody's.
        observer.answered(silent.id, answer(.fencedLeaderEpoch, leader: 7, epoch: 70, at: one), now: 2003)
        #expect(observer.election.epoch == 5)
        observer.answered(other.id, answer(.fencedLeaderEpoch, leader: 1, epoch: 6, at: one), now: 2004)
        #expect(try sent(&observer, now: 2004).place == .leader(1, one))
    }

    @Test func whoeverFailsRestsForTheBackoff() throws {
        var observer = observer(MemoryReplica())
        let first = try sent(&observer, now: 0)
        observer.failed(first.id, reason: "connection refused", now: 5)
        let second = try sent(&observer, now: 5)
        #expect(second.place != first.place && observer.obstacle?.contains("connection refused") == true)
        observer.failed(second.id, reason: "connection refused", now: 6)
        guard case .wait(25) = observer.next(now: 6) else { return #expect(Bool(false), "no backoff") }
        #expect(try sent(&observer, now: 25).place == first.place)
    }

    @Test func epochsOnlyGoForward() throws {
        var observer = try following(MemoryReplica())
        for old in [
            answer(leader: 1, epoch: 4, at: one), answer(.unknownLeaderEpoch, leader: 1, epoch: 4, at: one),
            answer(.notLeaderOrFollower, leader: 1, epoch: 5, at: one),
        ] {
            let request = try sent(&observer, now: 100)
            observer.answered(request.id, old, now: 100)
            #expect(observer.election == QuorumElection(epoch: 5, leaderId: 2) && observer.obstacle != nil)
            guard case .send = observer.next(now: 100) else { continue }
            observer = try following(MemoryReplica())
        }
        let request = try sent(&observer, now: 200)
        observer.answered(request.id, answer(.notLeaderOrFollower, leader: -1, epoch: 6), now: 201)
        #expect(observer.election == QuorumElection(epoch: 6) && observer.leader == nil)
    }

    @Test func anotherClusterIsFinal() throws {
        var observer = observer(MemoryReplica())
        var response = FetchResponse()
        response.errorCode = .inconsistentClusterId
        observer.answered(try sent(&observer, now: 0).id, response, now: 1)
        guard case .stop(.otherCluster) = observer.next(now: 2) else { return #expect(Bool(false), "it goes on") }
    }

    @Test func aDivergingCopyIsCutBackButNeverBelowWhatIsCommitted() throws {
        let replica = MemoryReplica()
        var observer = try following(replica, records: 1, highWatermark: 1)
        observer.answered(
            try sent(&observer, now: 2).id, answer(leader: 2, epoch: 5) { $0.records = .bytes((try? batch(1, epoch: 5).bytes) ?? .empty) }, now: 3)
        observer.answered(try sent(&observer, now: 3).id, answer(.fencedLeaderEpoch, leader: 1, epoch: 7, at: one), now: 4)
        let request = try sent(&observer, now: 4)
        observer.answered(request.id, answer(leader: 1, epoch: 7) { ($0.divergingEpoch.epoch, $0.divergingEpoch.endOffset) = (5, 1) }, now: 5)
        #expect(replica.logEndOffset == 1 && observer.obstacle == nil)
        observer.answered(
            try sent(&observer, now: 5).id, answer(leader: 1, epoch: 7) { ($0.divergingEpoch.epoch, $0.divergingEpoch.endOffset) = (4, 0) }, now: 6)
        guard case .stop(.lostCommitted) = observer.next(now: 7) else { return #expect(Bool(false), "it goes on") }
        #expect(replica.logEndOffset == 1)
    }

    // MARK: Snapshots

    private func snapshot(_ end: Int64, epoch: Int32) -> (MetadataSnapshot, Bytes) {
        let snapshot = MetadataSnapshot(endOffset: end, epoch: epoch)
        var contents = MetadataSnapshot.Contents()
        contents.values = [[1, 20, 0, 0]]
        var bytes: [UInt8] = []
        snapshot.write(contents, now: 1) { (batch) throws(Never) in bytes += batch.array }
        return (snapshot, Bytes(bytes))
    }

    private func piece(_ id: MetadataSnapshot, _ bytes: Bytes, at position: Int64, count: Int, error: ErrorCode = .none) -> FetchSnapshotResponse {
        var partition = FetchSnapshotResponse.TopicSnapshot.PartitionSnapshot()
        partition.errorCode = error
        (partition.currentLeader.leaderId, partition.currentLeader.leaderEpoch) = (2, 5)
        (partition.snapshotId.endOffset, partition.snapshotId.epoch) = (id.endOffset, id.epoch)
        (partition.size, partition.position) = (Int64(bytes.count), position)
        partition.unalignedRecords = .bytes(bytes.dropFirst(Int(position)).prefix(count))
        var topic = FetchSnapshotResponse.TopicSnapshot()
        topic.name = "__cluster_metadata"
        topic.partitions = [partition]
        var response = FetchSnapshotResponse()
        response.topics = [topic]
        return response
    }

    private func offered(_ replica: MemoryReplica, _ id: MetadataSnapshot) throws -> QuorumObserver {
        var observer = try following(replica)
        observer.answered(
            try sent(&observer, now: 2).id, answer(leader: 2, epoch: 5) { ($0.snapshotId.endOffset, $0.snapshotId.epoch) = (id.endOffset, id.epoch) }, now: 3)
        return observer
    }

    @Test func aSnapshotIsFetchedInPiecesAndTheLogGoesOnBehindIt() throws {
        let (id, bytes) = snapshot(40, epoch: 4), replica = MemoryReplica()
        var observer = try offered(replica, id)
        var position: Int64 = 0
        while position < Int64(bytes.count) {
            let request = try sent(&observer, now: 4)
            #expect(request.place == .leader(2, two))
            #expect(try piece(request).position == position && piece(request).snapshotId.endOffset == 40)
            observer.answered(request.id, piece(id, bytes, at: position, count: 50), now: 4)
            position += Int64(bytes.dropFirst(Int(position)).prefix(50).count)
        }
        #expect(replica.logStartOffset == 40 && replica.latestSnapshot == id && observer.committedOffset == 40)
        let partition = try fetch(try sent(&observer, now: 5)).topics[0].partitions[0]
        #expect(partition.fetchOffset == 40 && partition.lastFetchedEpoch == 4)
    }

    @Test func aSnapshotThatIsGoneOrDamagedOrOfAnotherLeaderIsBegunAnew() throws {
        let (id, bytes) = snapshot(40, epoch: 4)
        for (name, reply) in [
            ("gone", piece(id, bytes, at: 0, count: 0, error: .snapshotNotFound)), ("shorter", piece(id, bytes, at: 0, count: 0, error: .positionOutOfRange)),
            ("empty", piece(id, bytes, at: 0, count: 0)), ("other position", piece(id, bytes, at: 10, count: 10)),
            ("other", piece(MetadataSnapshot(endOffset: 41, epoch: 4), bytes, at: 0, count: 10)),
            ("damaged", piece(id, Bytes(bytes.array.dropLast(4)), at: 0, count: 9999)),
        ] {
            let replica = MemoryReplica()
            var observer = try offered(replica, id)
            observer.answered(try sent(&observer, now: 4).id, reply, now: 4)
            #expect(observer.obstacle != nil && replica.latestSnapshot == nil && replica.unfinished == nil, "\(name)")
            #expect(try fetch(try sent(&observer, now: 40)).topics[0].partitions[0].fetchOffset == 0, "\(name)")
        }
        let replica = MemoryReplica()
        var observer = try offered(replica, id)
        observer.answered(try sent(&observer, now: 4).id, piece(id, bytes, at: 0, count: 20), now: 4)
        observer.failed(try sent(&observer, now: 4).id, reason: "cut", now: 5)
        observer.answered(try sent(&observer, now: 5).id, answer(.fencedLeaderEpoch, leader: 1, epoch: 6, at: one), now: 6)
        #expect(replica.unfinished == nil)
        #expect(try sent(&observer, now: 6).place == .leader(1, one))
    }

    @Test func aRestartGoesOnWithTheCopyAndTheVoterThatLed() throws {
        let replica = MemoryReplica()
        _ = try following(replica, records: 2, highWatermark: 2)
        var again = observer(replica) { ($0.bootstrapServers, $0.voters) = ([], [QuorumVoter("1@c1:9001"), QuorumVoter("2@c2:9002")].compactMap { $0 }) }
        let request = try sent(&again, now: 0)
        #expect(request.place == .leader(2, two) && again.highWatermark == nil)
        #expect(try fetch(request).topics[0].partitions[0].fetchOffset == 2)
        #expect(QuorumVoter("c1:9001") == nil && QuorumVoter("-1@c1:9001") == nil && QuorumVoter("1@c1") == nil)
    }

    @Test func whatTheDiskRefusesStopsTheNode() throws {
        let replica = MemoryReplica()
        var observer = try following(replica)
        replica.isBroken = true
        let bytes = try batch(0, epoch: 5).bytes
        observer.answered(try sent(&observer, now: 2).id, answer(leader: 2, epoch: 5) { $0.records = .bytes(bytes) }, now: 3)
        guard case .stop(.copy) = observer.next(now: 4) else { return #expect(Bool(false), "it goes on") }
    }
}
