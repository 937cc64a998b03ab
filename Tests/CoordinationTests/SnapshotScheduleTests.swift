import Coordination
import KafkaProtocol
import Testing

@Suite struct SnapshotScheduleTests {
    @Test func bytesOrTimeMakeASnapshotDueIfThereAreNewRecords() {
        var schedule = SnapshotSchedule(maxBytes: 100, maxIntervalMs: 1000, endOffset: 5, now: 0)
        schedule.note(bytes: 99)
        #expect(!schedule.isDue(endOffset: 8, now: 999))
        #expect(schedule.isDue(endOffset: 8, now: 1000))
        #expect(!schedule.isDue(endOffset: 5, now: 1000))
        schedule.note(bytes: 1)
        #expect(schedule.isDue(endOffset: 8, now: 1))
        schedule.taken(endOffset: 8, now: 10)
        schedule.note(bytes: 50)
        #expect(!schedule.isDue(endOffset: 9, now: 1009) && schedule.isDue(endOffset: 9, now: 1010) && !schedule.isDue(endOffset: 8, now: 9999))
    }

    @Test func anIntervalOfZeroMakesNoneDue() {
        let schedule = SnapshotSchedule(maxBytes: 100, maxIntervalMs: 0, now: 0)
        #expect(!schedule.isDue(endOffset: 8, now: .max))
    }

    @Test func aFailureIsNotTriedAgainAtOnce() {
        var schedule = SnapshotSchedule(maxBytes: 1, maxIntervalMs: 0, now: 0)
        schedule.note(bytes: 1)
        schedule.failed(now: 500)
        #expect(!schedule.isDue(endOffset: 1, now: 60_499) && schedule.isDue(endOffset: 1, now: 60_500))
    }

    private func rows(_ ends: Int64...) -> [StoredSnapshot] {
        ends.map { .init(snapshot: MetadataSnapshot(endOffset: $0, epoch: 1), sizeInBytes: 10, lastContainedLogTimestamp: $0 * 100) }
    }

    @Test func theOldestSnapshotGoesWhenLogAndSnapshotsAreTooLarge() {
        let retention = SnapshotRetention(maxBytes: 130, maxMs: -1)
        #expect(retention.nextStart(rows(1, 2, 3), logSize: 100, now: .max) == nil)
        #expect(retention.nextStart(rows(1, 2, 3), logSize: 101, now: 0)?.endOffset == 2)
        #expect(retention.nextStart(rows(2, 3), logSize: 101, now: 0) == nil)
        // The last one stays, however large.
        #expect(retention.nextStart(rows(3), logSize: 1000, now: 0) == nil)
    }

    @Test func theOldestSnapshotGoesWhenItIsTooOld() {
        let retention = SnapshotRetention(maxBytes: -1, maxMs: 1000)
        #expect(retention.nextStart(rows(1, 2), logSize: 1 << 40, now: 1100) == nil)
        #expect(retention.nextStart(rows(1, 2), logSize: 0, now: 1101)?.endOffset == 2)
        #expect(
            retention.nextStart(
                [.init(snapshot: .init(endOffset: 1, epoch: 1), sizeInBytes: 1, lastContainedLogTimestamp: nil)] + rows(2), logSize: 0, now: .max) == nil)
    }
}
