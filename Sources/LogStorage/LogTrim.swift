import KafkaProtocol
import Vocabulary

extension PartitionLog {
    /// Moves the log's start to an offset, where a snapshot stands for what precedes it, and removes the whole segments below: the oldest first, and each
    /// durably before the next, so that a power failure leaves no gap. The start itself is not kept: the next one is that of the oldest segment.
    /// Returns how many segments went.
    @discardableResult
    public func trim(to offset: Offset) throws(LogError) -> Int {
        var count = 0
        while try state.withLock({ (log) throws(LogError) in try log.removeOldest(endingBy: offset) }) { count += 1 }
        try state.withLock { (log) throws(LogError) in
            try log.checkUsable()
            guard offset <= log.nextOffset else {
                throw .offsetOutOfRange(requested: offset, logStartOffset: log.logStartOffset, logEndOffset: log.nextOffset)
            }
            log.advanceStart(to: offset)
        }
        return count
    }

    /// Drops everything and has the log begin, empty and without leader epochs, at an offset, where a snapshot stands for all that precedes it (Kafka's
    /// `truncateFullyAndStartAt`). Segments go durably one after another, the oldest first, so that a power failure leaves no gap.
    public func restart(at offset: Offset, now: Int64) throws(LogError) {
        // A sync that is under way would call durable what is dropped.
        try syncing.withLock { (_) throws(LogError) in
            try state.withLock { (log) throws(LogError) in
                try log.changing { (log) throws(DiskError) in
                    for segment in log.segments {
                        try segment.removeFiles(log.disk)
                        try log.disk.syncDirectory(log.directory)
                    }
                    try log.restart(at: offset, now: now)
                    log.forgetEpochs()
                }
            }
        }
    }
}

extension LogState {
    /// Removes the oldest segment if it ends at or before an offset and is not the one that is appended to. What fails is done by the next attempt.
    fileprivate mutating func removeOldest(endingBy offset: Offset) throws(LogError) -> Bool {
        try trying { (log) throws(DiskError) in
            guard log.segments.count > 1, log.segments[1].baseOffset <= offset else { return false }
            let oldest = log.segments[0]
            // Nobody is to read what may be gone already.
            log.advanceStart(to: log.segments[1].baseOffset)
            log.cursors.removeAll()
            try oldest.removeFiles(log.disk)
            try log.disk.syncDirectory(log.directory)
            log.segments.removeFirst()
            log.snapshots.removeAll { $0 == oldest.baseOffset }
            return true
        }
    }
}
