import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// Calls about the cluster itself: its nodes, features, quorum, and where replicas are and go.
@Suite struct AdminClusterTests {
    private func cluster(_ script: @escaping (_ broker: String, any Request, Int16) -> (any Response)?) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "5000", "request.timeout.ms": "2000"])
        for address in ["a:1", "b:2"] {
            cluster.brokers[address] = .answers { request, version in
                request is MetadataRequest ? metadata([1: "a:1", 2: "b:2"], controller: 2, topics: ["t": [1, 2]]) : script(address, request, version)
            }
        }
        return cluster
    }

    private func served<R: Request>(_ type: R.Type, by cluster: ScriptedCluster) -> [(address: String, request: R)] {
        cluster.served.compactMap { row in (row.request as? R).map { (row.address, $0) } }
    }

    // MARK: Nodes

    @Test func nodesAreAskedForByWhatTheClientTalksTo() throws {
        let cluster = try cluster { _, _, _ in
            var response = DescribeClusterResponse()
            response.brokers = [Int32(3), 1].map { id in
                var node = DescribeClusterResponse.DescribeClusterBroker()
                node.brokerId = id
                return node
            }
            return response
        }
        #expect(try Admin(cluster).describeCluster().map(\.brokerId) == [1, 3])
        #expect(try Admin(cluster).describeCluster(fenced: true).map(\.brokerId) == [1, 3])
        #expect(served(DescribeClusterRequest.self, by: cluster).map(\.request.includeFencedBrokers) == [false, true])
    }

    @Test func fencedBrokersAreNotAskedForWhereNobodyTellsThem() throws {
        let cluster = try cluster { _, _, _ in DescribeClusterResponse() }
        cluster.versions = [.metadata: MetadataRequest.versions, .describeCluster: 0...1]
        let error = #expect(throws: ClientError.self) { try Admin(cluster).describeCluster(fenced: true) }
        #expect(error?.kind == .unsupportedVersion)
    }

    @Test func aBrokerThatIsNotRegisteredIsAFailure() throws {
        let cluster = try cluster { _, request, _ in
            var response = UnregisterBrokerResponse()
            if (request as? UnregisterBrokerRequest)?.brokerId == 9 {
                response.errorCode = .brokerIdNotRegistered
                response.errorMessage = "Broker ID 9 is not currently registered"
            }
            return response
        }
        try Admin(cluster).unregisterBroker(3)
        let error = #expect(throws: ClientError.self) { try Admin(cluster).unregisterBroker(9) }
        #expect(error?.code == .brokerIdNotRegistered && error?.description.contains("Broker ID 9") == true)
    }

    @Test func eachBrokerSaysWhatItSpeaks() throws {
        let cluster = try cluster { _, _, _ in nil }
        cluster.brokers["b:2"] = .refuses
        let versions = Admin(cluster).apiVersions(of: [1, 2])
        #expect(try #require(versions[1]).get().contains { $0.apiKey == APIKey.fetch.rawValue })
        #expect(throws: ClientError.self) { try versions[2]?.get() }
    }

    // MARK: Features

    @Test func levelsThatAreRefusedAreNamedByFeature() throws {
        let cluster = try cluster { _, request, version in
            var response = UpdateFeaturesResponse()
            if version >= 2 {
                response.errorCode = .invalidUpdateVersion
                response.errorMessage = "no"
            } else {
                response.results = ((request as? UpdateFeaturesRequest)?.featureUpdates ?? []).map { update in
                    var result = UpdateFeaturesResponse.UpdatableFeatureResult()
                    result.feature = update.feature
                    result.errorCode = update.feature == "b" ? .invalidUpdateVersion : .none
                    return result
                }
            }
            return response
        }
        cluster.versions = [.metadata: MetadataRequest.versions, .updateFeatures: 0...1]
        let failures = try Admin(cluster).updateFeatures(["a": 1, "b": 2], .safeDowngrade)
        #expect(failures.keys.sorted() == ["b"] && failures["b"]?.code == .invalidUpdateVersion)
        let sent = try #require(served(UpdateFeaturesRequest.self, by: cluster).first)
        #expect(sent.address == "b:2", "the controller is asked")
        #expect(sent.request.featureUpdates.map(\.upgradeType) == [2, 2] && !sent.request.validateOnly)

        let newer = try self.cluster { _, _, _ in
            var response = UpdateFeaturesResponse()
            response.errorCode = .invalidUpdateVersion
            response.errorMessage = "no"
            return response
        }
        #expect(try Admin(newer).updateFeatures(["a": 1, "b": 2], .upgrade).keys.sorted() == ["a", "b"], "all or none")
    }

    @Test func whatCanOnlyBeDoneForRealIsNotDone() throws {
        let cluster = try cluster { _, _, _ in UpdateFeaturesResponse() }
        cluster.versions = [.metadata: MetadataRequest.versions, .updateFeatures: 0...0]
        #expect(throws: ClientError.self) { try Admin(cluster).updateFeatures(["a": 1], .upgrade, validateOnly: true) }
        #expect(served(UpdateFeaturesRequest.self, by: cluster).isEmpty)
    }

    @Test func finalizedLevelsAreRead() throws {
        let cluster = try cluster { _, _, _ in nil }
        cluster.features = ["metadata.version": 29]
        let levels = try Admin(cluster).describeFeatures(node: 2)
        #expect(levels.finalized == ["metadata.version": 29])
        #expect(levels.epoch.map { $0 >= 0 } ?? true)
    }

    // MARK: The quorum

    @Test func theQuorumIsRead() throws {
        let cluster = try cluster { _, request, _ in
            var partition = DescribeQuorumResponse.TopicData.PartitionData()
            partition.leaderId = 1001
            partition.leaderEpoch = 4
            partition.highWatermark = 77
            partition.currentVoters = [Int32(1001), 1002].map { id in
                var replica = DescribeQuorumResponse.ReplicaState()
                replica.replicaId = id
                replica.logEndOffset = Int64(id)
                return replica
            }
            var topic = DescribeQuorumResponse.TopicData()
            topic.topicName = (request as? DescribeQuorumRequest)?.topics.first?.topicName ?? ""
            topic.partitions = [partition]
            var response = DescribeQuorumResponse()
            response.topics = [topic]
            return response
        }
        let quorum = try Admin(cluster).describeMetadataQuorum()
        #expect(served(DescribeQuorumRequest.self, by: cluster).first?.request.topics.map(\.topicName) == ["__cluster_metadata"])
        #expect(quorum.leaderId == 1001 && quorum.leaderEpoch == 4 && quorum.highWatermark == 77)
        #expect(quorum.leader?.logEndOffset == 1001 && quorum.voters.count == 2 && quorum.observers.isEmpty)
    }

    @Test func aQuorumWithoutItsPartitionIsNoAnswer() throws {
        let cluster = try cluster { _, _, _ in DescribeQuorumResponse() }
        let error = #expect(throws: ClientError.self) { try Admin(cluster).describeMetadataQuorum() }
        #expect(error?.kind == .malformed)
    }

    @Test func votersComeAndGo() throws {
        let cluster = try cluster { _, request, _ in
            if request is AddRaftVoterRequest { return AddRaftVoterResponse() }
            var response = RemoveRaftVoterResponse()
            response.errorCode = .voterNotFound
            response.errorMessage = "no such voter"
            return response
        }
        let directory = Uuid(high: 5, low: 6)
        try Admin(cluster).addRaftVoter(7, directory: directory, listeners: [HostPort(host: "c", port: 9093)], names: ["CONTROLLER"])
        let added = try #require(served(AddRaftVoterRequest.self, by: cluster).first?.request)
        #expect(added.voterId == 7 && added.voterDirectoryId == directory)
        #expect(added.listeners.map { "\($0.name) \($0.host):\($0.port)" } == ["CONTROLLER c:9093"])
        let error = #expect(throws: ClientError.self) { try Admin(cluster).removeRaftVoter(7, directory: directory) }
        #expect(error?.code == .voterNotFound)
    }

    // MARK: Replicas

    @Test func everyElectionHasItsOutcome() throws {
        let cluster = try cluster { _, request, _ in
            var response = ElectLeadersResponse()
            response.replicaElectionResults = ((request as? ElectLeadersRequest)?.topicPartitions ?? []).map { asked in
                var topic = ElectLeadersResponse.ReplicaElectionResult()
                topic.topic = asked.topic
                topic.partitionResult = asked.partitions.map { index in
                    var partition = ElectLeadersResponse.ReplicaElectionResult.PartitionResult()
                    partition.partitionId = index
                    partition.errorCode = index == 0 ? .none : .electionNotNeeded
                    return partition
                }
                return topic
            }
            return response
        }
        let outcomes = try Admin(cluster).electLeaders(.preferred, [TopicPartition("t", 1), TopicPartition("t", 0)])
        #expect(outcomes.count == 2)
        #expect(outcomes[TopicPartition("t", 0)] == .some(.none))
        #expect(outcomes[TopicPartition("t", 1)]??.code == .electionNotNeeded)
        _ = try Admin(cluster).electLeaders(.unclean, nil)
        let requests = served(ElectLeadersRequest.self, by: cluster)
        #expect(requests.map(\.address) == ["b:2", "b:2"], "the controller is asked")
        #expect(requests[0].request.topicPartitions?.map(\.partitions) == [[0, 1]])
        #expect(requests[1].request.topicPartitions == nil && requests[1].request.electionType == 1)
    }

    @Test func eachBrokerTellsItsDirectories() throws {
        let cluster = try cluster { broker, _, _ in
            var directory = DescribeLogDirsResponse.DescribeLogDirsResult()
            directory.logDir = "/\(broker)"
            var response = DescribeLogDirsResponse()
            response.results = [directory]
            if broker == "b:2" { response.errorCode = .clusterAuthorizationFailed }
            return response
        }
        let found = Admin(cluster).describeLogDirs(of: [1, 2])
        #expect(try #require(found[1]).get().map(\.logDir) == ["/a:1"])
        let error = #expect(throws: ClientError.self) { try found[2]?.get() }
        #expect(error?.code == .clusterAuthorizationFailed)
    }

    @Test func movesThatAreRefusedAreNamed() throws {
        let cluster = try cluster { _, request, _ in
            var response = AlterPartitionReassignmentsResponse()
            response.responses = ((request as? AlterPartitionReassignmentsRequest)?.topics ?? []).map { asked in
                var topic = AlterPartitionReassignmentsResponse.ReassignableTopicResponse()
                topic.name = asked.name
                topic.partitions = asked.partitions.map { asked in
                    var partition = AlterPartitionReassignmentsResponse.ReassignableTopicResponse.ReassignablePartitionResponse()
                    partition.partitionIndex = asked.partitionIndex
                    partition.errorCode = asked.replicas == nil ? .noReassignmentInProgress : .none
                    return partition
                }
                return topic
            }
            return response
        }
        var targets: [TopicPartition: [Int32]?] = [TopicPartition("t", 0): [1, 2]]
        targets.updateValue(nil, forKey: TopicPartition("t", 1))
        let failures = try Admin(cluster).alterPartitionReassignments(targets)
        #expect(failures.keys.sorted() == [TopicPartition("t", 1)] && failures[TopicPartition("t", 1)]?.code == .noReassignmentInProgress)
    }

    /// Version 0 of the request cannot say that the number of replicas must stay.
    @Test func aNumberOfReplicasThatMustStayIsNotLeftToChance() throws {
        let cluster = try cluster { _, _, _ in AlterPartitionReassignmentsResponse() }
        cluster.versions = [.metadata: MetadataRequest.versions, .alterPartitionReassignments: 0...0]
        let targets: [TopicPartition: [Int32]?] = [TopicPartition("t", 0): [1]]
        #expect(throws: ClientError.self) { try Admin(cluster).alterPartitionReassignments(targets, allowsReplicationFactorChange: false) }
        #expect(served(AlterPartitionReassignmentsRequest.self, by: cluster).isEmpty)
        #expect(try Admin(cluster).alterPartitionReassignments(targets).isEmpty)
    }

    @Test func directoriesAreChangedWhereTheReplicasAre() throws {
        let cluster = try cluster { broker, request, _ in
            var response = AlterReplicaLogDirsResponse()
            for directory in (request as? AlterReplicaLogDirsRequest)?.dirs ?? [] {
                for asked in directory.topics {
                    var topic = AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult()
                    topic.topicName = asked.name
                    topic.partitions = asked.partitions.map { index in
                        var partition = AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult.AlterReplicaLogDirPartitionResult()
                        partition.partitionIndex = index
                        partition.errorCode = broker == "a:1" ? .none : .logDirNotFound
                        return partition
                    }
                    response.results.append(topic)
                }
            }
            return response
        }
        let here = PartitionReplica(TopicPartition("t", 0), broker: 1), there = PartitionReplica(TopicPartition("t", 0), broker: 2)
        let outcomes = Admin(cluster).alterReplicaLogDirs([here: "/x", there: "/y"])
        #expect(outcomes[here] == .some(.none) && outcomes[there]??.code == .logDirNotFound)
        #expect(
            served(AlterReplicaLogDirsRequest.self, by: cluster).map { [$0.address, $0.request.dirs.first?.path ?? ""] } == [["a:1", "/x"], ["b:2", "/y"]])
    }
}
