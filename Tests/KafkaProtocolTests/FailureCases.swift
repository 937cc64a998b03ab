import KafkaProtocol

/// What a failure must say in some versions of an API: the code once for the whole, and once for each thing that was asked for.
struct FailureCase: Sendable {
    let api: APIKey
    let versions: ClosedRange<Int16>
    let isWhole: Bool
    let asked: @Sendable (any Request) -> [String]
    let answered: @Sendable (any Response) -> [String]

    init<R: Request>(
        _ type: R.Type, _ versions: ClosedRange<Int16> = R.versions, whole: Bool = false, asked: @escaping @Sendable (R) -> [String],
        answered: @escaping @Sendable (R.Response) -> [String]
    ) {
        api = R.apiKey
        self.versions = versions
        isWhole = whole
        self.asked = { ($0 as? R).map(asked) ?? ["another request"] }
        self.answered = { ($0 as? R.Response).map(answered) ?? ["another response"] }
    }

    /// One code for the whole, which is all there is to say of an API without a case of its own.
    init(whole api: APIKey, _ versions: ClosedRange<Int16>, says: Bool = true) {
        self.api = api
        self.versions = versions
        isWhole = says
        asked = { _ in [] }
        answered = { _ in [] }
    }

    static func of(_ api: APIKey, _ version: Int16) -> FailureCase {
        all.first { $0.api == api && $0.versions.contains(version) } ?? FailureCase(whole: api, version...version)
    }

    static let all = records + topics + transactions + groups + resources + shares

    private static let records: [FailureCase] = [
        FailureCase(ProduceRequest.self) {
            $0.topicData.flatMap { topic in topic.partitionData.map { "\(topic.name) \(topic.topicId) \($0.index)" } }
        } answered: {
            $0.responses.flatMap { topic in topic.partitionResponses.map { "\(topic.name) \(topic.topicId) \($0.index)" } }
        },
        FailureCase(FetchRequest.self, 4...6, asked: fetchAsked, answered: fetchAnswered),
        FailureCase(FetchRequest.self, 7...12, whole: true, asked: fetchAsked, answered: fetchAnswered),
        FailureCase(ListOffsetsRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(DeleteRecordsRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(OffsetForLeaderEpochRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topic) \($0.partition)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topic) \($0.partition)" } }
        },
        FailureCase(DescribeProducersRequest.self) {
            $0.topics.flatMap { topic in topic.partitionIndexes.map { "\(topic.name) \($0)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(AlterReplicaLogDirsRequest.self) {
            $0.dirs.flatMap(\.topics).flatMap { topic in topic.partitions.map { "\(topic.name) \($0)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicName) \($0.partitionIndex)" } }
        },
        FailureCase(whole: .describeLogDirs, 1...2, says: false),
    ]

    private static func fetchAsked(_ request: FetchRequest) -> [String] {
        request.topics.flatMap { topic in topic.partitions.map { "\(topic.topic) \($0.partition)" } }
    }

    private static func fetchAnswered(_ response: FetchResponse) -> [String] {
        response.responses.flatMap { topic in topic.partitions.map { "\(topic.topic) \($0.partitionIndex)" } }
    }

    private static let topics: [FailureCase] = [
        FailureCase(MetadataRequest.self, 0...12, asked: metadataAsked, answered: metadataAnswered),
        FailureCase(MetadataRequest.self, 13...13, whole: true, asked: metadataAsked, answered: metadataAnswered),
        FailureCase(DescribeTopicPartitionsRequest.self, asked: { $0.topics.map(\.name) }, answered: { $0.topics.map { $0.name ?? "nil" } }),
        FailureCase(CreateTopicsRequest.self, asked: { $0.topics.map(\.name) }, answered: { $0.topics.map(\.name) }),
        FailureCase(CreatePartitionsRequest.self, asked: { $0.topics.map(\.name) }, answered: { $0.results.map(\.name) }),
        FailureCase(DeleteTopicsRequest.self, 1...5, asked: { $0.topicNames }, answered: { $0.responses.map { $0.name ?? "nil" } }),
        FailureCase(DeleteTopicsRequest.self, 6...6) {
            $0.topics.map { "\($0.name ?? "nil") \($0.topicId)" }
        } answered: {
            $0.responses.map { "\($0.name ?? "nil") \($0.topicId)" }
        },
        FailureCase(ElectLeadersRequest.self, 0...0, asked: electionsAsked, answered: electionsAnswered),
        FailureCase(ElectLeadersRequest.self, 1...2, whole: true, asked: electionsAsked, answered: electionsAnswered),
        FailureCase(AlterPartitionReassignmentsRequest.self, whole: true) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        } answered: {
            $0.responses.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
    ]

    private static func metadataAsked(_ request: MetadataRequest) -> [String] { (request.topics ?? []).map { "\($0.name ?? "") \($0.topicId)" } }
    private static func metadataAnswered(_ response: MetadataResponse) -> [String] { response.topics.map { "\($0.name ?? "nil") \($0.topicId)" } }

    private static func electionsAsked(_ request: ElectLeadersRequest) -> [String] {
        (request.topicPartitions ?? []).flatMap { topic in topic.partitions.map { "\(topic.topic) \($0)" } }
    }

    private static func electionsAnswered(_ response: ElectLeadersResponse) -> [String] {
        response.replicaElectionResults.flatMap { topic in topic.partitionResult.map { "\(topic.topic) \($0.partitionId)" } }
    }

    private static let transactions: [FailureCase] = [
        FailureCase(AddPartitionsToTxnRequest.self, 0...3) {
            $0.v3AndBelowTopics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0)" } }
        } answered: {
            $0.resultsByTopicV3AndBelow.flatMap { topic in topic.resultsByPartition.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(WriteTxnMarkersRequest.self) {
            $0.markers.flatMap { marker in
                marker.topics.flatMap { topic in topic.partitionIndexes.map { "\(marker.producerId) \(topic.name) \($0)" } }
            }
        } answered: {
            $0.markers.flatMap { marker in
                marker.topics.flatMap { topic in topic.partitions.map { "\(marker.producerId) \(topic.name) \($0.partitionIndex)" } }
            }
        },
        FailureCase(TxnOffsetCommitRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(DescribeTransactionsRequest.self, asked: { $0.transactionalIds }, answered: { $0.transactionStates.map(\.transactionalId) }),
    ]

    private static let groups: [FailureCase] = [
        FailureCase(OffsetCommitRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \(topic.topicId) \($0.partitionIndex)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \(topic.topicId) \($0.partitionIndex)" } }
        },
        FailureCase(OffsetFetchRequest.self, 1...1) {
            ($0.topics ?? []).flatMap { topic in topic.partitionIndexes.map { "\(topic.name) \($0)" } }
        } answered: {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.name) \($0.partitionIndex)" } }
        },
        FailureCase(OffsetFetchRequest.self, 8...10, asked: { $0.groups.map(\.groupId) }, answered: { $0.groups.map(\.groupId) }),
        FailureCase(FindCoordinatorRequest.self, 4...6, asked: { $0.coordinatorKeys }, answered: { $0.coordinators.map(\.key) }),
        FailureCase(DescribeGroupsRequest.self, asked: { $0.groups }, answered: { $0.groups.map(\.groupId) }),
        FailureCase(DeleteGroupsRequest.self, asked: { $0.groupsNames }, answered: { $0.results.map(\.groupId) }),
        FailureCase(ConsumerGroupDescribeRequest.self, asked: { $0.groupIds }, answered: { $0.groups.map(\.groupId) }),
        FailureCase(ShareGroupDescribeRequest.self, asked: { $0.groupIds }, answered: { $0.groups.map(\.groupId) }),
        FailureCase(StreamsGroupDescribeRequest.self, asked: { $0.groupIds }, answered: { $0.groups.map(\.groupId) }),
        FailureCase(DescribeShareGroupOffsetsRequest.self, asked: { $0.groups.map(\.groupId) }, answered: { $0.groups.map(\.groupId) }),
    ]

    private static let resources: [FailureCase] = [
        FailureCase(CreateAclsRequest.self, asked: { $0.creations.map { _ in "" } }, answered: { $0.results.map { _ in "" } }),
        FailureCase(DeleteAclsRequest.self, asked: { $0.filters.map { _ in "" } }, answered: { $0.filterResults.map { _ in "" } }),
        FailureCase(DescribeConfigsRequest.self) {
            $0.resources.map { "\($0.resourceType) \($0.resourceName)" }
        } answered: {
            $0.results.map { "\($0.resourceType) \($0.resourceName)" }
        },
        FailureCase(AlterConfigsRequest.self) {
            $0.resources.map { "\($0.resourceType) \($0.resourceName)" }
        } answered: {
            $0.responses.map { "\($0.resourceType) \($0.resourceName)" }
        },
        FailureCase(IncrementalAlterConfigsRequest.self) {
            $0.resources.map { "\($0.resourceType) \($0.resourceName)" }
        } answered: {
            $0.responses.map { "\($0.resourceType) \($0.resourceName)" }
        },
        FailureCase(AlterClientQuotasRequest.self) {
            $0.entries.map { $0.entity.map { "\($0.entityType) \($0.entityName ?? "nil")" }.joined(separator: ",") }
        } answered: {
            $0.entries.map { $0.entity.map { "\($0.entityType) \($0.entityName ?? "nil")" }.joined(separator: ",") }
        },
        FailureCase(DescribeUserScramCredentialsRequest.self, whole: true, asked: { ($0.users ?? []).map(\.name) }, answered: { $0.results.map(\.user) }),
        FailureCase(AlterUserScramCredentialsRequest.self) {
            Array(Set($0.deletions.map(\.name) + $0.upsertions.map(\.name)))
        } answered: {
            $0.results.map(\.user)
        },
    ]

    private static let shares: [FailureCase] = [
        FailureCase(InitializeShareGroupStateRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        },
        FailureCase(ReadShareGroupStateRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        },
        FailureCase(WriteShareGroupStateRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        },
        FailureCase(DeleteShareGroupStateRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        },
        FailureCase(ReadShareGroupStateSummaryRequest.self) {
            $0.topics.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        } answered: {
            $0.results.flatMap { topic in topic.partitions.map { "\(topic.topicId) \($0.partition)" } }
        },
    ]
}
