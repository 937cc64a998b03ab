import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Fetches from one leader what this broker follows there: carries out what `ReplicaFetcher` decides. One request at a time is under way; answers are worked
/// off on the thread that brings them.
final class LeaderFetch: Sendable {
    typealias Key = ReplicaFetcher.Key

    /// What all of them use.
    struct Tools: Sendable {
        var fetcher: ReplicaFetcher.Settings
        var context: ReplicaContext
        var storage: LogDirectories
        var link: any PeerLink
        var timers: Timers
        var clock: @Sendable () -> Int64
        var log: OperatorLog
        /// Runs what waits for the disk.
        var blocking: @Sendable (@escaping @Sendable () -> Void) -> Void
        /// `replica.socket.timeout.ms`
        var timeoutMs: Int
    }

    private struct State: Sendable {
        var fetcher: ReplicaFetcher
        var partitions: [Key: Partition] = [:]
        /// Their logs begin later than the leader was told.
        var untold: [Key: Partition] = [:]
        var timer: (id: UInt64, at: Int64)?
        /// The leader has not answered since, and the operator was told.
        var isSilent = false
        var isStopped = false

        /// What the disk does not have yet is tried again with the next answer.
        mutating func noteStarts() {
            for (key, partition) in untold {
                let log = partition.log, kept = log.checkpointedStart
                fetcher.noteStart(key, kept)
                if kept >= log.logStartOffset || !log.isUsable { untold[key] = nil }
            }
        }
    }

    let leader: Int32
    private let tools: Tools
    private let state: Mutex<State>

    init(leader: Int32, _ tools: Tools) {
        self.leader = leader
        self.tools = tools
        state = Mutex(State(fetcher: ReplicaFetcher(tools.fetcher)))
    }

    // MARK: Partitions

    func follow(_ partitions: [(partition: Partition, epoch: LeaderEpoch)]) {
        state.withLock { state in
            for (partition, epoch) in partitions {
                state.partitions[partition.key] = partition
                state.fetcher.follow(partition.key, topic: partition.topic, Self.position(partition, epoch))
            }
        }
        turn()
    }

    func drop(_ keys: [Key]) {
        state.withLock { state in
            for key in keys {
                state.partitions[key] = nil
                state.untold[key] = nil
                state.fetcher.drop(key)
            }
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            if let timer = state.timer { tools.timers.cancel(timer.id) }
        }
    }

    /// How many records each partition is behind its leader.
    var lags: [(key: Key, topic: String, records: Int64)] { state.withLock { $0.fetcher.lags } }

    private static func position(_ partition: Partition, _ epoch: LeaderEpoch) -> ReplicaFetcher.Position {
        let log = partition.log
        return ReplicaFetcher.Position(leaderEpoch: epoch, end: log.logEndOffset, lastEpoch: log.latestLeaderEpoch, start: log.checkpointedStart)
    }

    // MARK: Turns

    /// Asks if it is time to, or comes back when it is.
    func turn() {
        let now = tools.clock()
        let request = state.withLock { state -> FetchRequest? in
            if state.isStopped { return nil }
            switch state.fetcher.next(now: now, brokerEpoch: tools.context.brokerEpoch, isHeldUp: tools.context.followerThrottle.holdsUp) {
            case .send(let request): return request
            case .wait(let until):
                schedule(&state, until)
                return nil
            }
        }
        guard let request else { return }
        tools.link.send(request, to: leader, timeoutMs: tools.timeoutMs, versions: Self.versions) { [self] result in
            keepStarts(of: answered(result)) { self.turn() }
        }
    }

    /// Topics are named by their ids from 13 on.
    private static let versions: ClosedRange<Int16> = 13...18

    private func schedule(_ state: inout State, _ until: Int64?) {
        guard let until, state.timer.map({ $0.at != until }) ?? true else { return }
        if let timer = state.timer { tools.timers.cancel(timer.id) }
        state.timer = (tools.timers.schedule(at: until) { [weak self] _ in self?.wake() }, until)
    }

    private func wake() {
        state.withLock { $0.timer = nil }
        turn()
    }

    /// Returns the partitions of which the answer said something.
    private func answered(_ result: Result<FetchResponse, PeerFailure>) -> [Partition] {
        let now = tools.clock()
        switch result {
        case .failure(let failure):
            let isNews = state.withLock { state in
                state.fetcher.failed(now: now)
                defer { state.isSilent = true }
                return !state.isSilent && !state.isStopped && !state.partitions.isEmpty
            }
            if isNews { tools.log.warn(.replication, "broker \(leader) cannot be fetched from for now: \(failure)") }
            return []
        case .success(let response):
            let steps = state.withLock { state in
                state.isSilent = false
                return state.fetcher.answered(response, now: now)
            }
            return steps.compactMap { key, epoch, step in
                guard let partition = state.withLock({ $0.partitions[key] }) else { return nil }
                take(step, partition, epoch, now: now)
                return partition
            }
        }
    }

    /// Where logs begin later than before, as their leader told, that lasts before it is told in turn: the leader answers a deletion then, and what it deleted
    /// must not be back when this broker leads, whatever happens to it until then.
    private func keepStarts(of partitions: [Partition], then: @escaping @Sendable () -> Void) {
        let moved = partitions.filter { $0.log.logStartOffset > $0.log.checkpointedStart }
        let isAnyUntold = state.withLock { state in
            for partition in moved { state.untold[partition.key] = partition }
            return !state.untold.isEmpty
        }
        guard isAnyUntold else { return then() }
        tools.blocking { [self] in
            do throws(LogDirectoryError) {
                try tools.storage.writeLogStartOffsets()
            } catch {
                tools.log.error(.disk, "broker \(leader) is not told yet where logs begin: \(error)")
            }
            state.withLock { $0.noteStarts() }
            then()
        }
    }

    // MARK: Steps

    private func take(_ step: ReplicaFetcher.Step, _ partition: Partition, _ epoch: LeaderEpoch, now: Int64) {
        switch step {
        case .append(let records, let fetchOffset, let highWatermark, let logStart):
            do throws(AppendError) {
                try partition.replicate(
                    records, fetchOffset: fetchOffset, leaderEpoch: epoch, highWatermark: highWatermark, logStart: logStart, now: now)
                tools.context.followerThrottle.note(records.count, of: partition.topic, partition.index)
                goOn(partition, epoch)
            } catch {
                failed(partition, epoch, error, now: now)
            }
        case .truncate(let diverging):
            cut(partition, epoch, now: now) { (log) throws(LogDirectoryError) in
                let end = log.truncationPoint(forDivergingEpoch: diverging).offset
                tools.log.info(
                    .replication,
                    "\(log.name) is cut at offset \(end): broker \(leader) has nothing of epoch \(diverging.leaderEpoch) behind \(diverging.endOffset)")
                try tools.storage.truncate(log.name, to: end, now: now)
            }
        case .resolve: resolve(partition, epoch, now: now)
        case .fail(let error):
            tools.log.debug(.replication, "\(partition.log.name) is not fetched from broker \(leader) in epoch \(epoch): \(error.name)")
        }
    }

    /// Goes on from where the log stands now.
    private func goOn(_ partition: Partition, _ epoch: LeaderEpoch) {
        let position = Self.position(partition, epoch)
        state.withLock { $0.fetcher.moved(partition.key, to: position) }
    }

    /// Tries again later, from where the log stands then: some of what was sent may have been taken.
    private func pause(_ partition: Partition, _ epoch: LeaderEpoch, now: Int64) {
        let position = Self.position(partition, epoch)
        state.withLock { $0.fetcher.pause(partition.key, at: position, now: now) }
    }

    private func failed(_ partition: Partition, _ epoch: LeaderEpoch, _ error: AppendError, now: Int64) {
        switch error.code {
        // It does not follow in this epoch any more.
        case .notLeaderOrFollower, .fencedLeaderEpoch: return
        // Of a log that is closed or broken the operator knows, and nothing comes after that; of a disk that is full, too, but that may pass.
        case .kafkaStorageError: if partition.log.isUsable { pause(partition, epoch, now: now) }
        // The log is elsewhere than it was when it was asked about.
        case .offsetOutOfRange: goOn(partition, epoch)
        default:
            tools.log.error(.replication, "\(partition.log.name) could not be appended to with what broker \(leader) sent: \(error)")
            pause(partition, epoch, now: now)
        }
    }

    /// Changes the log otherwise than by appending, if this broker still follows in the epoch in which that was found to be needed.
    private func cut(_ partition: Partition, _ epoch: LeaderEpoch, now: Int64, _ body: (PartitionLog) throws(LogDirectoryError) -> Void) {
        do throws(LogDirectoryError) {
            if try partition.whileFollowing(epoch, { () throws(LogDirectoryError) in try body(partition.log) }) { goOn(partition, epoch) }
        } catch {
            tools.log.error(.replication, "\(partition.log.name) could not be cut to what broker \(leader) has: \(error)")
            pause(partition, epoch, now: now)
        }
    }

    // MARK: Offsets out of range

    /// The leader's log begins behind this one's end, or ends before it.
    private func resolve(_ partition: Partition, _ epoch: LeaderEpoch, now: Int64) {
        ask(partition, epoch, ListedOffset.latest) { [self] end in
            guard end >= partition.log.logEndOffset else {
                return cut(partition, epoch, now: now) { (log) throws(LogDirectoryError) in
                    tools.log.warn(.replication, "\(log.name) is cut at offset \(end), where the log of its leader, broker \(leader), ends")
                    try tools.storage.truncate(log.name, to: end, now: now)
                }
            }
            ask(partition, epoch, ListedOffset.earliest) { [self] start in
                cut(partition, epoch, now: now) { (log) throws(LogDirectoryError) in
                    guard start > log.logEndOffset else { return }
                    tools.log.warn(.replication, "\(log.name) begins anew at offset \(start), where the log of its leader, broker \(leader), begins")
                    try tools.storage.restart(log.name, at: start, now: now)
                }
            }
        }
    }

    private enum ListedOffset {
        static let latest: Int64 = -1, earliest: Int64 = -2
    }

    private func ask(_ partition: Partition, _ epoch: LeaderEpoch, _ timestamp: Int64, then: @escaping @Sendable (Offset) -> Void) {
        var row = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition()
        row.partitionIndex = partition.index
        row.currentLeaderEpoch = epoch.value
        row.timestamp = timestamp
        var topic = ListOffsetsRequest.ListOffsetsTopic()
        topic.name = partition.topic
        topic.partitions = [row]
        var request = ListOffsetsRequest()
        request.replicaId = tools.context.nodeId
        request.topics = [topic]
        tools.link.send(request, to: leader, timeoutMs: tools.timeoutMs, versions: nil) { [self] result in
            let row = (try? result.get())?.topics.first?.partitions.first
            if let row, row.errorCode == .none, row.offset >= 0 {
                then(Offset(row.offset))
            } else {
                pause(partition, epoch, now: tools.clock())
            }
            turn()
        }
    }
}

extension Partition {
    var key: ReplicaFetcher.Key { ReplicaFetcher.Key(topicId: topicId, partition: index) }
}
