import Coordination
import KafkaProtocol
import Security
import Synchronization
import Vocabulary

/// The group coordinator: finds the shard of a group and runs requests on it.
final class GroupCoordinatorService: Sendable {
    private static let topicName = TopicName.groupOffsets

    private let settings: BrokerSettings
    private let metadata: MetadataService
    private let partitions: PartitionTable
    private let commits: CommitQueue
    private let timers: Timers
    private let runners = Mutex<[Int32: GroupShardRunner]>([:])
    /// Partitions whose log could not be read; their groups have no coordinator until the next start.
    private let unreadable = Mutex<[Int32: Partition]>([:])
    private let generator: Mutex<SeededGenerator>

    /// Folds every partition of `__consumer_offsets` that exists. The operator is told of one that cannot be read.
    init(
        settings: BrokerSettings, metadata: MetadataService, partitions: PartitionTable, commits: CommitQueue, timers: Timers, now: Int64
    ) {
        self.settings = settings
        self.metadata = metadata
        self.partitions = partitions
        self.commits = commits
        self.timers = timers
        generator = Mutex(settings.generator(2, now))
        for partition in partitions.snapshot.topics[Self.topicName]?.partitions ?? [] {
            if let partition { _ = try? runner(of: partition, now: now) }
        }
        metadata.onChange { [weak self] delta, now in
            let deleted = delta.removedTopics.map(\.name)
            if !deleted.isEmpty { self?.topicsDeleted(Set(deleted), now: now) }
        }
    }

    /// `__consumer_offsets` as the configuration wants it.
    var topic: CreateTopicsRequest.CreatableTopic {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = Self.topicName
        topic.numPartitions = Int32(clamping: settings.int("offsets.topic.num.partitions"))
        topic.replicationFactor = Int16(clamping: settings.int("offsets.topic.replication.factor"))
        let configs = [
            ("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", settings.text("offsets.topic.segment.bytes") ?? "104857600"),
        ]
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        return topic
    }

    /// Creates `__consumer_offsets` when it is missing: what the first client that looks for a coordinator causes.
    func createTopicIfMissing(_ principal: Principal, then: @escaping @Sendable (ErrorCode) -> Void) {
        if metadata.image.topic(Self.topicName) != nil { return then(.none) }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        metadata.createTopics(request, principal: principal) { result in
            switch result {
            case .success(let response):
                let error = response.topics.first?.errorCode ?? .unknownServerError
                then(error == .topicAlreadyExists ? .none : error)
            case .failure(let error): then(error)
            }
        }
    }

    /// The shard that a group belongs to. NOT_COORDINATOR while there is no such partition here.
    func runner(for group: String, now: Int64) -> Result<GroupShardRunner, ErrorCode> {
        // The image has all of the topic's partitions at once; the table gets them one after another.
        let count = Int32(metadata.image.topic(Self.topicName)?.partitions.count ?? 0)
        let index = CoordinatorPartition.index(for: group, partitions: count)
        guard let partition = partitions.partition(Self.topicName, index) else { return .failure(.notCoordinator) }
        do {
            return .success(try runner(of: partition, now: now))
        } catch {
            return .failure(.notCoordinator)
        }
    }

    /// Every shard there is, in partition order.
    func allRunners(now: Int64) -> [GroupShardRunner] {
        (partitions.snapshot.topics[Self.topicName]?.partitions ?? []).compactMap { partition in
            partition.flatMap { try? runner(of: $0, now: now) }
        }
    }

    private func runner(of partition: Partition, now: Int64) throws -> GroupShardRunner {
        try runners.withLock { runners in
            if let known = runners[partition.index], known.partition === partition { return known }
            if unreadable.withLock({ $0[partition.index] === partition }) { throw ErrorCode.notCoordinator }
            do {
                let runner = try GroupShardRunner(
                    partition: partition, metadata: metadata, commits: commits, timers: timers, now: now)
                runners[partition.index] = runner
                return runner
            } catch {
                unreadable.withLock { $0[partition.index] = partition }
                settings.log.error(
                    .coordinator,
                    "\(settings.dataDirectory)/\(partition.log.name) cannot be read, its groups have no coordinator until that is mended and the broker started "
                        + "again: \(error)")
                throw error
            }
        }
    }

    /// Hands a group's request to its shard.
    func submit(
        _ group: String, now: Int64, _ request: (inout GroupShard, UInt64) -> GroupOutcome, then: @escaping GroupShardRunner.Completion
    ) {
        switch runner(for: group, now: now) {
        case .success(let runner): runner.submit(now: now, request, then: then)
        case .failure(let error): then(.failed(error))
        }
    }

    /// Looks at a group in its shard; what was seen lasts once `waits`, to which that is added, are durable.
    func read<R>(
        _ group: String, now: Int64, _ waits: inout [(Partition, Int64)], _ body: (borrowing GroupShard) -> R
    ) -> Result<R, ErrorCode> {
        runner(for: group, now: now).flatMap { runner in
            runner.read(body).map { found in
                waits.append((runner.partition, found.upTo))
                return found.value
            }
        }
    }

    /// Forgets what groups committed for topics that were deleted.
    private func topicsDeleted(_ names: Set<String>, now: Int64) {
        for runner in allRunners(now: now) { runner.perform(now: now) { $0.topicsDeleted(names) } }
    }

    /// Calls `then` once all of the given logs are durable up to their offsets.
    func whenDurable(_ waits: [(Partition, Int64)], then: @escaping @Sendable (ErrorCode) -> Void) {
        guard let (partition, upTo) = waits.first else { return then(.none) }
        let rest = Array(waits.dropFirst())
        commits.commit(partition, upTo: upTo) { error in
            if error == .none { self.whenDurable(rest, then: then) } else { then(.notCoordinator) }
        }
    }

    /// An id for a member of the consumer protocol that comes without one.
    func newMemberId() -> String { generator.withLock { Uuid.random(using: &$0) }.description }

    /// A random UUID's text, which makes a member id unique.
    func memberIdSuffix() -> String {
        let id = generator.withLock { Uuid.random(using: &$0) }
        let digits = id.bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count == 2 ? text : "0" + text
        }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }
}

extension GroupConfiguration {
    init(_ configs: ConfigView) {
        func int(_ key: String) -> Int64 { configs.broker(key).int ?? 0 }
        func int32(_ key: String) -> Int32 { Int32(clamping: int(key)) }
        self.init()
        initialRebalanceDelayMs = int("group.initial.rebalance.delay.ms")
        minSessionTimeoutMs = int32("group.min.session.timeout.ms")
        maxSessionTimeoutMs = int32("group.max.session.timeout.ms")
        maxGroupSize = Int(int32("group.max.size"))
        offsetMetadataMaxBytes = Int(int32("offset.metadata.max.bytes"))
        offsetsRetentionMs = int("offsets.retention.minutes") &* 60_000
        offsetsRetentionCheckIntervalMs = max(1, int("offsets.retention.check.interval.ms"))
        consumerSessionTimeoutMs = int32("group.consumer.session.timeout.ms")
        consumerHeartbeatIntervalMs = int32("group.consumer.heartbeat.interval.ms")
        consumerAssignmentIntervalMs = int32("group.consumer.assignment.interval.ms")
        consumerMaxGroupSize = Int(int32("group.consumer.max.size"))
        migrationPolicy = configs.brokerText("group.consumer.migration.policy").flatMap { GroupMigrationPolicy(rawValue: $0.lowercased()) } ?? .bidirectional
        let assignors = configs.brokerText("group.consumer.assignors").map(ConfigValue.entries) ?? []
        let known = assignors.compactMap(Self.assignor)
        if !known.isEmpty { consumerAssignors = known }
    }
}

extension GroupConfiguration {
    /// By name, or by the name of Kafka's class for it.
    private static func assignor(_ name: String) -> ServerAssignor? {
        switch name {
        case "org.apache.kafka.coordinator.group.assignor.UniformAssignor": .uniform
        case "org.apache.kafka.coordinator.group.assignor.RangeAssignor": .range
        default: ServerAssignor(rawValue: name)
        }
    }
}

extension GroupRequestContext {
    init(_ context: RequestContext) {
        self.init(apiVersion: context.version, clientId: context.clientId ?? "", clientHost: context.connection.peerHost)
    }
}
