import KafkaProtocol
import Measuring
import Testing
import Vocabulary

@testable import Coordination

/// Four times the members, groups or transactions must cost about four times as much: 4 is linear, 16 quadratic.
@Suite(.serialized) struct GroupCostTests {
    private static let limit = 8.0

    private func store(groups: Int, partitions: Int, producer: (Int) -> Int64) -> OffsetStore {
        var store = OffsetStore()
        for group in 0..<groups {
            for partition in 0..<partitions {
                store.put(
                    CommittedOffset(offset: 1, commitTimestamp: 0, recordOffset: 1), group: "g\(group)", partition: TopicPartition("t", Int32(partition)),
                    producerId: producer(group))
            }
        }
        return store
    }

    @Test func offsetsAreRemovedWithoutLookingAtOtherTransactions() {
        let ratio = costRatio(400, prepare: { store(groups: $0, partitions: 1, producer: { Int64($0) }) }) { store, groups in
            for group in 0..<groups { store.remove(group: "g\(group)", partition: TopicPartition("t", 0)) }
        }
        #expect(ratio < Self.limit)
    }

    @Test func pendingOffsetsAreFoundWithoutLookingAtOtherTransactions() {
        let ratio = costRatio(400, prepare: { store(groups: $0, partitions: 1, producer: { Int64($0) }) }) { store, groups in
            var found = 0
            for group in 0..<groups {
                if store.hasPending("g\(group)", TopicPartition("t", 0)) { found += 1 }
                if store.hasPending("other", TopicPartition("t", 0)) || store.hasOpenTransactions("other") { found += 1 }
                found += store.partitions(of: "g\(group)").count
            }
            #expect(found == 2 * groups)
        }
        #expect(ratio < Self.limit)
    }

    /// A new group that so many members join at once.
    private func joined(_ count: Int) -> GroupDriver {
        let driver = GroupDriver()
        for _ in 0..<count { _ = driver.join("g", version: 3) }
        return driver
    }

    /// The same, in its first generation.
    private func gathered(_ count: Int) -> GroupDriver {
        let driver = joined(count)
        driver.advance(Int64(7_000))
        return driver
    }

    @Test func membersJoinWithoutLookingAtEachOther() {
        let ratio = costRatio(300, prepare: { _ in 0 }) { (_: inout Int, count: Int) in _ = joined(count) }
        #expect(ratio < Self.limit)
    }

    @Test func aGenerationBeginsInTimeLinearInItsMembers() {
        let ratio = costRatio(300, prepare: joined) { (driver: inout GroupDriver, count: Int) in
            driver.advance(Int64(7_000))
            #expect(driver.shard.describe("g", version: 6).groupState == "CompletingRebalance")
        }
        #expect(ratio < Self.limit)
    }

    @Test func membersLeaveInTimeLinearInTheirNumber() {
        let ratio = costRatio(300, prepare: gathered) { (driver: inout GroupDriver, count: Int) in
            // Everyone that goes is the leader by then.
            let members = driver.shard.describe("g", version: 6).members.map { (id: $0.memberId, instance: String?.none) }
            #expect(members.count == count)
            _ = driver.leave("g", members)
        }
        #expect(ratio < Self.limit)
    }

    @Test func membersExpireInTimeLinearInTheirNumber() {
        let ratio = costRatio(300, prepare: gathered) { (driver: inout GroupDriver, _: Int) in
            driver.advance(Int64(20_000))
            #expect(driver.state("g") == "Empty")
        }
        #expect(ratio < Self.limit)
    }

    @Test func aRefusedAppendLooksOnlyAtTheGroupsOfItsRecords() {
        let ratio = costRatio(
            300,
            prepare: { count in
                let driver = GroupDriver { $0.consumerAssignmentIntervalMs = 0 }
                for index in 0..<count { _ = driver.beat("g\(index)", "m", 0) }
                return driver
            }
        ) { driver, count in
            driver.appendError = .notEnoughReplicas
            for index in 0..<count { _ = driver.beat("g\(index)", "m", -1) }
        }
        #expect(ratio < Self.limit)
    }
}
