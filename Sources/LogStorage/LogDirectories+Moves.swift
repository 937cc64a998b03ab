import KafkaProtocol
import Vocabulary

/// Moving a partition's log to another directory of the node (KIP-113): a copy is made beside the log, which goes on meanwhile; once it has all of it, it takes
/// its place. Whoever calls decides when to do what; one thread at a time moves a partition.
extension LogDirectories {
    /// A log that is being moved.
    public struct Move: Sendable {
        public let name: TopicPartition
        public let target: LogDirectory
    }

    /// Every copy that there is and belongs, or may belong, to an open log, also those of before the start.
    public var moves: [Move] {
        online.flatMap { target in
            target.futures.sorted { $0.key < $1.key }.compactMap { name, topicId in
                log(name).map { $0.topicId == topicId ?? $0.topicId } == true ? Move(name: name, target: target) : nil
            }
        }
    }

    public func move(of name: TopicPartition) -> Move? {
        online.first { $0.futures[name] != nil }.map { Move(name: name, target: $0) }
    }

    /// The copy of a log that is being moved.
    public func futureLog(_ move: Move) -> PartitionLog? { move.target.futureLog(move.name) }

    /// Makes the copy, empty, or opens the one that is there. A copy in a third directory is given up.
    /// - Returns: nil when the log is in the directory already
    public func begin(_ name: TopicPartition, to target: LogDirectory, now: Int64) throws(LogDirectoryError) -> Move? {
        try layout.withLock { (_) throws(LogDirectoryError) in
            guard let log = log(name) else { throw .offline("\(name) has no log here") }
            guard target.log(name) == nil else { return nil }
            for other in online where other !== target && other.futures[name] != nil { try other.dropFuture(name) }
            _ = try target.openFuture(name, topicId: log.topicId, config: log.config, now: now)
            return Move(name: name, target: target)
        }
    }

    /// Gives up the copy of a log.
    public func abandon(_ move: Move) {
        layout.withLock { _ in
            if move.target.futures[move.name] != nil { drop(move.name, in: move.target) }
            log(move.name)?.pauseCompaction(false)
        }
    }

    /// Copies a piece of a log, of at most so many bytes or one batch.
    /// - Returns: how many bytes it was; 0 when the copy has all
    public func copy(_ move: Move, maxBytes: Int, now: Int64) throws(LogDirectoryError) -> Int {
        guard let log = log(move.name), let copy = futureLog(move) else { return 0 }
        log.pauseCompaction(true)
        do throws(LogError) { return try log.copy(to: copy, maxBytes: maxBytes, now: now) } catch { throw .log(move.name, error) }
    }

    /// Has the copy take the place of its log, durably.
    /// - Returns: false when the log has gone on meanwhile
    public func finish(_ move: Move, now: Int64) throws(LogDirectoryError) -> Bool {
        // Most of what is to be synced, while the log goes on.
        do throws(LogError) { _ = try futureLog(move)?.sync() } catch { throw .log(move.name, error) }
        return try layout.withLock { (_) throws(LogDirectoryError) in
            guard let source = directory(of: move.name), source !== move.target else { return false }
            guard try source.handOver(move.name, to: move.target, now: now) else { return false }
            log.info(.replication, "\(move.name) was moved from \(source.path) to \(move.target.path)")
            return true
        }
    }
}

extension LogDirectory {
    /// Gives a log to another directory, which has a copy of it.
    fileprivate func handOver(_ name: TopicPartition, to target: LogDirectory, now: Int64) throws(LogDirectoryError) -> Bool {
        try contents.withLock { (own) throws(LogDirectoryError) in
            try target.contents.withLock { (other) throws(LogDirectoryError) in
                guard let log = own.logs[name], let future = other.futures[name], let copy = future.log else { return false }
                let marked = freeName(name, suffix: "-delete", in: &own)
                let renames = FutureRenames(
                    disk: disk, source: path, target: target.path, name: name, futureName: future.directoryName, markedName: marked,
                    topicId: log.topicId)
                do throws(LogError) {
                    guard try log.become(copy, renames, in: target, now: now) else { return false }
                } catch {
                    // The copy was closed: it is opened again when it is needed.
                    let found = try? FoundPartition(disk, "\(target.path)/\(future.directoryName)")
                    other.futures[name] = found.map { FutureLog(directoryName: future.directoryName, found: $0) }
                    throw .log(name, error)
                }
                own.logs[name] = nil
                own.marked.insert(marked)
                other.futures[name] = nil
                other.logs[name] = log
                try onDisk { () throws(DiskError) in try checkpoints.forget(name) }
                return true
            }
        }
    }
}

extension PartitionLog {
    /// Appends a piece of this log to a copy of it, which first gives up what this log does not have any more.
    fileprivate func copy(to copy: PartitionLog, maxBytes: Int, now: Int64) throws(LogError) -> Int {
        while let end = commonEnd(with: copy) { if try copy.truncate(to: end, now: now) > end { break } }
        let start = logStartOffset
        // Of what lies before it nothing is needed, nor need it be the log's any more.
        if start >= copy.logEndOffset, copy.logStartOffset < start { try copy.restart(at: start, now: now) }
        let from = copy.logEndOffset
        let info = try read(from: from, maxBytes: maxBytes, minOneBatch: true, upTo: logEndOffset)
        guard info.sizeInBytes > 0 else { return 0 }
        try copy.take(info, from: from, logStart: start, now: now)
        return info.sizeInBytes
    }

    /// To where a copy must be cut, because this log was cut there and went on differently; nil when it need not be.
    private func commonEnd(with copy: PartitionLog) -> Offset? {
        let (end, latest) = copy.state.withLock { ($0.nextOffset, $0.epochs.epoch(at: $0.nextOffset - 1) ?? .undefined) }
        if end > logEndOffset { return logEndOffset }
        let known = endOffset(forEpoch: latest)
        guard known.endOffset >= .zero, known.leaderEpoch < latest || known.endOffset < end else { return nil }
        let point = copy.truncationPoint(forDivergingEpoch: known).offset
        return point < end ? point : nil
    }
}
