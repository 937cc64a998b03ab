import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Testing
import Vocabulary

@testable import Broker

/// What a partition says of its offsets, and takes, in each role.
@Suite struct PartitionRoleTests {
    private func partition(minInsync: Int = 1) throws -> (Partition, LogDirectory) {
        var generator = SystemRandomNumberGenerator()
        let directory = try LogDirectory(disk: MemoryDisk(), path: "d", nodeId: 1, clusterId: nil, generator: &generator)
        var config = LogConfig()
        config.minInsyncReplicas = minInsync
        let log = try directory.openPartition(.init("t", 0), topicId: Uuid(high: 1, low: 2), config: config, now: 0)
        return (Partition(topic: "t", topicId: Uuid(high: 1, low: 2), index: 0, log: log, context: ReplicaContext(nodeId: 1)), directory)
    }

    private func image(leader: Int32, epoch: Int32, replicas: [Int32], inSync: [Int32]) -> PartitionImage {
        var image = PartitionImage()
        (image.leader, image.leaderEpoch, image.replicas, image.isr) = (leader, epoch, replicas, inSync)
        return image
    }

    private func code(_ body: () throws(AppendError) -> AppendInfo) -> ErrorCode {
        do throws(AppendError) {
            _ = try body()
            return .none
        } catch {
            return error.code
        }
    }

    @Test func aSingleReplicasHighWatermarkIsItsEnd() throws {
        let (partition, _) = try partition()
        partition.take(image(leader: 1, epoch: 3, replicas: [1], inSync: [1]), now: 0)
        _ = try partition.append(batch("a"), now: 0, origin: .client, requiresInSync: true)
        let view = try partition.view(currentLeaderEpoch: 3).get()
        #expect(view.leaderEpoch == 3 && view.offsets == LogOffsets(start: 0, highWatermark: 1, lastStable: 1, end: 1))
    }

    @Test func whatOthersInSyncDoNotHaveIsNotShown() throws {
        let (partition, _) = try partition()
        partition.take(image(leader: 1, epoch: 3, replicas: [1, 2], inSync: [1]), now: 0)
        _ = try partition.append(batch("a"), now: 0, origin: .client)
        partition.take(image(leader: 1, epoch: 3, replicas: [1, 2], inSync: [1, 2]), now: 0)
        _ = try partition.append(batch("b"), now: 0, origin: .client, requiresInSync: true)
        let view = try partition.view().get()
        #expect(view.offsets == LogOffsets(start: 0, highWatermark: 1, lastStable: 1, end: 2))
        #expect(view.limit(readsCommitted: false) == 1 && view.limit(readsCommitted: true) == 1)
        #expect(throws: LogError.self) { try partition.deleteRecords(before: 2) }
        #expect(try partition.deleteRecords(before: -1) == 1)
        // The other is gone: everything counts again.
        partition.take(image(leader: 1, epoch: 4, replicas: [1, 2], inSync: [1]), now: 0)
        #expect(try partition.view().get().offsets.highWatermark == 2)
    }

    @Test func onlyALeaderOfTheEpochThatTheClientKnowsAnswers() throws {
        let (partition, _) = try partition()
        partition.take(image(leader: 1, epoch: 3, replicas: [1, 2], inSync: [1]), now: 0)
        func error(_ epoch: LeaderEpoch) -> ErrorCode {
            if case .failure(let code) = partition.view(currentLeaderEpoch: epoch) { code } else { .none }
        }
        #expect([-1, 2, 3, 4].map(error) == [.none, .fencedLeaderEpoch, .none, .unknownLeaderEpoch])
        partition.take(image(leader: 2, epoch: 4, replicas: [1, 2], inSync: [1, 2]), now: 0)
        #expect([-1, 3, 4].map(error) == [.notLeaderOrFollower, .fencedLeaderEpoch, .notLeaderOrFollower])
        #expect(code { () throws(AppendError) in try partition.append(batch("a"), now: 0, origin: .client) } == .notLeaderOrFollower)
        #expect(partition.log.logEndOffset == 0)
    }

    @Test func anAppendOfAnEpochThatIsOverIsRefused() throws {
        let (partition, _) = try partition()
        partition.take(image(leader: 1, epoch: 5, replicas: [1], inSync: [1]), now: 0)
        #expect(code { () throws(AppendError) in try partition.log.append(batch("a"), leaderEpoch: 4, now: 0, origin: .client) } == .notLeaderOrFollower)
    }

    /// What was appended may be gone by the time that the disk has it: the next leader has the say.
    @Test func whoLeadsNoLongerSaysOfNothingThatItIsCommitted() throws {
        let told = Mutex<[ErrorCode]>([])
        func commit(_ commits: CommitQueue, _ partition: Partition) {
            commits.commit(partition, upTo: 1) { code in told.withLock { $0.append(code) } }
        }
        func queue() -> CommitQueue { CommitQueue(durability: .fsync) }
        // The news comes between the append and this.
        let (first, _) = try partition()
        first.take(image(leader: 1, epoch: 3, replicas: [1, 2], inSync: [1, 2]), now: 0)
        _ = try first.append(batch("a"), now: 0, origin: .client, requiresInSync: true)
        first.take(image(leader: 2, epoch: 4, replicas: [1, 2], inSync: [1, 2]), now: 0)
        let commits = queue()
        commit(commits, first)
        commits.drain()
        #expect(told.withLock { $0 } == [.notLeaderOrFollower])
        // It comes while the disk is at work, and this broker leads again before that is done.
        let (second, _) = try partition()
        second.take(image(leader: 1, epoch: 3, replicas: [1, 2], inSync: [1, 2]), now: 0)
        _ = try second.append(batch("a"), now: 0, origin: .client, requiresInSync: true)
        commit(commits, second)
        second.take(image(leader: 2, epoch: 4, replicas: [1, 2], inSync: [1, 2]), now: 0)
        second.take(image(leader: 1, epoch: 5, replicas: [1, 2], inSync: [1]), now: 0)
        commits.drain()
        #expect(told.withLock { $0 } == [.notLeaderOrFollower, .notLeaderOrFollower])
    }

    @Test func minInsyncReplicasIsAtMostWhatThePartitionHas() throws {
        // min.insync.replicas, replicas, in sync, and what a producer with acks=all is told; as Kafka 4.3 (UnderMinIsr against the smaller number).
        for (minimum, replicas, inSync, expected) in [
            (2, [1], [1], ErrorCode.none), (2, [1, 2, 3], [1], .notEnoughReplicas), (2, [1, 2, 3], [1, 2], .none), (1, [1, 2, 3], [1], .none),
            (3, [1, 2], [1, 2], .none), (3, [1, 2], [1], .notEnoughReplicas),
        ] as [(Int, [Int32], [Int32], ErrorCode)] {
            let (partition, _) = try partition(minInsync: minimum)
            partition.take(image(leader: 1, epoch: 0, replicas: replicas, inSync: inSync), now: 0)
            let all = code { () throws(AppendError) in try partition.append(batch("a"), now: 0, origin: .client, requiresInSync: true) }
            #expect(all == expected, "min \(minimum), replicas \(replicas), in sync \(inSync)")
            #expect(code { () throws(AppendError) in try partition.append(batch("a"), now: 0, origin: .client) } == .none)
        }
    }
}
