import KafkaProtocol

/// One served API: its key, the versions advertised, and how a request's body becomes a call of its handler.
struct ServedAPI: Sendable {
    let key: APIKey
    let versions: ClosedRange<Int16>
    /// The lowest version that ApiVersions shows, where that differs (see `Dispatch.table`).
    let advertisedMinimum: Int16
    let requestFlexibleFrom: Int16
    let run: @Sendable (Broker, Bytes, RequestContext) throws(WireError) -> Void
}

/// The table of every API this broker serves. Each handler is in `Handlers/`, in a file named for its key.
enum Dispatch {
    static let table: [ServedAPI?] = {
        var table = [ServedAPI?](repeating: nil, count: 128)
        for api in apis { table[Int(api.key.rawValue)] = api }
        return table
    }()

    static func api(_ key: Int16) -> ServedAPI? { key >= 0 && Int(key) < table.count ? table[Int(key)] : nil }

    static func serve<R: Request>(
        _ type: R.Type, versions: ClosedRange<Int16> = R.versions, advertisedMinimum: Int16? = nil,
        _ handle: @escaping @Sendable (Broker, R, RequestContext) -> Void
    ) -> ServedAPI {
        ServedAPI(
            key: R.apiKey, versions: versions, advertisedMinimum: advertisedMinimum ?? versions.lowerBound, requestFlexibleFrom: R.flexibleFrom
        ) { (broker, body, context) throws(WireError) in
            // Kafka ignores bytes after a request's last field, and librdkafka's Metadata requests have some.
            handle(broker, try R.decode(body, version: context.version, allowsTrailing: true), context)
        }
    }

    static let apis: [ServedAPI] = [
        // Kafka shows version 0 of Produce, which it does not serve, because librdkafka's probe for compression codecs looks for it (KAFKA-18659).
        serve(ProduceRequest.self, advertisedMinimum: 0, handleProduce),
        serve(FetchRequest.self, handleFetch),
        serve(ListOffsetsRequest.self, handleListOffsets),
        serve(MetadataRequest.self, handleMetadata),
        serve(OffsetCommitRequest.self, handleOffsetCommit),
        serve(OffsetFetchRequest.self, handleOffsetFetch),
        serve(FindCoordinatorRequest.self, handleFindCoordinator),
        serve(JoinGroupRequest.self, handleJoinGroup),
        serve(HeartbeatRequest.self, handleHeartbeat),
        serve(LeaveGroupRequest.self, handleLeaveGroup),
        serve(SyncGroupRequest.self, handleSyncGroup),
        serve(DescribeGroupsRequest.self, handleDescribeGroups),
        serve(ListGroupsRequest.self, handleListGroups),
        serve(ApiVersionsRequest.self, handleApiVersions),
        serve(CreateTopicsRequest.self, handleCreateTopics),
        serve(DeleteTopicsRequest.self, handleDeleteTopics),
        serve(DeleteRecordsRequest.self, handleDeleteRecords),
        // The version for two-phase commit (KIP-939) is not stable: Kafka 4.3 keeps it to itself.
        serve(InitProducerIdRequest.self, versions: 0...5, handleInitProducerId),
        serve(OffsetForLeaderEpochRequest.self, handleOffsetForLeaderEpoch),
        serve(DescribeAclsRequest.self, handleDescribeAcls),
        serve(CreateAclsRequest.self, handleCreateAcls),
        serve(DeleteAclsRequest.self, handleDeleteAcls),
        serve(DescribeConfigsRequest.self, handleDescribeConfigs),
        serve(AlterConfigsRequest.self, handleAlterConfigs),
        serve(DescribeLogDirsRequest.self, handleDescribeLogDirs),
        serve(CreatePartitionsRequest.self, handleCreatePartitions),
        serve(DeleteGroupsRequest.self, handleDeleteGroups),
        serve(ElectLeadersRequest.self, handleElectLeaders),
        serve(IncrementalAlterConfigsRequest.self, handleIncrementalAlterConfigs),
        serve(AlterPartitionReassignmentsRequest.self, handleAlterPartitionReassignments),
        serve(ListPartitionReassignmentsRequest.self, handleListPartitionReassignments),
        serve(OffsetDeleteRequest.self, handleOffsetDelete),
        serve(DescribeClientQuotasRequest.self, handleDescribeClientQuotas),
        serve(DescribeUserScramCredentialsRequest.self, handleDescribeUserScramCredentials),
        serve(DescribeQuorumRequest.self, handleDescribeQuorum),
        serve(DescribeClusterRequest.self, handleDescribeCluster),
        serve(DescribeProducersRequest.self, handleDescribeProducers),
        serve(ConsumerGroupHeartbeatRequest.self, handleConsumerGroupHeartbeat),
        serve(ConsumerGroupDescribeRequest.self, handleConsumerGroupDescribe),
        serve(ListConfigResourcesRequest.self, handleListConfigResources),
        serve(DescribeTopicPartitionsRequest.self, handleDescribeTopicPartitions),
    ]
}
