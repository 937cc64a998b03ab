import KafkaProtocol
import OffsetLiterals
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct LogDivergenceTests {
    /// A log whose epochs 2, 4 and 7 begin at 0, 10 and 20, and that ends at 30.
    private func log() throws -> LogFixture {
        let fixture = try LogFixture()
        for (epoch, count) in [(2, 10), (4, 10), (7, 10)] as [(LeaderEpoch, Int)] { for _ in 0..<count { try fixture.append(["a"], epoch: epoch) } }
        return fixture
    }

    /// The cases of Kafka's `getOffsetTruncationState`.
    @Test(
        arguments: [
            // The leader's answer (epoch, end), where to cut, and whether that is all.
            (7, 25, 25, true), (7, 35, 30, true), (4, 15, 15, true), (4, 25, 20, true), (2, 5, 5, true),
            // Epochs that this log does not know: cut to the end of the largest before, and ask again.
            (5, 15, 20, false), (3, 5, 10, false),
            // Before the log's first epoch the leader's end counts; without an epoch too.
            (1, 5, 0, true), (9, 25, 25, true), (-1, 12, 12, true), (-1, 40, 30, true),
            // The leader knows nothing: back to the high watermark.
            (-1, -1, 17, true), (4, -1, 17, true),
        ] as [(Int32, Int64, Int64, Bool)])
    func whereAFollowerIsCut(_ epoch: Int32, _ end: Int64, _ offset: Int64, _ isFinal: Bool) throws {
        let fixture = try log()
        fixture.log.setReplicatedEnd(17)
        let point = fixture.log.truncationPoint(forDivergingEpoch: EpochEndOffset(leaderEpoch: LeaderEpoch(epoch), endOffset: Offset(end)))
        #expect(point == (Offset(offset), isFinal))
    }

    @Test func whatAFetcherIsToldThatWentAnotherWay() throws {
        let fixture = try log()
        _ = try fixture.log.deleteRecords(before: 3)
        fixture.log.lead(9)
        func told(_ offset: Offset, _ epoch: LeaderEpoch) throws -> EpochEndOffset? { try fixture.log.divergence(fetchOffset: offset, lastFetchedEpoch: epoch) }
        for (offset, epoch) in [(3, 2), (10, 2), (20, 4), (15, 4), (30, 7), (30, 9), (30, -1), (99, -1)] as [(Offset, LeaderEpoch)] {
            #expect(try told(offset, epoch) == nil, "\(offset) \(epoch)")
        }
        #expect(try told(11, 2) == EpochEndOffset(leaderEpoch: 2, endOffset: 10))
        #expect(try told(22, 5) == EpochEndOffset(leaderEpoch: 4, endOffset: 20))
        #expect(try told(5, 5) == EpochEndOffset(leaderEpoch: 4, endOffset: 20))
        // Also where the follower has more than the leader.
        #expect(try told(35, 8) == EpochEndOffset(leaderEpoch: 7, endOffset: 30))
        #expect(try told(31, 9) == EpochEndOffset(leaderEpoch: 9, endOffset: 30))
        for (offset, epoch) in [(2, 2), (30, 10)] as [(Offset, LeaderEpoch)] {
            #expect(throws: LogError.self) { try told(offset, epoch) }
        }
    }
}
