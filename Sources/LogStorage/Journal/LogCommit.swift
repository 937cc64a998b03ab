import KafkaProtocol
import Vocabulary

/// A log's place in the commit journal of the directory that it is in.
struct JournalSeat: Sendable {
    let journal: CommitJournal
    let key: JournalKey
}

/// Where the durable part of a log ends.
struct DurablePlace: Sendable {
    /// The first offset of the segment, which is the last one.
    var segment: Offset
    /// Bytes of its file.
    var position: Int
    var offset: Offset
}

/// What a log has behind its durable part.
struct JournaledTail {
    let log: PartitionLog
    let key: JournalKey
    let from: Offset
    let place: DurablePlace
    let batches: Bytes
}

/// How an attempt went to make a log durable by the journal.
public enum CommitOutcome: Sendable {
    case durable
    /// The log's own file must be synced.
    case needsSync
    case failed(LogError)
}

extension CommitJournal {
    /// Makes everything that was appended to logs before the call durable by one write, as far as that can be done. No lock of a log is held while the disk
    /// works, so appends go on; and no log is waited for that is being synced.
    public func commit(_ logs: [PartitionLog]) -> [CommitOutcome] {
        var outcomes = [CommitOutcome](repeating: .needsSync, count: logs.count)
        Self.holdingSyncs(of: logs[...], from: 0, []) { held in
            var tails: [(index: Int, tail: JournaledTail)] = []
            var size = 0
            for index in held {
                do throws(LogError) {
                    switch try logs[index].tail(for: self, maxBytes: min(tailBytes, blockBytes - size)) {
                    case .nothing: outcomes[index] = .durable
                    case .needsSync: break
                    case .records(let tail):
                        tails.append((index, tail))
                        size += tail.batches.count
                    }
                } catch {
                    outcomes[index] = .failed(error)
                }
            }
            guard !tails.isEmpty, write(tails.map(\.tail)) else { return }
            for (index, tail) in tails {
                logs[index].noteDurable(tail.place)
                outcomes[index] = .durable
            }
        }
        return outcomes
    }

    /// Holds the locks that keep logs from being synced, cut or moved, of those that nobody else holds.
    private static func holdingSyncs(of logs: ArraySlice<PartitionLog>, from index: Int, _ held: [Int], _ body: ([Int]) -> Void) {
        guard let first = logs.first else { return body(held) }
        let isHeld: Void? = first.syncing.withLockIfAvailable { _ in holdingSyncs(of: logs.dropFirst(), from: index + 1, held + [index], body) }
        if isHeld == nil { holdingSyncs(of: logs.dropFirst(), from: index + 1, held, body) }
    }
}

/// What there is to write to the journal of a log.
private enum Tail {
    case nothing
    case needsSync
    case records(JournaledTail)
}

extension PartitionLog {
    /// The journal of the directory that the log is in; nil when it has none.
    public var journal: CommitJournal? { state.withLock { $0.journal?.journal } }

    /// Everything below this offset is durable, in the log's own files or in the journal.
    public var durableOffset: Offset { state.withLock { $0.durableOffset } }

    fileprivate func tail(for journal: CommitJournal, maxBytes: Int) throws(LogError) -> Tail {
        try state.withLock { (log) throws(LogError) -> Tail in
            try log.checkUsable()
            if log.durableOffset >= log.nextOffset { return .nothing }
            // A file that is new, or was not synced since the start, may lose more than its end.
            guard let seat = log.journal, seat.journal === journal, let place = log.durable, place.segment == log.active.baseOffset, !log.isDirectoryNew,
                !log.isDirectoryChanged, log.unsyncedFiles.isEmpty
            else { return .needsSync }
            let (count, active) = (log.active.size - place.position, log.active)
            guard count <= maxBytes else { return .needsSync }
            let batches: Bytes
            do throws(DiskError) { batches = try active.log.read(at: place.position, count: count) } catch {
                log.noteFailure(error)
                return .needsSync
            }
            guard batches.count == count else { return .needsSync }
            return .records(JournaledTail(log: self, key: seat.key, from: place.offset, place: log.place, batches: batches))
        }
    }

    fileprivate func noteDurable(_ place: DurablePlace) { state.withLock { $0.durable = place } }

    /// Makes the log durable in its own files and takes it out of the journal, before it is cut or moved. For a caller that holds `syncing`.
    func leaveJournal() throws(LogError) {
        guard let seat = state.withLock({ $0.journal }), seat.journal.has(seat.key) else { return }
        try syncFiles()
        do throws(DiskError) { try seat.journal.forget([seat.key]) } catch { throw .disk(error) }
    }
}

extension LogState {
    /// Where the log ends now.
    var place: DurablePlace { DurablePlace(segment: active.baseOffset, position: active.size, offset: nextOffset) }

    var durableOffset: Offset { max(flushedOffset, durable?.offset ?? .zero) }
}
