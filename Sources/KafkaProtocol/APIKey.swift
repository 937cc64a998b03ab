/// The APIs of the Kafka protocol by their keys (Kafka protocol guide, "Api Keys").
public enum APIKey: Int16, Sendable, CaseIterable, Hashable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case saslHandshake = 17
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerId = 22
    case offsetForLeaderEpoch = 23
    case addPartitionsToTxn = 24
    case addOffsetsToTxn = 25
    case endTxn = 26
    case writeTxnMarkers = 27
    case txnOffsetCommit = 28
    case describeAcls = 29
    case createAcls = 30
    case deleteAcls = 31
    case describeConfigs = 32
    case alterConfigs = 33
    case alterReplicaLogDirs = 34
    case describeLogDirs = 35
    case saslAuthenticate = 36
    case createPartitions = 37
    case createDelegationToken = 38
    case renewDelegationToken = 39
    case expireDelegationToken = 40
    case describeDelegationToken = 41
    case deleteGroups = 42
    case electLeaders = 43
    case incrementalAlterConfigs = 44
    case alterPartitionReassignments = 45
    case listPartitionReassignments = 46
    case offsetDelete = 47
    case describeClientQuotas = 48
    case alterClientQuotas = 49
    case describeUserScramCredentials = 50
    case alterUserScramCredentials = 51
    case vote = 52
    case beginQuorumEpoch = 53
    case endQuorumEpoch = 54
    case describeQuorum = 55
    case alterPartition = 56
    case updateFeatures = 57
    case envelope = 58
    case fetchSnapshot = 59
    case describeCluster = 60
    case describeProducers = 61
    case brokerRegistration = 62
    case brokerHeartbeat = 63
    case unregisterBroker = 64
    case describeTransactions = 65
    case listTransactions = 66
    case allocateProducerIds = 67
    case consumerGroupHeartbeat = 68
    case consumerGroupDescribe = 69
    case controllerRegistration = 70
    case getTelemetrySubscriptions = 71
    case pushTelemetry = 72
    case assignReplicasToDirs = 73
    case listConfigResources = 74
    case describeTopicPartitions = 75
    case shareGroupHeartbeat = 76
    case shareGroupDescribe = 77
    case shareFetch = 78
    case shareAcknowledge = 79
    case addRaftVoter = 80
    case removeRaftVoter = 81
    case updateRaftVoter = 82
    case initializeShareGroupState = 83
    case readShareGroupState = 84
    case writeShareGroupState = 85
    case deleteShareGroupState = 86
    case readShareGroupStateSummary = 87
    case streamsGroupHeartbeat = 88
    case streamsGroupDescribe = 89
    case describeShareGroupOffsets = 90
    case alterShareGroupOffsets = 91
    case deleteShareGroupOffsets = 92

    /// Kafka's name in capitals, such as `LIST_OFFSETS`.
    public var name: String {
        switch self {
        case .produce: "PRODUCE"
        case .fetch: "FETCH"
        case .listOffsets: "LIST_OFFSETS"
        case .metadata: "METADATA"
        case .offsetCommit: "OFFSET_COMMIT"
        case .offsetFetch: "OFFSET_FETCH"
        case .findCoordinator: "FIND_COORDINATOR"
        case .joinGroup: "JOIN_GROUP"
        case .heartbeat: "HEARTBEAT"
        case .leaveGroup: "LEAVE_GROUP"
        case .syncGroup: "SYNC_GROUP"
        case .describeGroups: "DESCRIBE_GROUPS"
        case .listGroups: "LIST_GROUPS"
        case .saslHandshake: "SASL_HANDSHAKE"
        case .apiVersions: "API_VERSIONS"
        case .createTopics: "CREATE_TOPICS"
        case .deleteTopics: "DELETE_TOPICS"
        case .deleteRecords: "DELETE_RECORDS"
        case .initProducerId: "INIT_PRODUCER_ID"
        case .offsetForLeaderEpoch: "OFFSET_FOR_LEADER_EPOCH"
        case .addPartitionsToTxn: "ADD_PARTITIONS_TO_TXN"
        case .addOffsetsToTxn: "ADD_OFFSETS_TO_TXN"
        case .endTxn: "END_TXN"
        case .writeTxnMarkers: "WRITE_TXN_MARKERS"
        case .txnOffsetCommit: "TXN_OFFSET_COMMIT"
        case .describeAcls: "DESCRIBE_ACLS"
        case .createAcls: "CREATE_ACLS"
        case .deleteAcls: "DELETE_ACLS"
        case .describeConfigs: "DESCRIBE_CONFIGS"
        case .alterConfigs: "ALTER_CONFIGS"
        case .alterReplicaLogDirs: "ALTER_REPLICA_LOG_DIRS"
        case .describeLogDirs: "DESCRIBE_LOG_DIRS"
        case .saslAuthenticate: "SASL_AUTHENTICATE"
        case .createPartitions: "CREATE_PARTITIONS"
        case .createDelegationToken: "CREATE_DELEGATION_TOKEN"
        case .renewDelegationToken: "RENEW_DELEGATION_TOKEN"
        case .expireDelegationToken: "EXPIRE_DELEGATION_TOKEN"
        case .describeDelegationToken: "DESCRIBE_DELEGATION_TOKEN"
        case .deleteGroups: "DELETE_GROUPS"
        case .electLeaders: "ELECT_LEADERS"
        case .incrementalAlterConfigs: "INCREMENTAL_ALTER_CONFIGS"
        case .alterPartitionReassignments: "ALTER_PARTITION_REASSIGNMENTS"
        case .listPartitionReassignments: "LIST_PARTITION_REASSIGNMENTS"
        case .offsetDelete: "OFFSET_DELETE"
        case .describeClientQuotas: "DESCRIBE_CLIENT_QUOTAS"
        case .alterClientQuotas: "ALTER_CLIENT_QUOTAS"
        case .describeUserScramCredentials: "DESCRIBE_USER_SCRAM_CREDENTIALS"
        case .alterUserScramCredentials: "ALTER_USER_SCRAM_CREDENTIALS"
        case .vote: "VOTE"
        case .beginQuorumEpoch: "BEGIN_QUORUM_EPOCH"
        case .endQuorumEpoch: "END_QUORUM_EPOCH"
        case .describeQuorum: "DESCRIBE_QUORUM"
        case .alterPartition: "ALTER_PARTITION"
        case .updateFeatures: "UPDATE_FEATURES"
        case .envelope: "ENVELOPE"
        case .fetchSnapshot: "FETCH_SNAPSHOT"
        case .describeCluster: "DESCRIBE_CLUSTER"
        case .describeProducers: "DESCRIBE_PRODUCERS"
        case .brokerRegistration: "BROKER_REGISTRATION"
        case .brokerHeartbeat: "BROKER_HEARTBEAT"
        case .unregisterBroker: "UNREGISTER_BROKER"
        case .describeTransactions: "DESCRIBE_TRANSACTIONS"
        case .listTransactions: "LIST_TRANSACTIONS"
        case .allocateProducerIds: "ALLOCATE_PRODUCER_IDS"
        case .consumerGroupHeartbeat: "CONSUMER_GROUP_HEARTBEAT"
        case .consumerGroupDescribe: "CONSUMER_GROUP_DESCRIBE"
        case .controllerRegistration: "CONTROLLER_REGISTRATION"
        case .getTelemetrySubscriptions: "GET_TELEMETRY_SUBSCRIPTIONS"
        case .pushTelemetry: "PUSH_TELEMETRY"
        case .assignReplicasToDirs: "ASSIGN_REPLICAS_TO_DIRS"
        case .listConfigResources: "LIST_CONFIG_RESOURCES"
        case .describeTopicPartitions: "DESCRIBE_TOPIC_PARTITIONS"
        case .shareGroupHeartbeat: "SHARE_GROUP_HEARTBEAT"
        case .shareGroupDescribe: "SHARE_GROUP_DESCRIBE"
        case .shareFetch: "SHARE_FETCH"
        case .shareAcknowledge: "SHARE_ACKNOWLEDGE"
        case .addRaftVoter: "ADD_RAFT_VOTER"
        case .removeRaftVoter: "REMOVE_RAFT_VOTER"
        case .updateRaftVoter: "UPDATE_RAFT_VOTER"
        case .initializeShareGroupState: "INITIALIZE_SHARE_GROUP_STATE"
        case .readShareGroupState: "READ_SHARE_GROUP_STATE"
        case .writeShareGroupState: "WRITE_SHARE_GROUP_STATE"
        case .deleteShareGroupState: "DELETE_SHARE_GROUP_STATE"
        case .readShareGroupStateSummary: "READ_SHARE_GROUP_STATE_SUMMARY"
        case .streamsGroupHeartbeat: "STREAMS_GROUP_HEARTBEAT"
        case .streamsGroupDescribe: "STREAMS_GROUP_DESCRIBE"
        case .describeShareGroupOffsets: "DESCRIBE_SHARE_GROUP_OFFSETS"
        case .alterShareGroupOffsets: "ALTER_SHARE_GROUP_OFFSETS"
        case .deleteShareGroupOffsets: "DELETE_SHARE_GROUP_OFFSETS"
        }
    }

    /// The request and response types.
    public var messages: (request: any Request.Type, response: any Response.Type) {
        switch self {
        case .produce: (ProduceRequest.self, ProduceResponse.self)
        case .fetch: (FetchRequest.self, FetchResponse.self)
        case .listOffsets: (ListOffsetsRequest.self, ListOffsetsResponse.self)
        case .metadata: (MetadataRequest.self, MetadataResponse.self)
        case .offsetCommit: (OffsetCommitRequest.self, OffsetCommitResponse.self)
        case .offsetFetch: (OffsetFetchRequest.self, OffsetFetchResponse.self)
        case .findCoordinator: (FindCoordinatorRequest.self, FindCoordinatorResponse.self)
        case .joinGroup: (JoinGroupRequest.self, JoinGroupResponse.self)
        case .heartbeat: (HeartbeatRequest.self, HeartbeatResponse.self)
        case .leaveGroup: (LeaveGroupRequest.self, LeaveGroupResponse.self)
        case .syncGroup: (SyncGroupRequest.self, SyncGroupResponse.self)
        case .describeGroups: (DescribeGroupsRequest.self, DescribeGroupsResponse.self)
        case .listGroups: (ListGroupsRequest.self, ListGroupsResponse.self)
        case .saslHandshake: (SaslHandshakeRequest.self, SaslHandshakeResponse.self)
        case .apiVersions: (ApiVersionsRequest.self, ApiVersionsResponse.self)
        case .createTopics: (CreateTopicsRequest.self, CreateTopicsResponse.self)
        case .deleteTopics: (DeleteTopicsRequest.self, DeleteTopicsResponse.self)
        case .deleteRecords: (DeleteRecordsRequest.self, DeleteRecordsResponse.self)
        case .initProducerId: (InitProducerIdRequest.self, InitProducerIdResponse.self)
        case .offsetForLeaderEpoch: (OffsetForLeaderEpochRequest.self, OffsetForLeaderEpochResponse.self)
        case .addPartitionsToTxn: (AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self)
        case .addOffsetsToTxn: (AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self)
        case .endTxn: (EndTxnRequest.self, EndTxnResponse.self)
        case .writeTxnMarkers: (WriteTxnMarkersRequest.self, WriteTxnMarkersResponse.self)
        case .txnOffsetCommit: (TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self)
        case .describeAcls: (DescribeAclsRequest.self, DescribeAclsResponse.self)
        case .createAcls: (CreateAclsRequest.self, CreateAclsResponse.self)
        case .deleteAcls: (DeleteAclsRequest.self, DeleteAclsResponse.self)
        case .describeConfigs: (DescribeConfigsRequest.self, DescribeConfigsResponse.self)
        case .alterConfigs: (AlterConfigsRequest.self, AlterConfigsResponse.self)
        case .alterReplicaLogDirs: (AlterReplicaLogDirsRequest.self, AlterReplicaLogDirsResponse.self)
        case .describeLogDirs: (DescribeLogDirsRequest.self, DescribeLogDirsResponse.self)
        case .saslAuthenticate: (SaslAuthenticateRequest.self, SaslAuthenticateResponse.self)
        case .createPartitions: (CreatePartitionsRequest.self, CreatePartitionsResponse.self)
        case .createDelegationToken: (CreateDelegationTokenRequest.self, CreateDelegationTokenResponse.self)
        case .renewDelegationToken: (RenewDelegationTokenRequest.self, RenewDelegationTokenResponse.self)
        case .expireDelegationToken: (ExpireDelegationTokenRequest.self, ExpireDelegationTokenResponse.self)
        case .describeDelegationToken: (DescribeDelegationTokenRequest.self, DescribeDelegationTokenResponse.self)
        case .deleteGroups: (DeleteGroupsRequest.self, DeleteGroupsResponse.self)
        case .electLeaders: (ElectLeadersRequest.self, ElectLeadersResponse.self)
        case .incrementalAlterConfigs: (IncrementalAlterConfigsRequest.self, IncrementalAlterConfigsResponse.self)
        case .alterPartitionReassignments: (AlterPartitionReassignmentsRequest.self, AlterPartitionReassignmentsResponse.self)
        case .listPartitionReassignments: (ListPartitionReassignmentsRequest.self, ListPartitionReassignmentsResponse.self)
        case .offsetDelete: (OffsetDeleteRequest.self, OffsetDeleteResponse.self)
        case .describeClientQuotas: (DescribeClientQuotasRequest.self, DescribeClientQuotasResponse.self)
        case .alterClientQuotas: (AlterClientQuotasRequest.self, AlterClientQuotasResponse.self)
        case .describeUserScramCredentials: (DescribeUserScramCredentialsRequest.self, DescribeUserScramCredentialsResponse.self)
        case .alterUserScramCredentials: (AlterUserScramCredentialsRequest.self, AlterUserScramCredentialsResponse.self)
        case .vote: (VoteRequest.self, VoteResponse.self)
        case .beginQuorumEpoch: (BeginQuorumEpochRequest.self, BeginQuorumEpochResponse.self)
        case .endQuorumEpoch: (EndQuorumEpochRequest.self, EndQuorumEpochResponse.self)
        case .describeQuorum: (DescribeQuorumRequest.self, DescribeQuorumResponse.self)
        case .alterPartition: (AlterPartitionRequest.self, AlterPartitionResponse.self)
        case .updateFeatures: (UpdateFeaturesRequest.self, UpdateFeaturesResponse.self)
        case .envelope: (EnvelopeRequest.self, EnvelopeResponse.self)
        case .fetchSnapshot: (FetchSnapshotRequest.self, FetchSnapshotResponse.self)
        case .describeCluster: (DescribeClusterRequest.self, DescribeClusterResponse.self)
        case .describeProducers: (DescribeProducersRequest.self, DescribeProducersResponse.self)
        case .brokerRegistration: (BrokerRegistrationRequest.self, BrokerRegistrationResponse.self)
        case .brokerHeartbeat: (BrokerHeartbeatRequest.self, BrokerHeartbeatResponse.self)
        case .unregisterBroker: (UnregisterBrokerRequest.self, UnregisterBrokerResponse.self)
        case .describeTransactions: (DescribeTransactionsRequest.self, DescribeTransactionsResponse.self)
        case .listTransactions: (ListTransactionsRequest.self, ListTransactionsResponse.self)
        case .allocateProducerIds: (AllocateProducerIdsRequest.self, AllocateProducerIdsResponse.self)
        case .consumerGroupHeartbeat: (ConsumerGroupHeartbeatRequest.self, ConsumerGroupHeartbeatResponse.self)
        case .consumerGroupDescribe: (ConsumerGroupDescribeRequest.self, ConsumerGroupDescribeResponse.self)
        case .controllerRegistration: (ControllerRegistrationRequest.self, ControllerRegistrationResponse.self)
        case .getTelemetrySubscriptions: (GetTelemetrySubscriptionsRequest.self, GetTelemetrySubscriptionsResponse.self)
        case .pushTelemetry: (PushTelemetryRequest.self, PushTelemetryResponse.self)
        case .assignReplicasToDirs: (AssignReplicasToDirsRequest.self, AssignReplicasToDirsResponse.self)
        case .listConfigResources: (ListConfigResourcesRequest.self, ListConfigResourcesResponse.self)
        case .describeTopicPartitions: (DescribeTopicPartitionsRequest.self, DescribeTopicPartitionsResponse.self)
        case .shareGroupHeartbeat: (ShareGroupHeartbeatRequest.self, ShareGroupHeartbeatResponse.self)
        case .shareGroupDescribe: (ShareGroupDescribeRequest.self, ShareGroupDescribeResponse.self)
        case .shareFetch: (ShareFetchRequest.self, ShareFetchResponse.self)
        case .shareAcknowledge: (ShareAcknowledgeRequest.self, ShareAcknowledgeResponse.self)
        case .addRaftVoter: (AddRaftVoterRequest.self, AddRaftVoterResponse.self)
        case .removeRaftVoter: (RemoveRaftVoterRequest.self, RemoveRaftVoterResponse.self)
        case .updateRaftVoter: (UpdateRaftVoterRequest.self, UpdateRaftVoterResponse.self)
        case .initializeShareGroupState: (InitializeShareGroupStateRequest.self, InitializeShareGroupStateResponse.self)
        case .readShareGroupState: (ReadShareGroupStateRequest.self, ReadShareGroupStateResponse.self)
        case .writeShareGroupState: (WriteShareGroupStateRequest.self, WriteShareGroupStateResponse.self)
        case .deleteShareGroupState: (DeleteShareGroupStateRequest.self, DeleteShareGroupStateResponse.self)
        case .readShareGroupStateSummary: (ReadShareGroupStateSummaryRequest.self, ReadShareGroupStateSummaryResponse.self)
        case .streamsGroupHeartbeat: (StreamsGroupHeartbeatRequest.self, StreamsGroupHeartbeatResponse.self)
        case .streamsGroupDescribe: (StreamsGroupDescribeRequest.self, StreamsGroupDescribeResponse.self)
        case .describeShareGroupOffsets: (DescribeShareGroupOffsetsRequest.self, DescribeShareGroupOffsetsResponse.self)
        case .alterShareGroupOffsets: (AlterShareGroupOffsetsRequest.self, AlterShareGroupOffsetsResponse.self)
        case .deleteShareGroupOffsets: (DeleteShareGroupOffsetsRequest.self, DeleteShareGroupOffsetsResponse.self)
        }
    }
}
