import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization

/// Tells the controller in which log directory each replica of this broker is, where the metadata says otherwise (AssignReplicasToDirs, KIP-858): one request
/// at a time with all that is to be told, again and again until the metadata has it.
final class DirectoryAssignments: Sendable {
    typealias Key = ReplicaFetcher.Key

    private struct Assignment: Sendable {
        var directory: Uuid
        /// Called once the metadata has it.
        var then: (@Sendable () -> Void)?
    }

    private struct State: Sendable {
        var wanted: [Key: Assignment] = [:]
        /// What was sent last and may be decided, though the metadata does not show it yet.
        var unshown: [Key: Uuid] = [:]
        /// A request is under way, or a pause after one that failed.
        var isBusy = false
        var failures = 0
    }

    private let metadata: MetadataService
    private let timers: Timers
    private let clock: @Sendable () -> Int64
    private let nodeId: Int32
    private let state = Mutex(State())

    /// As in Kafka: the most that one request names, and how long to wait after the first failure and at most.
    private static let mostAtOnce = 2250
    private static let pauseMs: Int64 = 100
    private static let maxPauseMs: Int64 = 10_000

    init(metadata: MetadataService, timers: Timers, settings: BrokerSettings) {
        self.metadata = metadata
        self.timers = timers
        clock = settings.clock
        nodeId = settings.nodeId
    }

    /// Has the controller told of the directories of replicas. What was to be told of the same before is not told any more.
    /// - Parameters:
    ///   - isStillSo: asked before any other call may tell of the same; nothing is told where it is false
    ///   - then: called once, from any thread, when the metadata has it
    func tell(_ assignments: [(key: Key, directory: Uuid)], if isStillSo: () -> Bool = { true }, then: (@Sendable () -> Void)? = nil) {
        guard !assignments.isEmpty else { return }
        state.withLock { state in
            guard isStillSo() else { return }
            for row in assignments { state.wanted[row.key] = Assignment(directory: row.directory, then: then) }
        }
        ask()
    }

    /// Notes what the metadata shows now, and which partitions it has no more.
    func follow(_ delta: MetadataDelta) {
        state.withLock { state in
            if state.unshown.isEmpty { return }
            for change in delta.changedTopics {
                for index in change.partitions {
                    let key = Key(topicId: change.topic.id, partition: index)
                    if state.unshown[key] == change.topic.partition(index)?.directory(of: nodeId) { state.unshown[key] = nil }
                }
            }
            for topic in delta.removedTopics {
                for index in topic.partitions.indices { state.unshown[Key(topicId: topic.id, partition: Int32(index))] = nil }
            }
        }
    }

    private func ask() {
        let image = metadata.image
        var done: [Assignment] = []
        let sent = state.withLock { state -> [Key: Assignment] in
            guard !state.isBusy else { return [:] }
            var sent: [Key: Assignment] = [:]
            for (key, assignment) in state.wanted.sorted(by: { ($0.key.topicId, $0.key.partition) < ($1.key.topicId, $1.key.partition) }) {
                guard let partition = image.topic(key.topicId)?.partition(key.partition), partition.replicas.contains(nodeId) else {
                    state.wanted[key] = nil
                    state.unshown[key] = nil
                    continue
                }
                let isShown = partition.directory(of: nodeId) == assignment.directory && (state.unshown[key] ?? assignment.directory) == assignment.directory
                if isShown || !image.registersDirectories {
                    state.wanted[key] = nil
                    done.append(assignment)
                } else if sent.count < Self.mostAtOnce {
                    sent[key] = assignment
                    state.unshown[key] = assignment.directory
                }
            }
            state.isBusy = !sent.isEmpty
            return sent
        }
        for assignment in done { assignment.then?() }
        guard !sent.isEmpty else { return }
        metadata.submit(request(sent, brokerEpoch: image.brokers[nodeId]?.epoch ?? -1), principal: .anonymous) { [self] result in take(result, sent) }
    }

    private func request(_ sent: [Key: Assignment], brokerEpoch: Int64) -> AssignReplicasToDirsRequest {
        typealias Directory = AssignReplicasToDirsRequest.DirectoryData
        var request = AssignReplicasToDirsRequest()
        request.brokerId = nodeId
        request.brokerEpoch = brokerEpoch
        let byDirectory = Dictionary(grouping: sent.map { ($0.key, $0.value.directory) }, by: \.1)
        request.directories = byDirectory.sorted { $0.key < $1.key }.map { id, rows in
            var directory = Directory()
            directory.id = id
            directory.topics = Dictionary(grouping: rows.map(\.0), by: \.topicId).sorted { $0.key < $1.key }.map { topicId, keys in
                var topic = Directory.TopicData()
                topic.topicId = topicId
                topic.partitions = keys.map(\.partition).sorted().map { index in
                    var partition = Directory.TopicData.PartitionData()
                    partition.partitionIndex = index
                    return partition
                }
                return topic
            }
            return directory
        }
        return request
    }

    private func take(_ result: Result<AssignReplicasToDirsResponse, ErrorCode>, _ sent: [Key: Assignment]) {
        var accepted: [Key] = []
        if case .success(let response) = result, response.errorCode == .none {
            for directory in response.directories {
                for topic in directory.topics {
                    for row in topic.partitions where row.errorCode == .none { accepted.append(Key(topicId: topic.topicId, partition: row.partitionIndex)) }
                }
            }
        }
        let (done, pauseMs) = state.withLock { state -> ([Assignment], Int64?) in
            var done: [Assignment] = []
            for key in accepted {
                guard let assignment = sent[key] else { continue }
                done.append(assignment)
                // Something else may be wanted by now.
                if state.wanted[key]?.directory == assignment.directory { state.wanted[key] = nil }
            }
            state.failures = accepted.count == sent.count ? 0 : state.failures + 1
            if state.failures == 0 {
                state.isBusy = false
                return (done, nil)
            }
            return (done, min(Self.maxPauseMs, Self.pauseMs << min(state.failures - 1, 10)))
        }
        for assignment in done { assignment.then?() }
        guard let pauseMs else { return ask() }
        timers.schedule(at: clock() + pauseMs) { [weak self] _ in
            self?.state.withLock { $0.isBusy = false }
            self?.ask()
        }
    }
}
