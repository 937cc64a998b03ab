import Broker
import KafkaProtocol
import LogStorage
import Testing

@Suite struct AdminHandlerTests {
    private func metadata(_ driver: BrokerDriver, _ names: [String]?, version: Int16 = 13, creates: Bool = false) throws -> MetadataResponse {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = creates
        request.includeTopicAuthorizedOperations = true
        request.topics = names.map {
            $0.map { name in
                var topic = MetadataRequest.MetadataRequestTopic()
                topic.name = name
                return topic
            }
        }
        return try driver.send(request, version: version)
    }

    @Test func everyVersionOfMetadataShowsTopicAndBroker() throws {
        let driver = try BrokerDriver()
        try driver.create("orders", partitions: 2)
        for version in MetadataRequest.versions {
            let all = try metadata(driver, version == 0 ? [] : nil, version: version)
            #expect(all.topics.map(\.name) == ["orders"], "version \(version)")
            #expect(all.topics[0].partitions.map(\.leaderId) == [1, 1])
            #expect(all.brokers.map(\.host) == ["broker.example"] && all.brokers.map(\.port) == [9092])
            if version >= 1 { #expect(try metadata(driver, [], version: version).topics.isEmpty) }
            #expect(all.topics[0].topicAuthorizedOperations == (version >= 8 ? 3576 : Int32.min))
        }
    }

    @Test func metadataTellsWhatIsWrongWithATopic() throws {
        let driver = try BrokerDriver()
        let id = try #require(try driver.create("t1")).topicId
        let answer = try metadata(driver, ["nosuch", "a b", "t1", "t1"])
        #expect(answer.topics.map(\.name) == ["t1", "nosuch", "a b"])
        #expect(answer.topics.map(\.errorCode) == [.none, .unknownTopicOrPartition, .invalidTopicException])
        var request = MetadataRequest()
        request.topics = [id, Uuid(high: 0, low: 9), .zero].map { id in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = nil
            topic.topicId = id
            return topic
        }
        let byId = try driver.send(request)
        #expect(byId.topics.map(\.errorCode) == [.none, .unknownTopicId] && byId.topics.map(\.name) == ["t1", nil])
        // Java's client leaves the name empty.
        request.topics = [MetadataRequest.MetadataRequestTopic()]
        request.topics?[0].topicId = id
        #expect(try driver.send(request).topics.map(\.name) == ["t1"])
    }

    @Test func askingForATopicCreatesItWhereAllowed() throws {
        let driver = try BrokerDriver(properties: ["num.partitions": "3"])
        #expect(try metadata(driver, ["wanted"]).topics[0].errorCode == .unknownTopicOrPartition)
        #expect(try metadata(driver, ["wanted"], creates: true).topics[0].partitions.count == 3)
        #expect(try metadata(driver, ["__transaction_state"], creates: true).topics[0].partitions.count == 50)
        #expect(try metadata(driver, ["__share_group_state"], creates: true).topics[0].errorCode == .unknownTopicOrPartition)
        let strict = try BrokerDriver(properties: ["auto.create.topics.enable": "false"])
        #expect(try metadata(strict, ["wanted"], creates: true).topics[0].errorCode == .unknownTopicOrPartition)
    }

    @Test func topicsComeAndGoAndOutliveARestart() throws {
        let driver = try BrokerDriver()
        for version in CreateTopicsRequest.versions {
            var request = CreateTopicsRequest()
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = "v\(version)"
            topic.numPartitions = 1
            topic.replicationFactor = 1
            request.topics = [topic]
            let result = try #require(try driver.send(request, version: version).topics.first)
            #expect(result.errorCode == .none)
            #expect(result.configs?.count == (version >= 5 ? 33 : 0))
        }
        try driver.restart()
        #expect(try metadata(driver, nil).topics.map(\.name) == ["v2", "v3", "v4", "v5", "v6", "v7"])
        #expect(try metadata(driver, ["v2"]).topics[0].partitions[0].leaderEpoch == 0)
        for version in DeleteTopicsRequest.versions {
            var request = DeleteTopicsRequest()
            if version < 6 { request.topicNames = ["v\(version + 1)", "nosuch"] }
            if version >= 6 {
                for name in ["v7", "nosuch"] {
                    var state = DeleteTopicsRequest.DeleteTopicState()
                    state.name = name
                    request.topics.append(state)
                }
            }
            let codes = try driver.send(request, version: version).responses.map(\.errorCode)
            #expect(codes == [.none, .unknownTopicOrPartition], "version \(version)")
        }
        #expect(try metadata(driver, nil).topics.isEmpty)
        #expect(driver.broker.partitions.all.isEmpty)
    }

    @Test func partitionsAreAddedAtOnce() throws {
        let driver = try BrokerDriver()
        try driver.create("t1")
        for version in CreatePartitionsRequest.versions {
            var request = CreatePartitionsRequest()
            var topic = CreatePartitionsRequest.CreatePartitionsTopic()
            topic.name = "t1"
            topic.count = Int32(version) + 2
            topic.assignments = nil
            request.topics = [topic]
            #expect(try driver.send(request, version: version).results.map(\.errorCode) == [.none])
            #expect(driver.broker.partitions.all.count == Int(version) + 2)
        }
    }

    private func describe(
        _ driver: BrokerDriver, _ type: Int8, _ name: String, keys: [String]? = nil, version: Int16 = 4, withDocumentation: Bool = false
    ) throws -> DescribeConfigsResponse.DescribeConfigsResult {
        var request = DescribeConfigsRequest()
        if version >= 3 { request.includeDocumentation = withDocumentation }
        var resource = DescribeConfigsRequest.DescribeConfigsResource()
        resource.resourceType = type
        resource.resourceName = name
        resource.configurationKeys = keys
        request.resources = [resource]
        request.includeSynonyms = true
        return try #require(try driver.send(request, version: version).results.first)
    }

    @Test func configurationIsDescribedAsKafkaDoes() throws {
        let driver = try BrokerDriver(properties: ["num.partitions": "2"])
        try driver.create("t1", configs: [("retention.ms", "5")])
        for version in DescribeConfigsRequest.versions {
            let topic = try describe(driver, 2, "t1", version: version)
            #expect(topic.errorCode == .none && topic.configs.count == 33)
            let retention = try #require(topic.configs.first { $0.name == "retention.ms" })
            #expect(retention.value == "5" && retention.configSource == 1 && retention.configType == (version >= 3 ? 5 : 0))
            #expect(retention.synonyms.map(\.name) == ["retention.ms"])
        }
        let broker = try describe(driver, 4, "1")
        #expect(broker.configs.count == 340)
        #expect(broker.configs.first { $0.name == "node.id" }?.value == "1")
        #expect(broker.configs.first { $0.name == "num.partitions" }?.synonyms.map(\.source) == [4, 5])
        #expect(try describe(driver, 4, "").configs.map(\.name) == ["min.insync.replicas"])
        #expect(try describe(driver, 4, "1", keys: ["log.retention.ms", "foo"]).configs.map(\.name) == ["log.retention.ms"])
        #expect(try describe(driver, 32, "g").configs.count == 17)
        #expect(try describe(driver, 16, "m").configs.map(\.name) == ["interval.ms", "match", "metrics"])
        #expect(try describe(driver, 2, "nosuch").errorCode == .unknownTopicOrPartition)
        #expect(try describe(driver, 4, "7").errorMessage == "Unexpected broker id, expected 1 or empty string, but received 7")
        #expect(try describe(driver, 4, "x").errorMessage == "Broker id must be an integer, but it is: x")
        #expect(try describe(driver, 3, "x").errorCode == .invalidRequest)
    }

    @Test func keysAreExplainedWhereThatIsAskedFor() throws {
        let driver = try BrokerDriver(properties: ["no.such.key": "1", "listener.name.x.ssl.protocol": "TLSv1.3"])
        try driver.create("t1")
        for version in Int16(3)...4 {
            for (type, name) in [(Int8(2), "t1"), (4, "1"), (16, "m"), (32, "g")] {
                let explained = try describe(driver, type, name, version: version, withDocumentation: true).configs
                let mute = explained.filter { $0.documentation == nil }.map(\.name)
                #expect(mute == (type == 4 ? ["listener.name.x.ssl.protocol", "no.such.key"] : []))
                #expect(try describe(driver, type, name, version: version).configs.allSatisfy { $0.documentation == nil })
            }
            // The same name means something else on a topic than on a broker.
            let both = try [
                describe(driver, 2, "t1", keys: ["min.insync.replicas"], version: version, withDocumentation: true),
                describe(driver, 4, "", keys: ["min.insync.replicas"], version: version, withDocumentation: true),
            ].map { $0.configs.first?.documentation }
            #expect(both[0] != nil && both[1] != nil && both[0] != both[1])
        }
    }

    @Test func changedConfigurationIsInForceAtOnceAndAfterARestart() throws {
        let driver = try BrokerDriver()
        try driver.create("t1")
        for version in IncrementalAlterConfigsRequest.versions {
            var config = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
            config.name = "max.message.bytes"
            config.value = String(1000 + version)
            var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = 2
            resource.resourceName = "t1"
            resource.configs = [config]
            var request = IncrementalAlterConfigsRequest()
            request.resources = [resource]
            #expect(try driver.send(request, version: version).responses.map(\.errorCode) == [.none])
            #expect(driver.broker.metadata.configs.topic("t1")["max.message.bytes"] == .integer(Int64(1000 + version)))
        }
        try driver.restart()
        #expect(driver.broker.metadata.configs.topic("t1")["max.message.bytes"] == .integer(1001))
        for version in AlterConfigsRequest.versions {
            var resource = AlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = 2
            resource.resourceName = "t1"
            var request = AlterConfigsRequest()
            request.resources = [resource]
            #expect(try driver.send(request, version: version).responses.map(\.errorCode) == [.none])
        }
        #expect(driver.broker.metadata.configs.topic("t1")["max.message.bytes"] == .integer(1_048_588))
    }

    @Test func pagesOfPartitionsJoinUp() throws {
        let driver = try BrokerDriver()
        for (name, count) in [("a", Int32(3)), ("b", 5), ("c", 1)] { try driver.create(name, partitions: count) }
        for limit in Int32(1)...10 {
            var seen: [String] = []
            var request = DescribeTopicPartitionsRequest()
            request.responsePartitionLimit = limit
            for _ in 0..<20 {
                let page = try driver.send(request)
                #expect(page.topics.reduce(0) { $0 + $1.partitions.count } <= Int(limit))
                for topic in page.topics { seen += topic.partitions.map { "\(topic.name ?? "")\($0.partitionIndex)" } }
                guard let next = page.nextCursor else { break }
                var cursor = DescribeTopicPartitionsRequest.Cursor()
                cursor.topicName = next.topicName
                cursor.partitionIndex = next.partitionIndex
                request.cursor = cursor
            }
            #expect(seen == ["a0", "a1", "a2", "b0", "b1", "b2", "b3", "b4", "c0"])
        }
    }

    @Test func theClusterDescribesItself() throws {
        let driver = try BrokerDriver()
        try driver.create("t1", partitions: 2)
        for version in DescribeClusterRequest.versions {
            let answer = try driver.send(DescribeClusterRequest(), version: version)
            #expect(answer.clusterId == driver.broker.metadata.clusterId && answer.controllerId == 1 && answer.brokers.map(\.brokerId) == [1])
        }
        var wrong = DescribeClusterRequest()
        wrong.endpointType = 2
        #expect(try driver.send(wrong).errorCode == .mismatchedEndpointType)
        for version in DescribeLogDirsRequest.versions {
            var request = DescribeLogDirsRequest()
            request.topics = nil
            let dirs = try driver.send(request, version: version).results
            #expect(dirs.count == 1 && dirs[0].topics.map(\.name) == ["t1"] && dirs[0].topics[0].partitions.count == 2)
        }
        #expect(try driver.send(ListConfigResourcesRequest(), version: 0).configResources.isEmpty)
        #expect(try driver.send(ListConfigResourcesRequest(), version: 1).configResources.map(\.resourceType) == [8, 4, 2])
        var producers = DescribeProducersRequest()
        var topic = DescribeProducersRequest.TopicRequest()
        topic.name = "t1"
        topic.partitionIndexes = [0, 7]
        producers.topics = [topic]
        #expect(try driver.send(producers).topics[0].partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition])
    }

    @Test func aNodeThatHoldsEverythingHasNothingToMoveOrElect() throws {
        let driver = try BrokerDriver()
        try driver.create("t1", partitions: 2)
        for version in ElectLeadersRequest.versions {
            var request = ElectLeadersRequest()
            var topic = ElectLeadersRequest.TopicPartitions()
            topic.topic = "t1"
            topic.partitions = [0, 7]
            request.topicPartitions = [topic]
            let rows = try driver.send(request, version: version).replicaElectionResults[0].partitionResult
            #expect(rows.map(\.errorCode) == [.electionNotNeeded, .unknownTopicOrPartition] && rows[1].errorMessage == "No such partition as t1-7")
        }
        for version in AlterPartitionReassignmentsRequest.versions {
            var request = AlterPartitionReassignmentsRequest()
            var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
            topic.name = "t1"
            topic.partitions = [(Int32(0), [Int32(1)]), (0, nil), (0, [1, 9]), (7, [1])].map { index, replicas in
                var row = AlterPartitionReassignmentsRequest.ReassignableTopic.ReassignablePartition()
                row.partitionIndex = index
                row.replicas = replicas
                return row
            }
            request.topics = [topic]
            let codes = try driver.send(request, version: version).responses[0].partitions.map(\.errorCode)
            #expect(codes == [.none, .noReassignmentInProgress, .invalidReplicaAssignment, .unknownTopicOrPartition])
        }
        #expect(try driver.send(ListPartitionReassignmentsRequest()).topics.isEmpty)
    }

    @Test func quorumAndCredentialsAreShown() throws {
        let driver = try BrokerDriver()
        for version in DescribeQuorumRequest.versions {
            var request = DescribeQuorumRequest()
            var topic = DescribeQuorumRequest.TopicData()
            topic.topicName = "__cluster_metadata"
            topic.partitions = [DescribeQuorumRequest.TopicData.PartitionData()]
            request.topics = [topic]
            let partition = try driver.send(request, version: version).topics[0].partitions[0]
            #expect(partition.leaderId == 1 && partition.currentVoters.map(\.replicaId) == [1] && partition.highWatermark > 0)
        }
        for version in DescribeClientQuotasRequest.versions {
            var request = DescribeClientQuotasRequest()
            #expect(try driver.send(request, version: version).entries?.isEmpty == true)
            var component = DescribeClientQuotasRequest.ComponentData()
            component.entityType = "planet"
            request.components = [component]
            #expect(try driver.send(request, version: version).errorMessage == "Unsupported entity type planet")
        }
        var scram = DescribeUserScramCredentialsRequest()
        scram.users = nil
        #expect(try driver.send(scram).results.isEmpty)
        var user = DescribeUserScramCredentialsRequest.UserName()
        user.name = "a"
        scram.users = [user]
        #expect(try driver.send(scram).results.map(\.errorCode) == [.resourceNotFound])
    }
}
