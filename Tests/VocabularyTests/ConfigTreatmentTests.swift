import Foundation
import Testing
import Vocabulary

@testable import Vocabulary

@Suite struct ConfigTreatmentTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

    // MARK: The document

    /// The lines of COMPATIBILITY.md between a heading and the next.
    private func section(_ heading: String) throws -> [String] {
        let lines = try String(contentsOf: root.appendingPathComponent("COMPATIBILITY.md"), encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: heading), "no section \(heading)")
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix("#") })
    }

    private func list(_ keys: [ConfigKey]) -> String { keys.map { "`\($0.name)`" }.joined(separator: ", ") }

    /// A row per reason, in the order of the first key of each.
    private func rows(_ keys: [ConfigKey], _ reason: (ConfigTreatment) -> String?) -> [String] {
        var order: [String] = []
        var groups: [String: [ConfigKey]] = [:]
        for key in keys {
            guard let reason = reason(key.treatment) else { continue }
            if groups[reason] == nil { order.append(reason) }
            groups[reason, default: []].append(key)
        }
        return order.map { "| \($0) | \(list(groups[$0] ?? [])) |" }
    }

    @Test(arguments: [("broker", ConfigTable.broker), ("topic", ConfigTable.topic), ("group", ConfigTable.group)])
    func everyKeyStandsInTheDocumentUnderItsTreatment(name: String, table: ConfigTable) throws {
        let rows =
            ["| obeyed | \(list(table.keys.filter { $0.treatment == .obeyed })) |"]
            + rows(table.keys) { $0 == .inCluster ? "obeyed in a broker of a cluster; without effect where this node is the whole cluster" : nil }
            + rows(table.keys) { if case .refused(let reason) = $0 { "refused: \(reason)" } else { nil } }
            + rows(table.keys) { if case .noEffect(let reason) = $0 { "without effect: \(reason)" } else { nil } }
        #expect(try section("### Keys of a \(name)").filter { $0.hasPrefix("| ") && $0.contains("`") } == rows)
    }

    // MARK: The code

    /// Every text between double quotes in the sources, but for the tables of keys, with the file it stands in.
    private func literals() throws -> [(file: String, text: String)] {
        var found: [(String, String)] = []
        let sources = root.appendingPathComponent("Sources")
        for case let file as URL in try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)) {
            // The client has keys of the same names.
            guard file.pathExtension == "swift", !["/Configs/", "/KafkaClient/", "/Topics/", "/Console"].contains(where: file.path.contains) else { continue }
            let pieces = try String(contentsOf: file, encoding: .utf8).split(separator: "\"", omittingEmptySubsequences: false)
            found += pieces.enumerated().filter { $0.offset % 2 == 1 }.map { (file.lastPathComponent, String($0.element)) }
        }
        return found
    }

    @Test func whatIsCalledObeyedIsReadSomewhere() throws {
        let read = Set(try literals().map(\.text))
        for key in ConfigTable.broker.keys where key.treatment == .obeyed {
            let heirs = ConfigTable.topic.keys.filter { $0.synonyms.contains(key.name) && $0.treatment == .obeyed }
            // The bounds of what a group may ask for are looked up by a name that is put together.
            let isBound = ["group.consumer.min.", "group.consumer.max."].contains { key.name.hasPrefix($0) }
            #expect(read.contains(key.name) || !heirs.isEmpty || isBound, "\(key.name) is called obeyed and nothing reads it")
        }
    }

    @Test func whatTopicsAndGroupsAreSaidToObeyIsRead() throws {
        let found = try literals()
        let log = Set(found.filter { $0.file == "LogConfig.swift" }.map(\.text))
        for key in ConfigTable.topic.keys where key.treatment == .obeyed { #expect(log.contains(key.name), "\(key.name) does not reach the log") }
        let read = Set(found.map(\.text))
        for key in ConfigTable.group.keys where key.treatment == .obeyed {
            #expect(read.contains(key.name), "\(key.name) is called obeyed and nothing reads it")
        }
    }

    @Test func topicKeysAreTreatedAsTheBrokerKeysThatGiveTheirDefaults() {
        for key in ConfigTable.topic.keys {
            for synonym in key.synonyms { #expect(ConfigTable.broker[synonym]?.treatment == key.treatment, "\(key.name), \(synonym)") }
        }
    }

    @Test func whatTheCodeReadsExistsAndIsCalledObeyed() throws {
        let expression = /(?:settings|configs|config|view\(image\))\.(?:int|text|bool|broker|brokerText)\("([a-z.]+)"\)|\bint(?:32)?\("([a-z.]+\.[a-z.]+)"\)/
        var count = 0
        for folder in ["Broker", "Server", "Coordination"] {
            let directory = root.appendingPathComponent("Sources/\(folder)")
            for case let file as URL in try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
            where file.pathExtension == "swift" {
                // What a broker of a cluster reads may be without effect elsewhere.
                let isOfCluster = ["/Coordination/Quorum/", "/Broker/Replication/", "/Broker/Coordinators/"].contains(where: file.path.contains)
                let known: Set<ConfigTreatment> = isOfCluster || file.lastPathComponent == "BrokerSettings.swift" ? [.obeyed, .inCluster] : [.obeyed]
                for match in try String(contentsOf: file, encoding: .utf8).matches(of: expression) {
                    let name = String(match.1 ?? match.2 ?? "")
                    count += 1
                    #expect(ConfigTable.broker[name].map { known.contains($0.treatment) } == true, "\(file.lastPathComponent) reads \(name)")
                }
            }
        }
        #expect(count > 20)
    }

    // MARK: What the operator is told

    @Test func keysWithoutEffectAreNamedOnlyWhereTheyAskForSomething() throws {
        let remarks = try ConfigTable.remarks(on: [
            "num.io.threads": "16", "num.network.threads": " 3", "metric.reporters": "a.B", "unclean.leader.election.enable": "FALSE",
            "ssl.keystore.password": "secret", "listener.name.inside.ssl.keystore.location": "/k", "listener.name.inside.max.connections": "3",
            "listener.name.inside.num.partitions": "3", "log.cleanup.policy": "compact,compact", "no.such.key": "1", "replica.selector.class": "",
        ])
        #expect(
            remarks == [
                "listener.name.inside.num.partitions=3 has no effect: only num.partitions without a listener acts",
                "listener.name.inside.ssl.keystore.location=/k has no effect: only PLAINTEXT listeners are served yet",
                "Configuration key \"log.cleanup.policy\" contains duplicate values. Duplicates will be removed. "
                    + "The original value is: [compact, compact], the updated value is: [compact]",
                "metric.reporters=a.B has no effect: metrics are not kept",
                "the configuration key no.such.key is not known and has no effect",
                "num.io.threads=16 has no effect: threads and queues are this broker's own; see --threads",
                "ssl.keystore.password has no effect: only PLAINTEXT listeners are served yet",
            ])
    }

    @Test(arguments: [
        ("create.topic.policy.class.name", "a.B", "create.topic.policy.class.name=a.B: topics would be created that the policy forbids"),
        ("client.quota.callback.class", "a.B", "client.quota.callback.class=a.B: quotas do not act yet"),
        ("remote.log.storage.system.enable", "true", "remote.log.storage.system.enable=true: tiered storage is not served"),
        ("max.connections", "-1", "Invalid value -1 for configuration max.connections: Value must be at least 0"),
        ("max.connections.per.ip", "two", "Invalid value two for configuration max.connections.per.ip: Not a number of type INT"),
        (
            "remote.log.storage.system.enable", "yes",
            "Invalid value yes for configuration remote.log.storage.system.enable: Expected value to be either true or false"
        ),
    ]) func whatMustNotBeIgnoredIsRefused(key: String, text: String, message: String) {
        #expect(throws: ConfigError(message)) { try ConfigTable.remarks(on: [key: text]) }
    }

    @Test(arguments: [
        (["log.retention.hours": "0"], "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"),
        (["log.retention.minutes": "0", "log.retention.hours": "5"], "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"),
        (["log.roll.ms": "0"], "log.roll.ms must be greater than or equal to 1"),
        (["log.roll.jitter.ms": "-1"], "log.roll.jitter.ms must be greater than or equal to 0"),
        (["log.cleaner.dedupe.buffer.size": "5"], "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."),
        (
            ["replica.fetch.wait.max.ms": "40000"],
            "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts"
        ),
        (["queued.max.request.bytes": "5"], "queued.max.request.bytes must be larger or equal to socket.request.max.bytes"),
        (["max.connections.per.ip": "0"], "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set."),
        (
            ["connections.max.idle.ms": "50"],
            "connection.failed.authentication.delay.ms=100 should always be less than connections.max.idle.ms=50 to prevent failed"
                + " authentication responses from timing out"
        ),
    ]) func keysThatContradictEachOtherAreRefusedInKafkasWords(keys: [String: String], message: String) {
        #expect(throws: ConfigError("requirement failed: " + message)) { try ConfigTable.remarks(on: keys) }
        #expect(ConfigTable.contradiction { _ in nil } == nil)
        #expect(ConfigTable.contradiction { ["log.retention.ms": "-5", "log.retention.minutes": "0", "connections.max.idle.ms": "-1"][$0] } == nil)
    }

    @Test func refusedKeysMayStandAtTheirDefaults() throws {
        let keys = ["authorizer.class.name": "", "principal.builder.class": "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder"]
        #expect(try ConfigTable.remarks(on: keys) == [])
    }
}
