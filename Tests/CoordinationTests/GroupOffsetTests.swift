import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

@Suite struct GroupOffsetTests {
    @Test func consumerOutsideAnyGroupStoresOffsets() {
        let d = GroupDriver()
        #expect(d.commit("g", "t", [0: 5, 1: 7]) == ErrorCode.none)
        #expect(d.committed("g") == ["t-0": 5, "t-1": 7])
        #expect(d.state("g") == "Empty")
        #expect(d.shard.list(states: [], types: []).map(\.protocolType) == [""])
        var asked = OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics()
        asked.name = "t"
        asked.partitionIndexes = [1, 9]
        let fetched = d.shard.fetchOffsets(group: "g", topics: [asked], requireStable: true).topics[0].partitions
        #expect(fetched.map(\.committedOffset) == [7, -1] && fetched.map(\.errorCode) == [.none, .none])
        #expect(d.shard.fetchOffsets(group: "none", topics: [asked], requireStable: false).topics[0].partitions.map(\.committedOffset) == [-1, -1])
    }

    @Test func commitsAreCheckedAgainstTheGeneration() {
        let d = GroupDriver()
        #expect(d.commit("none", "t", [0: 1], member: "m", generation: 1, version: 9) == .groupIdNotFound)
        #expect(d.commit("none", "t", [0: 1], member: "m", generation: 1, version: 8) == .illegalGeneration)
        let (a, b) = d.stablePair("g")
        #expect(d.commit("g", "t", [0: 1], member: a, generation: 1) == ErrorCode.none)
        #expect(d.commit("g", "t", [0: 1], member: a, generation: 2) == .illegalGeneration)
        #expect(d.commit("g", "t", [0: 1], member: "m", generation: 1) == .unknownMemberId)
        #expect(d.commit("g", "t", [0: 1]) == .unknownMemberId)
        #expect(d.commit("g", "t", [0: 1], member: a, generation: 1, metadata: String(repeating: "x", count: 4097)) == .offsetMetadataTooLarge)
        _ = d.leave("g", [(b, nil)])
        #expect(d.commit("g", "t", [0: 2], member: a, generation: 1) == ErrorCode.none, "before it rejoins it may still commit")
        _ = d.join("g", member: a)
        #expect(d.commit("g", "t", [0: 3], member: a, generation: 2) == .rebalanceInProgress)
        #expect(d.committed("g") == ["t-0": 2])
    }

    @Test func committingKeepsTheSessionAlive() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        for _ in 0..<4 {
            d.advance(6_000)
            #expect(d.commit("g", "t", [0: 1], member: a, generation: 1) == ErrorCode.none)
            _ = d.heartbeat("g", member: b, generation: 1)
        }
        #expect(d.state("g") == "Stable")
    }

    @Test func offsetsOfSubscribedTopicsCannotBeDeleted() {
        let d = GroupDriver()
        let (a, b) = d.stablePair("g")
        _ = d.commit("g", "t", [0: 1], member: a, generation: 1)
        _ = d.commit("g", "old", [0: 1], member: a, generation: 1)
        #expect(d.deleteOffsets("g", "t", 0)?.topics[0].partitions[0].errorCode == .groupSubscribedToTopic)
        #expect(d.deleteOffsets("g", "old", 0)?.topics[0].partitions[0].errorCode == ErrorCode.none)
        #expect(d.deleteOffsets("none", "t", 0)?.errorCode == .groupIdNotFound)
        #expect(d.delete("g") == .nonEmptyGroup)
        _ = d.leave("g", [(a, nil), (b, nil)])
        #expect(d.deleteOffsets("g", "t", 0)?.topics[0].partitions[0].errorCode == ErrorCode.none)
        #expect(d.committed("g") == [:])
    }

    /// Topics and user data are read, whatever version is claimed and whatever follows, or does not.
    @Test(
        arguments: [
            ([0, 1], []), ([0, 2], [0, 0, 0, 0]), ([0, 3], [0, 0, 0, 5, 0]), ([0, 9], []), ([255, 255], []), ([0, 1], [255, 255, 255, 255, 255]),
        ] as [([UInt8], [UInt8])])
    func subscriptionsAreReadAsFarAsVersionZeroGoes(version: [UInt8], rest: [UInt8]) {
        let d = GroupDriver()
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["t"]
        let member = d.stableMember("g", metadata: Bytes(version + subscription.encoded(version: 0).array + rest))
        for topic in ["t", "old"] { _ = d.commit("g", topic, [0: 1], member: member, generation: 1) }
        #expect(d.deleteOffsets("g", "t", 0)?.topics[0].partitions[0].errorCode == .groupSubscribedToTopic)
        #expect(d.deleteOffsets("g", "old", 0)?.topics[0].partitions[0].errorCode == ErrorCode.none)
    }

    /// What cannot be read may be a subscription to anything.
    @Test(arguments: [[], [0], [0, 1], [0, 0, 0, 0, 0, 3, 0, 1, 116], [0, 0, 0, 0, 0, 1, 0, 1, 116]] as [[UInt8]])
    func aSubscriptionThatCannotBeReadKeepsAllOffsets(metadata: [UInt8]) {
        let d = GroupDriver()
        let member = d.stableMember("g", metadata: Bytes(metadata))
        _ = d.commit("g", "old", [0: 1], member: member, generation: 1)
        #expect(d.deleteOffsets("g", "old", 0)?.topics[0].partitions[0].errorCode == .groupSubscribedToTopic)
    }

    @Test func deletedGroupLeavesNothingBehind() {
        let d = GroupDriver()
        _ = d.commit("g", "t", [0: 1, 1: 2])
        #expect(d.delete("g") == ErrorCode.none)
        #expect(d.delete("g") == .groupIdNotFound)
        #expect(d.shard.groupIds.isEmpty && d.recovered().groupIds.isEmpty)
        let described = d.shard.describe("g", version: 6)
        #expect(described.errorCode == .groupIdNotFound && described.errorMessage == "Group g not found." && described.groupState == "Dead")
        #expect(d.shard.describe("g", version: 5).errorCode == ErrorCode.none)
    }

    @Test func offsetsExpireAfterTheRetentionAndThenTheGroup() {
        let d = GroupDriver {
            $0.offsetsRetentionMs = 3_600_000
            $0.offsetsRetentionCheckIntervalMs = 60_000
        }
        let (a, b) = d.stablePair("g")
        _ = d.commit("g", "t", [0: 1], member: a, generation: 1)
        _ = d.commit("simple", "t", [0: 1])
        _ = d.commit("short", "t", [0: 1], retention: 1_000, version: 4)
        _ = d.leave("g", [(a, nil), (b, nil)])
        d.advance(60_000)
        #expect(d.committed("short") == [:] && d.committed("simple") == ["t-0": 1])
        d.advance(3_500_000)
        #expect(d.committed("g") == ["t-0": 1])
        d.advance(120_000)
        #expect(d.shard.groupIds.isEmpty)
    }

    @Test func offsetsOfDeletedTopicsGo() {
        let d = GroupDriver()
        _ = d.commit("g", "t", [0: 1])
        _ = d.commit("g", "u", [0: 2])
        d.settle(d.shard.topicsDeleted(["t"]))
        #expect(d.committed("g") == ["u-0": 2] && d.state("g") == "Empty")
    }

    @Test func offsetsOfATransactionCountOnceItIsCommitted() {
        let d = GroupDriver()
        _ = d.commit("g", "t", [0: 1])
        let other = GroupDriver()
        _ = other.commit("g", "t", [0: 9])
        d.shard.replay(other.log[0], offset: 50, producerId: 7)
        #expect(d.committed("g") == ["t-0": 1])
        var asked = OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics()
        asked.name = "t"
        asked.partitionIndexes = [0]
        #expect(d.shard.fetchOffsets(group: "g", topics: [asked], requireStable: true).topics[0].partitions[0].errorCode == .unstableOffsetCommit)
        d.shard.replayEndTransaction(producerId: 7, committed: true)
        #expect(d.committed("g") == ["t-0": 9])
    }

    @Test func transactionsOfSeveralProducersEndEachByItself() {
        var store = OffsetStore()
        let (first, second) = (TopicPartition("t", 0), TopicPartition("t", 1))
        func put(_ producer: Int64, _ partition: TopicPartition, _ offset: Int64) {
            let entry = CommittedOffset(offset: offset, commitTimestamp: 0, recordOffset: offset)
            store.put(entry, group: "g", partition: partition, producerId: producer)
        }
        put(-1, first, 1)
        put(7, first, 2)
        put(8, first, 3)
        put(8, second, 4)
        put(9, second, 5)
        #expect(store.partitions(of: "g") == [first, second] && store.hasPending("g", second))
        store.endTransaction(producerId: 8, committed: true)
        store.endTransaction(producerId: 7, committed: true)
        #expect(store.offsets(of: "g").mapValues(\.offset) == [first: 3, second: 4], "what was written later counts")
        #expect(!store.hasPending("g", first) && store.hasPending("g", second))
        store.remove(group: "g", partition: second)
        #expect(!store.hasOpenTransactions("g"))
        store.endTransaction(producerId: 9, committed: true)
        #expect(store.offsets(of: "g").mapValues(\.offset) == [first: 3], "what was removed does not come back")
        put(9, second, 6)
        store.endTransaction(producerId: 9, committed: false)
        #expect(store.partitions(of: "g") == [first] && !store.hasOpenTransactions("g"))
    }

    @Test func listingFilters() {
        let d = GroupDriver()
        _ = d.stablePair("live")
        _ = d.commit("simple", "t", [0: 1])
        #expect(d.shard.list(states: [" stable"], types: []).map(\.groupId) == ["live"])
        #expect(d.shard.list(states: ["Empty"], types: ["classic"]).map(\.groupId) == ["simple"])
        #expect(d.shard.list(states: [], types: ["consumer"]).isEmpty)
        #expect(d.shard.list(states: [], types: []).map(\.groupType) == ["classic", "classic"])
    }
}
