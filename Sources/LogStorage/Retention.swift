import KafkaProtocol
import Vocabulary

extension LogState {
    /// Removes whole segments that are too old, too many or before the log's start; returns how many.
    mutating func applyRetention(now: Int64) throws(LogError) -> Int {
        var removed = try removeSegments(now: now) { (log, index) throws(DiskError) in log.endOffset(ofSegment: index) <= log.logStartOffset }
        guard config.isDeleted else { return removed }
        if config.retentionMs >= 0 {
            removed += try removeSegments(now: now) { (log, index) throws(DiskError) in
                let segment = log.segments[index]
                func isTooOld(_ timestamp: Int64) -> Bool { now - (timestamp >= 0 ? timestamp : segment.createdMs) > log.config.retentionMs }
                return isTooOld(segment.maxTimestamp) ? isTooOld(try segment.verifiedMaxTimestamp()) : false
            }
        }
        if config.retentionBytes >= 0 {
            var excess = Int64(sizeInBytes) - config.retentionBytes
            removed += try removeSegments(now: now) { (log, index) throws(DiskError) in
                excess -= Int64(log.segments[index].size)
                return excess >= 0
            }
        }
        return removed
    }

    /// Removes the oldest segments as long as the condition holds, up to the high watermark; an empty active segment stays.
    private mutating func removeSegments(now: Int64, while condition: (LogState, Int) throws(DiskError) -> Bool) throws(LogError) -> Int {
        var count = 0
        do throws(DiskError) {
            while count < segments.count, !(count == segments.count - 1 && segments[count].size == 0), endOffset(ofSegment: count) <= highWatermark,
                try condition(self, count)
            { count += 1 }
        } catch {
            throw .disk(error)
        }
        guard count > 0 else { return 0 }
        try changing { (log) throws(DiskError) in
            if count == log.segments.count { try log.roll(now: now) }
            let removed = log.segments.prefix(count)
            log.segments.removeFirst(count)
            log.cursors.removeAll()
            for segment in removed {
                try segment.removeFiles(log.disk)
                log.snapshots.removeAll { $0 == segment.baseOffset }
            }
            log.advanceStart(to: log.segments[0].baseOffset)
        }
        return count
    }

    mutating func advanceStart(to offset: Offset) {
        guard offset > logStartOffset else { return }
        logStartOffset = offset
        if epochs.truncateStart(offset) { areEpochsUnwritten = true }
    }
}
