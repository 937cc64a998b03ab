import KafkaProtocol
import Security

/// The table of every API this broker serves. Each handler is in `Handlers/`, in a file named for its key.
enum Dispatch {
    static let table: [ServedAPI?] = {
        var table = [ServedAPI?](repeating: nil, count: 128)
        for api in apis { table[Int(api.key.rawValue)] = api }
        return table
    }()

    static func api(_ key: Int16) -> ServedAPI? { key >= 0 && Int(key) < table.count ? table[Int(key)] : nil }

    /// - Parameters:
    ///   - advertisedMinimum: the lowest version that ApiVersions shows, if it is another than the lowest served
    ///   - needs: what the client must be allowed to do with `on`; nil leaves everything to the filters
    ///   - filters: what the handler asks about one by one
    static func serve<R: Request>(
        _ type: R.Type, versions: ClosedRange<Int16> = R.versions, advertisedMinimum: Int16? = nil, beforeAuthentication: Bool = false,
        needs operation: Operation? = nil, on resource: @escaping @Sendable (R) -> Resource = { _ in .cluster }, filters: [ServedAPI.Access] = [],
        quota: QuotaKind = .request, place: ServedAPI.Place = .here, _ handle: @escaping @Sendable (Broker, R, RequestContext) -> Void
    ) -> ServedAPI {
        ServedAPI(
            key: R.apiKey, versions: versions, advertisedMinimum: advertisedMinimum ?? versions.lowerBound, requestFlexibleFrom: R.flexibleFrom,
            isBeforeAuthentication: beforeAuthentication, operation: operation, filters: Set(filters), quota: quota, place: place
        ) { (broker, frame, position, context) throws(WireError) in
            // Kafka ignores bytes after a request's last field, and librdkafka's Metadata requests have some.
            let request = try R.decode(frame.dropFirst(position), version: context.version, allowsTrailing: true)
            if place == .controller, let link = broker.metadata.link { return context.passOn(request, frame: frame, link) }
            if let operation, case let resource = resource(request), !context.allows(operation, resource) {
                return context.refuse(request, resource.type.denial)
            }
            handle(broker, request, context)
        }
    }

    /// By key.
    static let apis: [ServedAPI] = (records + groups + transactions + cluster).sorted { $0.key.rawValue < $1.key.rawValue }

    /// Records and where they are.
    private static let records: [ServedAPI] = [
        // Kafka shows version 0 of Produce, which it does not serve, because librdkafka's probe for compression codecs looks for it (KAFKA-18659).
        serve(
            ProduceRequest.self, advertisedMinimum: 0, filters: [.init(.write, .topic), .init(.write, .transactionalId)], quota: .produce, handleProduce),
        serve(FetchRequest.self, filters: [.init(.read, .topic), .init(.clusterAction, .cluster)], quota: .fetch, handleFetch),
        serve(ListOffsetsRequest.self, filters: [.init(.describe, .topic)], handleListOffsets),
        serve(OffsetForLeaderEpochRequest.self, filters: [.init(.describe, .topic), .init(.clusterAction, .cluster)], handleOffsetForLeaderEpoch),
        serve(DeleteRecordsRequest.self, filters: [.init(.delete, .topic)], handleDeleteRecords),
        // The version for two-phase commit (KIP-939) is not stable: Kafka 4.3 keeps it to itself.
        serve(
            InitProducerIdRequest.self, versions: 0...5,
            filters: [
                .init(.write, .transactionalId), .init(.twoPhaseCommit, .transactionalId), .init(.idempotentWrite, .cluster), .init(.write, .topic),
            ], handleInitProducerId),
        serve(DescribeProducersRequest.self, filters: [.init(.read, .topic)], handleDescribeProducers),
        serve(AlterReplicaLogDirsRequest.self, needs: .alter, handleAlterReplicaLogDirs),
        serve(DescribeLogDirsRequest.self, needs: .describe, handleDescribeLogDirs),
    ]

    /// Groups and what they committed.
    private static let groups: [ServedAPI] = [
        serve(
            FindCoordinatorRequest.self, filters: [.init(.describe, .group), .init(.describe, .transactionalId), .init(.clusterAction, .cluster)],
            handleFindCoordinator),
        serve(JoinGroupRequest.self, needs: .read, on: { .group($0.groupId) }, handleJoinGroup),
        serve(SyncGroupRequest.self, needs: .read, on: { .group($0.groupId) }, handleSyncGroup),
        serve(HeartbeatRequest.self, needs: .read, on: { .group($0.groupId) }, handleHeartbeat),
        serve(LeaveGroupRequest.self, needs: .read, on: { .group($0.groupId) }, handleLeaveGroup),
        serve(
            ConsumerGroupHeartbeatRequest.self, needs: .read, on: { .group($0.groupId) }, filters: [.init(.describe, .topic)], handleConsumerGroupHeartbeat),
        serve(OffsetCommitRequest.self, needs: .read, on: { .group($0.groupId) }, filters: [.init(.read, .topic)], handleOffsetCommit),
        serve(OffsetFetchRequest.self, filters: [.init(.describe, .group), .init(.describe, .topic)], handleOffsetFetch),
        serve(OffsetDeleteRequest.self, needs: .delete, on: { .group($0.groupId) }, filters: [.init(.read, .topic)], handleOffsetDelete),
        serve(DescribeGroupsRequest.self, filters: [.init(.describe, .group)], handleDescribeGroups),
        serve(ConsumerGroupDescribeRequest.self, filters: [.init(.describe, .group), .init(.describe, .topic)], handleConsumerGroupDescribe),
        serve(ListGroupsRequest.self, filters: [.init(.describe, .cluster), .init(.describe, .group)], handleListGroups),
        serve(DeleteGroupsRequest.self, filters: [.init(.delete, .group)], handleDeleteGroups),
    ]

    /// Transactions.
    private static let transactions: [ServedAPI] = [
        serve(
            AddPartitionsToTxnRequest.self, filters: [.init(.clusterAction, .cluster), .init(.write, .transactionalId), .init(.write, .topic)],
            handleAddPartitionsToTxn),
        serve(AddOffsetsToTxnRequest.self, filters: [.init(.write, .transactionalId), .init(.read, .group)], handleAddOffsetsToTxn),
        serve(EndTxnRequest.self, filters: [.init(.write, .transactionalId)], handleEndTxn),
        serve(WriteTxnMarkersRequest.self, filters: [.init(.alter, .cluster), .init(.clusterAction, .cluster)], quota: .exempt, handleWriteTxnMarkers),
        serve(
            TxnOffsetCommitRequest.self, filters: [.init(.write, .transactionalId), .init(.read, .group), .init(.read, .topic)], handleTxnOffsetCommit),
        serve(DescribeTransactionsRequest.self, filters: [.init(.describe, .transactionalId), .init(.describe, .topic)], handleDescribeTransactions),
        serve(ListTransactionsRequest.self, filters: [.init(.describe, .transactionalId)], handleListTransactions),
    ]

    /// The cluster: topics, configuration, and who may do what.
    private static let cluster: [ServedAPI] = [
        serve(ApiVersionsRequest.self, beforeAuthentication: true, quota: .exempt, handleApiVersions),
        serve(
            MetadataRequest.self, filters: [.init(.describe, .topic), .init(.create, .topic), .init(.create, .cluster)], handleMetadata),
        serve(DescribeTopicPartitionsRequest.self, filters: [.init(.describe, .topic)], handleDescribeTopicPartitions),
        serve(DescribeClusterRequest.self, handleDescribeCluster),
        serve(DescribeQuorumRequest.self, needs: .describe, place: .controller, handleDescribeQuorum),
        serve(
            CreateTopicsRequest.self, filters: [.init(.create, .cluster), .init(.create, .topic), .init(.describeConfigs, .topic)],
            quota: .controllerMutation, place: .controller, handleCreateTopics),
        serve(
            DeleteTopicsRequest.self, filters: [.init(.describe, .topic), .init(.delete, .topic)], quota: .controllerMutation, place: .controller,
            handleDeleteTopics),
        serve(CreatePartitionsRequest.self, filters: [.init(.alter, .topic)], quota: .controllerMutation, place: .controller, handleCreatePartitions),
        serve(
            DescribeConfigsRequest.self,
            filters: [.init(.describeConfigs, .topic), .init(.describeConfigs, .cluster), .init(.describeConfigs, .group)], handleDescribeConfigs),
        serve(
            AlterConfigsRequest.self, filters: [.init(.alterConfigs, .topic), .init(.alterConfigs, .cluster), .init(.alterConfigs, .group)],
            place: .controller, handleAlterConfigs),
        serve(
            IncrementalAlterConfigsRequest.self,
            filters: [.init(.alterConfigs, .topic), .init(.alterConfigs, .cluster), .init(.alterConfigs, .group)], place: .controller,
            handleIncrementalAlterConfigs),
        serve(ListConfigResourcesRequest.self, needs: .describeConfigs, handleListConfigResources),
        serve(UpdateFeaturesRequest.self, needs: .alter, place: .controller, handleUpdateFeatures),
        serve(ElectLeadersRequest.self, needs: .alter, place: .controller, handleElectLeaders),
        serve(AlterPartitionReassignmentsRequest.self, needs: .alter, place: .controller, handleAlterPartitionReassignments),
        serve(ListPartitionReassignmentsRequest.self, needs: .describe, place: .controller, handleListPartitionReassignments),
        serve(DescribeAclsRequest.self, needs: .describe, handleDescribeAcls),
        serve(CreateAclsRequest.self, needs: .alter, place: .controller, handleCreateAcls),
        serve(DeleteAclsRequest.self, needs: .alter, place: .controller, handleDeleteAcls),
        serve(DescribeClientQuotasRequest.self, needs: .describeConfigs, handleDescribeClientQuotas),
        serve(DescribeUserScramCredentialsRequest.self, needs: .describe, handleDescribeUserScramCredentials),
    ]
}
