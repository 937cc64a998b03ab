import KafkaProtocol
import Vocabulary

/// A copy of a partition's log that is made in another directory than the log's, to take its place (KIP-113).
struct FutureLog: Sendable {
    /// `topic-0.<unique>-future`
    var directoryName: String
    /// What the small files of a copy say that is there and is not open.
    var found: FoundPartition?
    /// It was there at the start, and nobody has changed it since.
    var isOfBefore = false
    /// Nil until it is opened.
    var log: PartitionLog?

    /// Nil when that is not known.
    var topicId: Uuid? { log?.topicId ?? found?.topicId }
}

extension LogDirectory {
    /// The copies that are here, with the topic ids that they belong to where those are known.
    var futures: [TopicPartition: Uuid?] { contents.withLock { $0.futures.mapValues(\.topicId) } }

    /// The copies that nobody has opened.
    var unexplainedFutures: [String] { contents.withLock { $0.futures.values.filter { $0.log == nil }.map(\.directoryName) } }

    func futureLog(_ name: TopicPartition) -> PartitionLog? { contents.withLock { $0.futures[name]?.log } }

    /// The copy of a partition's log: the one that is here, or an empty one in a new directory. One that belongs to another topic id is marked for deletion.
    func openFuture(_ name: TopicPartition, topicId: Uuid, config: LogConfig, now: Int64) throws(LogDirectoryError) -> PartitionLog {
        try contents.withLock { (contents) throws(LogDirectoryError) in
            if let known = contents.futures[name], known.topicId != topicId { try dropFuture(name, topicId, in: &contents) }
            if let log = contents.futures[name]?.log, log.isUsable { return log }
            try onDisk { () throws(DiskError) in try removeMarker(&contents) }
            var future = contents.futures[name] ?? FutureLog(directoryName: freeName(name, suffix: "-future", in: &contents))
            if future.log != nil { future.found = try FoundPartition(disk, "\(path)/\(future.directoryName)") }
            var opening = bareOpening(name, in: future.directoryName, config: config, isNew: future.found == nil, now: now)
            if let found = future.found {
                opening.epochs = found.epochs
                opening.isClean = contents.isClean && future.isOfBefore
            }
            let log = try onDisk { () throws(DiskError) -> PartitionLog in
                if future.found == nil { _ = try createInPlace(opening.directory) }
                let (state, report) = try LogState.open(disk, opening)
                let log = PartitionLog(state: state, topicId: topicId, recovery: report)
                if future.found == nil { try writeTopicId(topicId, log) }
                tell(name, report)
                return log
            }
            future.log = log
            future.found = nil
            future.isOfBefore = false
            contents.futures[name] = future
            return log
        }
    }

    /// Gives up a copy: what it has is marked for deletion.
    func dropFuture(_ name: TopicPartition) throws(LogDirectoryError) {
        try contents.withLock { (contents) throws(LogDirectoryError) in try dropFuture(name, nil, in: &contents) }
    }

    /// - Parameter topicId: of the log that it might have been a copy of
    private func dropFuture(_ name: TopicPartition, _ topicId: Uuid?, in contents: inout Contents) throws(LogDirectoryError) {
        guard let future = contents.futures[name] else { return }
        future.log?.markClosed()
        let target = freeName(name, suffix: "-delete", in: &contents)
        try onDisk { () throws(DiskError) in
            // A start must be able to tell that it may go.
            if let id = future.topicId ?? topicId {
                try disk.writeFile("\(path)/\(future.directoryName)/\(PartitionMetadata.fileName)", PartitionMetadata.content(id))
            }
            try disk.rename("\(path)/\(future.directoryName)", to: "\(path)/\(target)")
            try disk.syncDirectory(path)
        }
        contents.futures[name] = nil
        contents.marked.insert(target)
    }

    /// Has a copy that was there at the start be the partition's log from now on, where there is no other: whoever made it was cut off between taking the log
    /// away and putting the copy in its place.
    /// - Returns: false when the copy is in use as such
    func adoptFuture(_ name: TopicPartition) throws(LogDirectoryError) -> Bool {
        try contents.withLock { (contents) throws(LogDirectoryError) in
            guard let future = contents.futures[name], let found = future.found, contents.found[name] == nil, contents.logs[name] == nil else { return false }
            try onDisk { () throws(DiskError) in
                try removeMarker(&contents)
                try disk.rename("\(path)/\(future.directoryName)", to: "\(path)/\(name)")
                try disk.syncDirectory(path)
            }
            contents.futures[name] = nil
            contents.found[name] = found
            log.info(.recovery, "\(path)/\(future.directoryName) takes the place of the log of \(name), which is gone")
            return true
        }
    }

    /// Closes the copies; after a clean close the next start need not look at their records.
    func closeFutures(clean: Bool) {
        for log in contents.withLock({ $0.futures.values.compactMap(\.log) }).sorted(by: { $0.name < $1.name }) {
            // A copy that cannot be completed is looked at whole by the next start.
            do throws(LogError) { try log.close(clean: clean) } catch {
                self.log.warn(.disk, "the copy of \(log.name) in \(path) was not closed cleanly: \(error)")
            }
        }
    }
}

/// How the directories of a log and its copy change places: the old one goes first, so that a start never finds two, and each step is durable before the next.
/// Where only the copy is found, it is complete (`adoptFuture`).
struct FutureRenames {
    let disk: any Disk
    let source: String
    let target: String
    let name: TopicPartition
    let futureName: String
    /// What the old directory is called until it is removed.
    let markedName: String
    let topicId: Uuid

    func takeAway() throws(DiskError) {
        // A start must be able to tell that it may go, also when nothing of it was ever synced.
        try disk.writeFile("\(source)/\(name)/\(PartitionMetadata.fileName)", PartitionMetadata.content(topicId))
        try disk.rename("\(source)/\(name)", to: "\(source)/\(markedName)")
        try disk.syncDirectory(source)
    }

    func putInPlace() throws(DiskError) {
        try disk.rename("\(target)/\(futureName)", to: "\(target)/\(name)")
        try disk.syncDirectory(target)
    }

    func putBack() throws(DiskError) {
        try disk.rename("\(source)/\(markedName)", to: "\(source)/\(name)")
        try disk.syncDirectory(source)
    }
}

extension PartitionLog {
    /// Has a copy in another directory take the place of what this log is made of. Whoever holds the log goes on with it. A failure before the copy is in its
    /// place changes nothing.
    /// - Returns: false when the copy does not have all of the log, or something else than it
    func become(_ copy: PartitionLog, _ renames: FutureRenames, in target: LogDirectory, now: Int64) throws(LogError) -> Bool {
        // What is being compacted, or synced, is of the old files.
        try compacting.withLock { (_) throws(LogError) in
            try syncing.withLock { (_) throws(LogError) in
                try leaveJournal()
                return try state.withLock { (log) throws(LogError) in
                    try log.checkUsable()
                    guard try copy.complete(as: &log, now: now) else { return false }
                    try log.trying { (log) throws(DiskError) in
                        try target.checkpoints.adopt(log)
                        try renames.takeAway()
                    }
                    do throws(DiskError) { try renames.putInPlace() } catch {
                        try log.changing { _ throws(DiskError) in try renames.putBack() }
                        throw .disk(error)
                    }
                    try log.changing { (log) throws(DiskError) in try log.takeOver(from: target, now: now) }
                    return true
                }
            }
        }
    }

    /// What a copy may lack of a log whose appends wait for it.
    private static let lastBytes = 8 << 20

    /// Closes a copy cleanly if it has all of a log, or is given what little it lacks; it knows the producers that the log knows then.
    private func complete(as log: inout LogState, now: Int64) throws(LogError) -> Bool {
        var copied = 0
        while logEndOffset < log.nextOffset, copied < Self.lastBytes {
            let from = logEndOffset
            guard from >= log.logStartOffset else { return false }
            let info = try log.read(from: from, maxBytes: Self.lastBytes, minOneBatch: true, upTo: log.nextOffset)
            guard info.sizeInBytes > 0 else { break }
            try take(info, from: from, logStart: log.logStartOffset, now: now)
            copied += info.sizeInBytes
        }
        let (end, start, latest, producers) = (log.nextOffset, log.logStartOffset, log.epochs.epoch(at: log.nextOffset - 1), log.producers)
        let isWhole = try state.withLock { (copy) throws(LogError) in
            try copy.checkUsable()
            guard copy.nextOffset == end, copy.logStartOffset <= start else { return false }
            guard end == copy.logStartOffset || copy.epochs.epoch(at: end - 1) == latest else { return false }
            copy.producers = producers
            try copy.changing { (copy) throws(DiskError) in try copy.takeSnapshot() }
            return true
        }
        if isWhole { try close(clean: true) }
        return isWhole
    }
}

extension PartitionLog {
    /// Appends what was read of the log that this is a copy of.
    func take(_ info: ReadInfo, from offset: Offset, logStart: Offset, now: Int64) throws(LogError) {
        do {
            _ = try appendFromLeader(
                try info.records.gathered(), leaderEpoch: LeaderEpoch(.max), highWatermark: .zero, logStart: logStart, fetchOffset: offset, now: now)
        } catch let error as DiskError {
            throw .disk(error)
        } catch {
            throw .corrupt("\(name) could not be copied from offset \(offset) on: \(error)")
        }
    }
}

extension LogState {
    /// Goes on with the files of this partition in another directory, which are a whole copy of this log's.
    fileprivate mutating func takeOver(from target: LogDirectory, now: Int64) throws(DiskError) {
        var opening = target.bareOpening(name, in: name.description, config: config, isNew: false, now: now)
        opening.isClean = true
        opening.logStartOffset = logStartOffset
        opening.recoveryPoint = nextOffset
        opening.cleanedOffset = cleanedOffset
        opening.highWatermark = highWatermark
        opening.epochs = epochs
        opening.journal = journal.map { JournalSeat(journal: target.journal, key: $0.key) }
        var (new, _) = try LogState.open(disk, opening)
        new.role = role
        new.replicatedEnd = replicatedEnd
        new.producers = producers
        new.producerExpirationMs = producerExpirationMs
        // An epoch that nothing was appended in yet is known, too.
        new.epochs = epochs
        new.epochsOnDisk = LeaderEpochs()
        new.areEpochsUnwritten = true
        new.cutCount = cutCount + 1
        for segment in segments { segment.close() }
        self = new
    }
}
