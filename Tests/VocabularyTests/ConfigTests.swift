import Testing
import Vocabulary

@testable import Vocabulary

/// The texts were taken from a Kafka 4.3.1 broker.
@Suite struct ConfigTests {
    private func refusal(_ table: ConfigTable, _ key: String, _ text: String) -> String? {
        do throws(ConfigError) {
            _ = try table[key]?.parse(text)
            return nil
        } catch { return error.message }
    }

    @Test(arguments: [
        ("retention.ms", "abc", "Invalid value abc for configuration retention.ms: Not a number of type LONG"),
        ("retention.ms", "", "Invalid value  for configuration retention.ms: Not a number of type LONG"),
        ("retention.ms", "9223372036854775808", "Invalid value 9223372036854775808 for configuration retention.ms: Not a number of type LONG"),
        ("max.message.bytes", "-5", "Invalid value -5 for configuration max.message.bytes: Value must be at least 0"),
        ("cleanup.policy", "bogus", "Invalid value bogus for configuration cleanup.policy: String must be one of: compact, delete"),
        ("cleanup.policy", "bogus,bogus", "Invalid value bogus for configuration cleanup.policy: String must be one of: compact, delete"),
        ("cleanup.policy", "compact,,compact", "Configuration 'cleanup.policy' values must not be empty."),
        ("cleanup.policy", "delete,", "Configuration 'cleanup.policy' values must not be empty."),
        (
            "compression.type", "foo",
            "Invalid value foo for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer"
        ),
        ("compression.gzip.level", "0", "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"),
        ("compression.zstd.level", "23", "Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22"),
        ("min.cleanable.dirty.ratio", "2", "Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1"),
        ("preallocate", "yes", "Invalid value yes for configuration preallocate: Expected value to be either true or false"),
    ]) func refusesWithKafkasText(key: String, text: String, message: String) {
        #expect(refusal(.topic, key, text) == message)
    }

    @Test func repeatedEntriesOfAListCountOnceAndAreWarnedOf() throws {
        let policy = try #require(ConfigTable.topic["cleanup.policy"])
        #expect(try policy.parse(" delete , delete,compact") == .list(["delete", "compact"]))
        #expect(
            policy.duplicateWarning("compact,compact")
                == "Configuration key \"cleanup.policy\" contains duplicate values. Duplicates will be removed. "
                + "The original value is: [compact, compact], the updated value is: [compact]")
        #expect(policy.duplicateWarning("compact,delete") == nil)
        // Kafka drops repeated entries only where its rule is that of a list.
        let throttled = try #require(ConfigTable.topic["leader.replication.throttled.replicas"])
        #expect(try throttled.parse("0:1,0:1").text == "0:1,0:1" && throttled.duplicateWarning("0:1,0:1") == nil)
    }

    @Test func storedTextsAreReadOrSaidToBeUnreadable() throws {
        let policy = try #require(ConfigTable.topic["cleanup.policy"])
        #expect(policy.read(stored: "compact,compact") == .value(.list(["compact"])))
        #expect(
            policy.read(stored: "shred") == .unreadable(reason: "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete"))
    }

    @Test func aTopicWhoseValuesCannotBeReadKeepsItsData() {
        let kept = TopicConfig(overrides: ["cleanup.policy": "shred", "segment.ms": "7", "newer.key": "1"]) { _ in nil }
        #expect(kept.keepsData && kept["cleanup.policy"] == .list([]))
        #expect(kept.unreadable.map(\.key) == ["cleanup.policy", "newer.key"] && kept["segment.ms"].int == 7)
        #expect(TopicConfig(overrides: ["retention.ms": "a week"]) { _ in nil }.keepsData)
        #expect(TopicConfig(overrides: [:]) { $0 == "log.retention.bytes" ? "x" : nil }.keepsData)
        #expect(!TopicConfig(overrides: ["retention.bytes": "5"]) { $0 == "log.retention.bytes" ? "x" : nil }.keepsData)
        let tuned = TopicConfig(overrides: ["segment.ms": "soon"]) { _ in nil }
        #expect(!tuned.keepsData && tuned["cleanup.policy"] == .list(["delete"]) && tuned.unreadable.map(\.key) == ["segment.ms"])
    }

    @Test func refusesThrottlesThatAreNotPairs() {
        let key = "leader.replication.throttled.replicas"
        for text in ["", "*", "0:1,1:2"] { #expect(refusal(.topic, key, text) == nil) }
        #expect(refusal(.topic, key, "*,0:1")?.hasPrefix("Invalid value [*, 0:1] for configuration \(key): \(key) must be the literal '*'") == true)
    }

    @Test func readsDurationsOfShareGroups() {
        for text in ["latest", "earliest", "by_duration:PT1H", "by_duration:P1DT2M3.5S"] {
            #expect(refusal(.group, "share.auto.offset.reset", text) == nil)
        }
        for text in ["LATEST", "by_duration:", "by_duration:P", "by_duration:PT", "by_duration:-PT1H", "by_duration:1H"] {
            #expect(refusal(.group, "share.auto.offset.reset", text) != nil)
        }
    }

    @Test func everyDefaultIsAValueOfItsKey() throws {
        for table in [ConfigTable.topic, .broker, .group, .clientMetrics, .replicationThrottles] {
            for key in table.keys {
                guard let text = key.defaultText else { continue }
                #expect(try key.parse(text).text == text, "\(key.name)")
            }
        }
        #expect(ConfigTable.broker.keys.filter { !$0.isInternal }.count == 340)
    }

    @Test func printsDoublesAsJavaDoes() {
        let texts = [0.5, 1, 0.001, 0.0001, 1.25e-5, 9_999_999, 1e7, 12_345_678.5, .greatestFiniteMagnitude].map(ConfigValue.javaText)
        #expect(texts == ["0.5", "1.0", "0.001", "1.0E-4", "1.25E-5", "9999999.0", "1.0E7", "1.23456785E7", "1.7976931348623157E308"])
    }

    @Test func topicsInheritFromTheBrokerAndKeepTheirOwn() {
        let broker = ["log.retention.hours": "2", "log.segment.bytes": "2000000"]
        let config = TopicConfig(overrides: ["segment.bytes": "3000000", "cleanup.policy": "compact"]) { broker[$0] }
        #expect(config["retention.ms"] == .integer(7_200_000))
        #expect(config["segment.bytes"] == .integer(3_000_000))
        #expect(config["cleanup.policy"] == .list(["compact"]))
        #expect(config["max.message.bytes"] == .integer(1_048_588))
    }

    @Test func refusesValuesThatContradictEachOther() {
        #expect(throws: ConfigError("conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)")) {
            try TopicConfig.validate(["min.compaction.lag.ms": "10", "max.compaction.lag.ms": "5"]) { _ in nil }
        }
        #expect(throws: ConfigError("Unknown topic config name: foo")) { try TopicConfig.validate(["foo": "1"]) { _ in nil } }
    }
}
