import Coordination
import KafkaProtocol
import Security
import Synchronization
import Vocabulary

/// The group coordinator: groups and the offsets they commit, in shards by the partitions of `__consumer_offsets`.
final class GroupCoordinatorService: Sendable {
    /// `__consumer_offsets`.
    let topic: InternalTopic
    private let settings: BrokerSettings
    private let metadata: MetadataService
    private let runtime: CoordinatorRuntime<GroupShard>
    private let generator: Mutex<SeededGenerator>

    init(
        settings: BrokerSettings, metadata: MetadataService, partitions: PartitionTable, commits: CommitQueue, timers: Timers, now: Int64
    ) {
        self.settings = settings
        self.metadata = metadata
        topic = InternalTopic(
            name: TopicName.groupOffsets, partitions: Int32(clamping: settings.int("offsets.topic.num.partitions")),
            replicationFactor: Int16(clamping: settings.int("offsets.topic.replication.factor")),
            configs: [
                ("cleanup.policy", "compact"), ("compression.type", "producer"),
                ("segment.bytes", settings.text("offsets.topic.segment.bytes") ?? "104857600"),
            ])
        generator = Mutex(settings.generator(2, now))
        let kind = CoordinatorKind<GroupShard>(
            topic: TopicName.groupOffsets, make: { GroupShard(configuration: GroupConfiguration($0)) },
            show: { shard, configs in
                shard.image = configs.image
                shard.configuration = GroupConfiguration(configs)
            }, failed: { .failed($0) }, announce: { _, _ in })
        let runtime = CoordinatorRuntime(
            kind, settings: settings, metadata: metadata, partitions: partitions, commits: commits, timers: timers, now: now)
        self.runtime = runtime
        // What groups committed for topics that were deleted is forgotten.
        metadata.onChange { delta, now in
            let deleted = Set(delta.removedTopics.map(\.name))
            if !deleted.isEmpty { runtime.performOnAll(now: now) { $0.topicsDeleted(deleted) } }
        }
    }

    /// The partition of `__consumer_offsets` that a group belongs to, also before there is any.
    func partition(of group: String) -> TopicPartition {
        TopicPartition(topic.name, CoordinatorPartition.index(for: group, partitions: topic.partitionCount(metadata)))
    }

    /// Every shard that is here.
    var allRunners: Result<[ShardRunner<GroupShard>], ErrorCode> { runtime.allRunners }

    /// Hands a group's request to its shard.
    /// - Parameter transaction: what is recorded counts once this transaction is committed
    func submit(
        _ group: String, now: Int64, in transaction: ShardLog.Transaction? = nil, _ request: (inout GroupShard, UInt64) -> GroupOutcome,
        then: @escaping ShardRunner<GroupShard>.Completion
    ) {
        runtime.submit(group, now: now, in: transaction, request, then: then)
    }

    /// Decides on what was committed in a transaction, in one partition of `__consumer_offsets`. NOT_LEADER_OR_FOLLOWER while that has no coordinator here.
    func endTransaction(_ marker: EndMarker, partition: Int32, now: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        switch runtime.runner(at: partition) {
        case .success(let runner): runner.endTransaction(marker, now: now) { then($0 == .notCoordinator ? .notLeaderOrFollower : $0) }
        case .failure: then(.notLeaderOrFollower)
        }
    }

    /// Looks at a group in its shard; what was seen lasts once `waits`, to which that is added, are durable.
    func read<R>(_ group: String, _ waits: inout [(Partition, Offset)], _ body: (borrowing GroupShard) -> R) -> Result<R, ErrorCode> {
        runtime.read(group, &waits, body)
    }

    /// Calls `then` once all of the given logs are durable up to their offsets.
    func whenDurable(_ waits: [(Partition, Offset)], then: @escaping @Sendable (ErrorCode) -> Void) { runtime.whenDurable(waits, then: then) }

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
