import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

@Suite struct ConfigNotesTests {
    private func view(_ cluster: ControllerDriver, _ properties: [String: String] = [:]) -> ConfigView {
        ConfigView(image: cluster.image, brokerId: 1, properties: properties)
    }

    @Test func duplicatesAreStoredAsGivenAndShownOnce() throws {
        var cluster = try ControllerDriver()
        let created = try cluster.create("t1", configs: [("cleanup.policy", "compact,compact")])
        #expect(created?.errorCode == ErrorCode.none)
        #expect(cluster.image.config(of: .topic("t1"))["cleanup.policy"] == "compact,compact")
        #expect(try cluster.alter(.topic("t1"), [("cleanup.policy", 0, "delete,delete,compact")]) == "")
        #expect(try cluster.alter(.brokerDefault, [("log.cleanup.policy", 0, "delete,delete")]) == "")
        let view = view(cluster, ["log.cleanup.policy": "compact,compact"])
        let entry = try #require(view.topicEntries(of: "t1").first { $0.name == "cleanup.policy" })
        // As DescribeConfigs of Kafka 4.3.1 shows it: what is the resource's own is read, the layers below are shown as they were given.
        #expect(entry.value == "delete,compact")
        #expect(entry.synonyms.map(\.value) == ["delete,compact", "delete,delete", "compact,compact", "delete"])
        #expect(view.brokerEntries().first { $0.name == "log.cleanup.policy" }?.value == "delete")
        #expect(view.brokerDefaultEntries().first { $0.name == "log.cleanup.policy" }?.value == "delete,delete")
        #expect(
            view.notes(on: .topic("t1"), "cleanup.policy", "compact,compact").first?.hasPrefix("topic t1: Configuration key \"cleanup.policy\" contains")
                == true)
    }

    @Test func storedValuesThatCannotBeReadAreNamedAndDeleteNothing() throws {
        var cluster = try ControllerDriver()
        for name in ["kept", "plain"] { _ = try cluster.create(name) }
        try cluster.append([
            .config(.topic("kept"), "retention.ms", "soon"), .config(.topic("plain"), "newer.key", "1"),
            .config(.brokerDefault, "log.segment.bytes", "many"), .config(.broker(1), "log.roll.ms", "5"),
        ])
        let view = view(cluster, ["log.segment.bytes": "2000000"])
        let reason = "Invalid value soon for configuration retention.ms: Not a number of type LONG"
        #expect(view.topic("kept").unreadable == [UnreadableConfig(key: "retention.ms", text: "soon", reason: reason)])
        #expect(view.topic("kept").keepsData && view.topic("kept")["cleanup.policy"] == .list([]) && !view.topic("plain").keepsData)
        // The next layer that can be read, not Kafka's default.
        #expect(view.broker("log.segment.bytes").int == 2_000_000)
        #expect(view.topicEntries(of: "kept").first { $0.name == "retention.ms" }?.value == "soon")
        #expect(
            view.notes() == [
                "all brokers: log.segment.bytes=many cannot be read and is not in force: "
                    + "Invalid value many for configuration log.segment.bytes: Not a number of type INT",
                "topic kept: retention.ms=soon cannot be read and is not in force: \(reason)",
                "topic kept: nothing is deleted or compacted until its configuration can be read",
                "topic plain: the configuration key newer.key is not known and has no effect",
            ])
    }

    @Test func aBrokersValueThatCannotBeReadIsNamedOnceForAllTopics() throws {
        var cluster = try ControllerDriver()
        for name in ["a", "b"] { _ = try cluster.create(name, configs: [("segment.ms", "5")]) }
        try cluster.append([.config(.brokerDefault, "log.cleanup.policy", "shred")])
        #expect(view(cluster).topic("a").keepsData && view(cluster).topic("new").keepsData)
        #expect(
            view(cluster).notes() == [
                "all brokers: log.cleanup.policy=shred cannot be read and is not in force: "
                    + "Invalid value shred for configuration log.cleanup.policy: String must be one of: compact, delete",
                "all topics: nothing is deleted or compacted where the broker's configuration decides, until it can be read",
            ])
    }

    @Test func topicsWhoseKeysDoNotActAreNamedInOneLine() throws {
        var cluster = try ControllerDriver()
        for name in ["a", "b", "c", "d", "e"] { _ = try cluster.create(name, configs: [("flush.messages", "1"), ("min.insync.replicas", "1")]) }
        let reason = "acks=all waits for the disk, other writes are left to the system; see --durability"
        #expect(view(cluster).notes() == ["flush.messages of topics a, b, c and 2 more has no effect: \(reason)"])
        #expect(view(cluster).notes(on: .topic("a"), "flush.messages", "1") == ["topic a: flush.messages=1 has no effect: \(reason)"])
        let secret = "listener.name.plaintext.ssl.key.password"
        #expect(view(cluster).notes(on: .broker(1), secret, "hidden") == ["broker 1: \(secret) has no effect: only PLAINTEXT listeners are served yet"])
    }

    @Test func limitsOfConnectionsAreCheckedWithKafkasTexts() throws {
        var cluster = try ControllerDriver()
        let key = "max.connections.per.ip.overrides"
        #expect(try cluster.alter(.brokerDefault, [(key, 0, "127.0.0.1:x")]) == "42 For input string: \"x\"")
        #expect(
            try cluster.alter(.brokerDefault, [(key, 0, "127.0.0.1")])
                == "42 Error parsing configuration property '\(key)': begin 0, end -1, length 9")
        #expect(
            try cluster.alter(.brokerDefault, [("max.connections.per.ip", 0, "0")])
                == "42 requirement failed: max.connections.per.ip can be set to zero only if \(key) property is set.")
        #expect(try cluster.alter(.brokerDefault, [("max.connections.per.ip", 0, "0"), (key, 0, "127.0.0.1:5")]) == "")
        #expect(
            try cluster.alter(.brokerDefault, [("max.connections", 0, "0")])
                == "42 Invalid value org.apache.kafka.common.config.ConfigException: Invalid max.connections 0 for configuration Invalid dynamic configuration")
        #expect(
            try cluster.alter(.brokerDefault, [("log.retention.ms", 0, "0")])
                == "42 requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1")
        #expect(try cluster.alter(.broker(1), [("log.retention.ms", 0, "-5")]) == "")
        #expect(
            try cluster.alter(.brokerDefault, [("log.cleaner.backoff.ms", 0, "1")]) == "42 Cannot update these configs dynamically: [log.cleaner.backoff.ms]")
    }
}
