import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Asks the controller for the changes of replicas in sync that this broker's leaders want: AlterPartition, one request at a time with all that was wanted
/// meanwhile (KIP-497).
final class InSyncChanges: Sendable {
    private typealias Change = InSyncReplicas.Change

    private struct State: Sendable {
        var link: (any ControllerLink)?
        var wanted: [(partition: Partition, change: Change)] = []
        /// A request is under way, or a pause after one that failed.
        var isBusy = false
    }

    private let context: ReplicaContext
    private let timers: Timers
    private let clock: @Sendable () -> Int64
    private let log: OperatorLog
    private let state = Mutex(State())
    private static let pauseMs: Int64 = 50

    init(context: ReplicaContext, timers: Timers, clock: @escaping @Sendable () -> Int64, log: OperatorLog) {
        self.context = context
        self.timers = timers
        self.clock = clock
        self.log = log
        context.onProposal { [weak self] in self?.want($0, $1) }
    }

    /// From now on there is a controller to ask.
    func use(_ link: any ControllerLink) {
        state.withLock { $0.link = link }
        ask()
    }

    private func want(_ partition: Partition, _ change: Change) {
        state.withLock { $0.wanted.append((partition, change)) }
        ask()
    }

    private func ask() {
        let (link, wanted) = state.withLock { state -> ((any ControllerLink)?, [(partition: Partition, change: Change)]) in
            guard let link = state.link, !state.isBusy else { return (nil, []) }
            // What the metadata or another answer has settled meanwhile is not asked for.
            let wanted = state.wanted.filter { $0.partition.isPending($0.change) }
            state.wanted = []
            state.isBusy = !wanted.isEmpty
            return (link, wanted)
        }
        guard let link, !wanted.isEmpty else { return }
        link.send(request(wanted)) { [self] result in
            let again = take(result, wanted)
            guard !again.isEmpty else { return free([]) }
            timers.schedule(at: clock() + Self.pauseMs) { [weak self] _ in self?.free(again) }
        }
    }

    private func free(_ again: [(partition: Partition, change: Change)]) {
        state.withLock { state in
            state.wanted = again + state.wanted
            state.isBusy = false
        }
        ask()
    }

    private func request(_ wanted: [(partition: Partition, change: Change)]) -> AlterPartitionRequest {
        var request = AlterPartitionRequest()
        request.brokerId = context.nodeId
        request.brokerEpoch = context.brokerEpoch
        for (partition, change) in wanted {
            var row = AlterPartitionRequest.TopicData.PartitionData()
            row.partitionIndex = partition.index
            row.leaderEpoch = change.leaderEpoch.value
            row.partitionEpoch = change.partitionEpoch
            row.newIsr = change.inSync.map(\.id)
            row.newIsrWithEpochs = change.inSync.map { member in
                var state = AlterPartitionRequest.TopicData.PartitionData.BrokerState()
                state.brokerId = member.id
                // Since it was wanted this broker may have been registered anew.
                state.brokerEpoch = member.id == context.nodeId ? context.brokerEpoch : member.brokerEpoch
                return state
            }
            if let place = request.topics.firstIndex(where: { $0.topicId == partition.topicId }) {
                request.topics[place].partitions.append(row)
            } else {
                var topic = AlterPartitionRequest.TopicData()
                topic.topicId = partition.topicId
                topic.partitions = [row]
                request.topics.append(topic)
            }
        }
        return request
    }

    /// Gives each partition its answer; returns what must be asked again.
    private func take(
        _ result: Result<AlterPartitionResponse, ErrorCode>, _ wanted: [(partition: Partition, change: Change)]
    ) -> [(partition: Partition, change: Change)] {
        guard case .success(let response) = result, response.errorCode == .none else { return wanted }
        var rows: [ReplicaFetcher.Key: AlterPartitionResponse.TopicData.PartitionData] = [:]
        for topic in response.topics { for row in topic.partitions { rows[ReplicaFetcher.Key(topicId: topic.topicId, partition: row.partitionIndex)] = row } }
        return wanted.filter { partition, change in
            guard let row = rows[partition.key], let answer = Self.answer(row) else { return true }
            context.count { counts in
                if case .changed = answer {
                    if change.joining == nil { counts.shrinks += 1 } else { counts.expansions += 1 }
                } else {
                    counts.refusals += 1
                }
            }
            if case .changed(let inSync, _, _) = answer {
                log.info(.replication, "\(partition.log.name) has \(inSync.map(String.init).joined(separator: ", ")) in sync")
            } else {
                log.debug(.replication, "the replicas in sync of \(partition.log.name) stay as they are: \(row.errorCode.name)")
            }
            partition.take(answer, to: change, now: clock())
            return false
        }
    }

    /// Nil for what may pass.
    private static func answer(_ row: AlterPartitionResponse.TopicData.PartitionData) -> InSyncReplicas.Answer? {
        switch row.errorCode {
        case .none: .changed(inSync: row.isr, leaderEpoch: LeaderEpoch(row.leaderEpoch), partitionEpoch: row.partitionEpoch)
        case .operationNotAttempted, .ineligibleReplica: .refused
        case .unknownTopicOrPartition, .unknownTopicId, .fencedLeaderEpoch, .invalidUpdateVersion, .invalidRequest, .newLeaderElected: .outdated
        default: nil
        }
    }
}
