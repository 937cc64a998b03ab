import Coordination
import KafkaProtocol
import Testing

/// Texts and codes were taken from a Kafka 4.3.1 broker.
@Suite struct ControllerTopicTests {
    @Test func aNewTopicHasLeaderDirectoryAndDefaults() throws {
        var cluster = try ControllerDriver(properties: ["num.partitions": "3"])
        let result = try #require(try cluster.create("orders", configs: [("retention.ms", "5")]))
        #expect(result.errorCode == .none)
        #expect(result.numPartitions == 3)
        #expect(result.replicationFactor == 1)
        let topic = try #require(cluster.image.topic("orders"))
        #expect(topic.id == result.topicId)
        #expect(cluster.image.topic(topic.id)?.name == "orders")
        #expect(topic.partitions.count == 3)
        #expect(topic.partitions[2].leader == 1)
        #expect(topic.partitions[2].isr == [1])
        #expect(topic.partitions[2].directories == [ControllerDriver.directory])
        #expect(cluster.image.config(of: .topic("orders")) == ["retention.ms": "5"])
        let configs = try #require(result.configs)
        #expect(configs.count == 33)
        #expect(configs.map(\.name) == configs.map(\.name).sorted())
        #expect(configs.first { $0.name == "retention.ms" }?.configSource == 1)
        #expect(configs.first { $0.name == "min.insync.replicas" }?.configSource == 3)
    }

    @Test func validateOnlyRecordsNothing() throws {
        var cluster = try ControllerDriver()
        let before = cluster.log.count
        let result = try #require(try cluster.create("t", partitions: 1, factor: 1, validateOnly: true))
        #expect(result.errorCode == .none && result.topicId != .zero)
        #expect(cluster.log.count == before && cluster.image.topic("t") == nil)
    }

    @Test func refusesTopicsWithKafkasTexts() throws {
        var cluster = try ControllerDriver()
        _ = try cluster.create("t1")
        _ = try cluster.create("a.b")
        let longName = String(repeating: "x", count: 250)
        let cases: [(String, Int32, Int16, [(Int32, [Int32])], [(String, String?)], ErrorCode, String)] = [
            (
                "a b", 1, 1, [], [], .invalidTopicException,
                "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            ),
            ("..", 1, 1, [], [], .invalidTopicException, "Topic name is invalid: '..' is not allowed"),
            ("", 1, 1, [], [], .invalidTopicException, "Topic name is invalid: the empty string is not allowed"),
            (
                longName, 1, 1, [], [], .invalidTopicException,
                "Topic name is invalid: the length of '\(longName)' is longer than the max allowed length 249"
            ),
            ("t1", 0, 0, [], [("x", "y")], .topicAlreadyExists, "Topic 't1' already exists."),
            ("a.b", 1, 1, [], [], .topicAlreadyExists, "Topic 'a.b' already exists."),
            ("a_b", 1, 1, [], [], .invalidTopicException, "Topic 'a_b' collides with existing topic: a.b"),
            ("t", 0, 0, [], [("x", "y")], .invalidConfig, "Unknown topic config name: x"),
            ("t", 0, 1, [], [], .invalidPartitions, "Number of partitions was set to an invalid non-positive value."),
            ("t", 1, 0, [], [], .invalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value."),
            ("t", 10_001, 1, [], [], .policyViolation, "Excessively large number of partitions per request."),
            (
                "t", 1, 3, [], [], .invalidReplicationFactor,
                "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered "
                    + "or some brokers have all their log directories cordoned."
            ),
            ("t", -1, -1, [(0, [9])], [], .invalidReplicaAssignment, "The manual partition assignment includes broker 9, but no such broker is registered."),
            ("t", -1, -1, [(0, [1, 1])], [], .invalidReplicaAssignment, "The manual partition assignment includes the broker 1 more than once."),
            ("t", -1, -1, [(0, [])], [], .invalidReplicaAssignment, "The manual partition assignment includes an empty replica list."),
            ("t", -1, -1, [(1, [1])], [], .invalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence"),
            ("t", -1, -1, [(0, [1]), (0, [1])], [], .invalidReplicaAssignment, "Found multiple manual partition assignments for partition 0"),
            ("t", 2, -1, [(0, [1])], [], .invalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1."),
            ("t", -1, 1, [(0, [1])], [], .invalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1."),
            ("t", 1, 1, [], [("retention.ms", nil)], .invalidConfig, "Null value not supported for topic configs: retention.ms"),
            ("__cluster_metadata", 1, 1, [], [], .invalidRequest, "Creation of internal topic __cluster_metadata is prohibited."),
        ]
        for (name, partitions, factor, assignments, configs, code, message) in cases {
            let result = try #require(
                try cluster.create(name, partitions: partitions, factor: factor, assignments: assignments, configs: configs))
            #expect(result.errorCode == code, "\(name): \(message)")
            #expect(result.errorMessage == message)
        }
    }

    @Test func namesGivenTwiceAreRefused() throws {
        var cluster = try ControllerDriver()
        var request = CreateTopicsRequest()
        for name in ["twice", "twice", "once"] {
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            topic.numPartitions = 1
            topic.replicationFactor = 1
            request.topics.append(topic)
        }
        let decision = cluster.controller.createTopics(request, image: cluster.image, random: &cluster.random)
        try cluster.append(decision.records)
        #expect(decision.response.topics.map(\.name) == ["once", "twice"])
        #expect(decision.response.topics[1].errorMessage == "Duplicate topic name.")
        #expect(cluster.image.topicsByName.keys.sorted() == ["once"])
    }

    @Test func replicasSpreadOverBrokersWithoutRepetition() throws {
        var cluster = try ControllerDriver(brokers: 5)
        _ = try cluster.create("wide", partitions: 20, factor: 3)
        let partitions = try #require(cluster.image.topic("wide")?.partitions)
        #expect(partitions.allSatisfy { Set($0.replicas).count == 3 && $0.leader == $0.replicas.first })
        let leaders = Dictionary(grouping: partitions, by: \.leader).mapValues(\.count)
        #expect(leaders.values.allSatisfy { $0 == 4 } && leaders.count == 5)
    }

    @Test func partitionsAreAddedOrRefused() throws {
        var cluster = try ControllerDriver()
        _ = try cluster.create("t1", partitions: 1, factor: 1)
        #expect(try cluster.grow("t1", to: 1) == "37 Topic already has 1 partition(s).")
        #expect(try cluster.grow("t1", to: 0) == "37 The topic t1 currently has 1 partition(s); 0 would not be an increase.")
        #expect(try cluster.grow("nosuch", to: 3) == "3 ")
        #expect(
            try cluster.grow("t1", to: 3, assignments: [[1]])
                == "39 Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.")
        #expect(
            try cluster.grow("t1", to: 3, assignments: [[1], [9]])
                == "39 The manual partition assignment includes broker 9, but no such broker is registered.")
        #expect(try cluster.grow("t1", to: 3, assignments: [[1], [1]]) == "")
        #expect(try cluster.grow("t1", to: 5) == "")
        #expect(cluster.image.topic("t1")?.partitions.count == 5)
    }

    @Test func topicsAreDeletedByNameAndById() throws {
        var cluster = try ControllerDriver()
        let first = try #require(try cluster.create("one", configs: [("retention.ms", "1")]))
        let second = try #require(try cluster.create("two"))
        #expect(first.errorCode == .none && second.errorCode == .none)
        var request = DeleteTopicsRequest()
        let states: [(String?, Uuid)] = [
            ("one", .zero), (nil, second.topicId), ("nosuch", .zero), (nil, .zero), (nil, Uuid(high: 0, low: 9)), ("x", Uuid(high: 1, low: 1)),
        ]
        request.topics = states.map { name, id in
            var state = DeleteTopicsRequest.DeleteTopicState()
            state.name = name
            state.topicId = id
            return state
        }
        let decision = cluster.controller.deleteTopics(request, version: 6, image: cluster.image)
        try cluster.append(decision.records)
        #expect(
            decision.response.responses.map(\.errorCode)
                == [.none, .none, .unknownTopicOrPartition, .invalidRequest, .unknownTopicId, .invalidRequest])
        #expect(decision.response.responses[1].name == "two" && decision.response.responses[0].topicId == first.topicId)
        #expect(decision.response.responses[3].errorMessage == "Neither topic name nor id were specified.")
        #expect(cluster.image.topicsByName.isEmpty && cluster.image.config(of: .topic("one")).isEmpty)
    }

    @Test func deletionCanBeSwitchedOff() throws {
        var cluster = try ControllerDriver(properties: ["delete.topic.enable": "false"])
        _ = try cluster.create("t")
        var request = DeleteTopicsRequest()
        request.topicNames = ["t"]
        #expect(cluster.controller.deleteTopics(request, version: 3, image: cluster.image).response.responses.first?.errorCode == .topicDeletionDisabled)
        #expect(cluster.controller.deleteTopics(request, version: 2, image: cluster.image).response.responses.first?.errorCode == .invalidRequest)
    }
}
