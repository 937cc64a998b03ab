import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

/// Texts and codes were taken from a Kafka 4.3.1 broker.
@Suite struct ControllerConfigTests {
    @Test func listsGrowAndShrink() throws {
        var cluster = try ControllerDriver()
        _ = try cluster.create("t1")
        func policy() -> String? { cluster.image.config(of: .topic("t1"))["cleanup.policy"] }
        #expect(try cluster.alter(.topic("t1"), [("cleanup.policy", 2, "compact")]) == "")
        #expect(policy() == "delete,compact")
        #expect(try cluster.alter(.topic("t1"), [("cleanup.policy", 3, "delete")]) == "")
        #expect(policy() == "compact")
        #expect(try cluster.alter(.topic("t1"), [("cleanup.policy", 2, "compact,delete")]) == "")
        #expect(policy() == "compact,delete")
        #expect(try cluster.alter(.topic("t1"), [("cleanup.policy", 1, nil)]) == "")
        #expect(policy() == nil && cluster.image.configs[.topic("t1")] == nil)
    }

    @Test func refusesTopicConfigsWithKafkasTexts() throws {
        var cluster = try ControllerDriver()
        _ = try cluster.create("t1")
        let cases: [(String, [(String, Int8, String?)], String)] = [
            ("t1", [("foo", 0, "bar")], "40 Unknown topic config name: foo"),
            ("t1", [("retention.ms", 0, "abc")], "40 Invalid value abc for configuration retention.ms: Not a number of type LONG"),
            ("t1", [("retention.ms", 0, nil)], "42 Null value not supported for : retention.ms"),
            ("t1", [("retention.ms", 2, "5")], "40 Can't APPEND to key retention.ms because its type is not LIST."),
            ("t1", [("foo", 3, "5")], "40 Can't SUBTRACT to key foo because its type is not LIST."),
            ("t1", [("foo", 1, nil)], ""),
            ("t1", [("retention.ms", 9, "5")], "-1 "),
            ("t1", [("retention.ms", 0, "5"), ("retention.ms", 1, nil)], "42 Error due to duplicate config keys"),
            ("nosuch", [("retention.ms", 0, "5")], "3 The topic 'nosuch' does not exist."),
            ("", [("retention.ms", 0, "5")], "42 Default topic resources are not allowed."),
        ]
        for (topic, changes, answer) in cases { #expect(try cluster.alter(.topic(topic), changes) == answer) }
        #expect(cluster.image.configs[.topic("t1")] == nil)
    }

    @Test func keysAreLookedAtBeforeTheKindOfResource() throws {
        let cluster = try ControllerDriver()
        func answer(_ type: Int8, _ name: String, _ configs: [(String, Int8, String?)], legacy: Bool = false) -> String? {
            if legacy {
                var row = AlterConfigsRequest.AlterConfigsResource()
                (row.resourceType, row.resourceName) = (type, name)
                row.configs = configs.map { name, _, value in
                    var config = AlterConfigsRequest.AlterConfigsResource.AlterableConfig()
                    (config.name, config.value) = (name, value)
                    return config
                }
                var request = AlterConfigsRequest()
                request.resources = [row]
                return cluster.controller.alterConfigs(request, image: cluster.image).response.responses.first?.errorMessage
            }
            var row = IncrementalAlterConfigsRequest.AlterConfigsResource()
            (row.resourceType, row.resourceName) = (type, name)
            row.configs = configs.map { name, operation, value in
                var config = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
                (config.name, config.configOperation, config.value) = (name, operation, value)
                return config
            }
            var request = IncrementalAlterConfigsRequest()
            request.resources = [row]
            return cluster.controller.incrementalAlterConfigs(request, image: cluster.image).response.responses.first?.errorMessage
        }
        for legacy in [false, true] {
            #expect(answer(99, "x", [("a", 0, nil), ("b", 0, nil)], legacy: legacy) == "Null value not supported for : a, b")
            #expect(answer(99, "x", [("a", 0, "1"), ("a", 0, "2")], legacy: legacy) == "Error due to duplicate config keys")
            #expect(answer(99, "x", [("a", 0, "1")], legacy: legacy) == "Unknown resource type 99")
        }
        #expect(answer(8, "1", [("a", 0, "INFO")], legacy: true) == "Unknown resource type 8")
        #expect(answer(8, "x", []) == "Node id must be an integer, but it is: x")
        #expect(answer(8, "7", []) == "Unexpected node id. Expected 1, but received 7")
        #expect(answer(8, "1", []) == nil)
        #expect(answer(8, "1", [("a", 0, "INFO")]) == "Logger a does not exist!")
        #expect(answer(8, "1", [("a", 2, "INFO")]) == "APPEND operation is not allowed for the BROKER_LOGGER resource")
        #expect(answer(8, "1", [("a", 9, "INFO")]) == "Unknown operation type 9 is not allowed for the BROKER_LOGGER resource")
    }

    @Test func refusesBrokerConfigsWithKafkasTexts() throws {
        var cluster = try ControllerDriver()
        let dynamic = "Invalid value org.apache.kafka.common.config.ConfigException:"
        let cases: [(String, [(String, Int8, String?)], String)] = [
            ("1", [("node.id", 0, "5")], "42 Cannot update these configs dynamically: [node.id]"),
            ("", [("process.roles", 0, "broker"), ("node.id", 0, "x")], "42 Cannot update these configs dynamically: [node.id, process.roles]"),
            ("", [("sasl.jaas.config", 0, "x")], "42 Cannot update these configs at default cluster level, broker id must be specified: [sasl.jaas.config]"),
            (
                "1", [("ssl.keystore.password", 0, "x")],
                "42 These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.password]"
            ),
            (
                "1", [("listener.name.plaintext.ssl.keystore.password", 0, "x")],
                "42 Cannot update these configs dynamically: [listener.name.plaintext.ssl.keystore.password]"
            ),
            ("x", [("log.retention.ms", 0, "5")], "42 Node id must be an integer, but it is: x"),
            ("x", [("log.retention.ms", 3, "5")], "42 Node id must be an integer, but it is: x"),
            ("1", [("log.retention.ms", 9, "5")], "42 Unknown operations type 9"),
            ("7", [("log.retention.ms", 0, "5")], "42 Unexpected broker id, expected 1, but received 7"),
            ("", [("log.retention.ms", 0, "x")], "42 Invalid value x for configuration log.retention.ms: Not a number of type LONG"),
            ("", [("min.insync.replicas", 1, nil)], "40 Cluster-level min.insync.replicas cannot be removed while ELR is enabled."),
            ("1", [("min.insync.replicas", 0, "2")], "40 Broker-level min.insync.replicas cannot be altered while ELR is enabled."),
            (
                "1", [("log.cleaner.threads", 0, "50")],
                "42 \(dynamic) Log cleaner threads cannot be increased to more than double the current value 1 for configuration Invalid dynamic configuration"
            ),
            (
                "", [("num.io.threads", 0, "1")],
                "42 \(dynamic) Dynamic thread count update validation failed for num.io.threads=1, value should be at least half the current value 8 "
                    + "for configuration Invalid dynamic configuration"
            ),
            ("1", [("log.cleaner.threads", 0, "2")], ""),
            (
                "1", [("leader.replication.throttled.rate", 0, "x")],
                "42 Invalid value x for configuration leader.replication.throttled.rate: Not a number of type LONG"
            ),
        ]
        for (broker, changes, answer) in cases { #expect(try cluster.alter(ConfigResource(.broker, broker), changes) == answer) }
        #expect(cluster.image.config(of: .broker(1))["log.cleaner.threads"] == "2")
    }

    @Test func groupConfigsStayWithinTheBrokersBounds() throws {
        var cluster = try ControllerDriver()
        let cases: [(String, String, String)] = [
            ("foo", "x", "40 Unknown group config name: foo"),
            ("consumer.session.timeout.ms", "1", "40 consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms"),
            ("consumer.session.timeout.ms", "99999999", "40 consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms"),
            ("streams.num.standby.replicas", "3", "40 streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas"),
            ("consumer.session.timeout.ms", "50000", ""),
        ]
        for (key, value, answer) in cases { #expect(try cluster.alter(.group("g"), [(key, 0, value)]) == answer) }
        let view = ConfigView(image: cluster.image, brokerId: 1, properties: [:])
        let entry = try #require(view.groupEntries("g").first { $0.name == "consumer.session.timeout.ms" })
        #expect(entry.value == "50000" && entry.source == .group)
        #expect(entry.synonyms.map(\.name) == ["consumer.session.timeout.ms", "group.consumer.session.timeout.ms"])
    }

    @Test func layersShowThroughInKafkasOrder() throws {
        var cluster = try ControllerDriver(properties: ["num.partitions": "4", "log.retention.hours": "2"])
        _ = try cluster.create("t1", configs: [("segment.bytes", " 2000000 ")])
        var view = ConfigView(image: cluster.image, brokerId: 1, properties: cluster.controller.properties)
        var entries = Dictionary(uniqueKeysWithValues: view.topicEntries(of: "t1").map { ($0.name, $0) })
        #expect(entries["segment.bytes"]?.value == "2000000")
        #expect(entries["segment.bytes"]?.synonyms.map(\.source) == [.topic, .default])
        // Hours count, but only the exact synonym is shown.
        #expect(entries["retention.ms"]?.value == "7200000" && entries["retention.ms"]?.synonyms == [] && entries["retention.ms"]?.source == .default)
        #expect(entries["min.insync.replicas"]?.source == .dynamicBrokerDefault)

        #expect(try cluster.alter(.brokerDefault, [("log.retention.ms", 0, "77777")]) == "")
        view = ConfigView(image: cluster.image, brokerId: 1, properties: cluster.controller.properties)
        entries = Dictionary(uniqueKeysWithValues: view.topicEntries(of: "unset").map { ($0.name, $0) })
        #expect(
            entries["retention.ms"]?.synonyms == [
                .init(name: "log.retention.ms", value: "77777", source: .dynamicBrokerDefault),
                .init(name: "log.retention.hours", value: "2", source: .staticBroker),
                .init(name: "log.retention.hours", value: "168", source: .default),
            ])
        let broker = Dictionary(uniqueKeysWithValues: view.brokerEntries().map { ($0.name, $0) })
        #expect(broker["num.partitions"]?.source == .staticBroker && broker["num.partitions"]?.isReadOnly == true)
        #expect(broker["log.retention.minutes"]?.value == nil && broker["log.retention.minutes"]?.synonyms == [])
        #expect(broker["ssl.keystore.password"]?.isSensitive == true)
        #expect(view.topic("t1")["retention.ms"] == .integer(77777))
    }

    @Test func alterConfigsReplacesEverything() throws {
        var cluster = try ControllerDriver()
        _ = try cluster.create("t1", configs: [("retention.ms", "5"), ("segment.ms", "9")])
        var request = AlterConfigsRequest()
        var row = AlterConfigsRequest.AlterConfigsResource()
        row.resourceType = 2
        row.resourceName = "t1"
        var config = AlterConfigsRequest.AlterConfigsResource.AlterableConfig()
        config.name = "segment.ms"
        config.value = "10"
        row.configs = [config]
        request.resources = [row]
        let decision = cluster.controller.alterConfigs(request, image: cluster.image)
        try cluster.append(decision.records)
        #expect(decision.response.responses.map(\.errorCode) == [.none])
        #expect(cluster.image.config(of: .topic("t1")) == ["segment.ms": "10"])
        request.resources = [row, row]
        #expect(cluster.controller.alterConfigs(request, image: cluster.image).response.responses.map(\.errorCode) == [.invalidRequest, .invalidRequest])
    }
}
