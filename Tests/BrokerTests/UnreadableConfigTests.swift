import KafkaProtocol
import LogStorage
import Synchronization
import Testing

@testable import Broker
@testable import Coordination

/// A directory whose metadata holds configuration that this broker would have refused.
@Suite struct UnreadableConfigTests {
    private func open(_ disk: MemoryDisk, _ lines: @escaping @Sendable (String) -> Void) throws -> Broker {
        var settings = BrokerSettings()
        settings.seed = 7
        settings.endpoints = [.init(listener: "PLAINTEXT", host: "broker.example", port: 9092)]
        settings.log = OperatorLog(level: .info, clock: { 0 }) { entry in lines("\(entry.level.name) \(entry.text)") }
        return try Broker(settings: settings, disk: disk, now: 1_000_000)
    }

    @Test(arguments: [("cleanup.policy", "shred"), ("retention.ms", "soon")])
    func aTopicOfWhichItCannotBeToldWhatMayGoKeepsItsDataAndSaysSo(key: String, text: String) throws {
        let disk = MemoryDisk()
        let written = Mutex<[String]>([])
        let first = try open(disk) { line in written.withLock { $0.append(line) } }
        #expect(first.metadata.createTopicAtStart("t", partitions: 1) == nil)
        first.metadata.record({ _ in
            [.config(.topic("t"), "retention.bytes", "1"), .config(.topic("t"), "cleanup.policy", "compact,compact")]
        }) { _ in }
        #expect(first.partitions.partition("t", 0)?.log.config.isCompacted == true)
        first.metadata.record({ _ in [.config(.topic("t"), key, text)] }) { _ in }
        // At once, and after a start on the same directory.
        #expect(first.partitions.partition("t", 0).map { $0.log.config.isDeleted || $0.log.config.isCompacted } == false)
        try first.shutDown(now: 1_000_000)
        let second = try open(disk) { line in written.withLock { $0.append(line) } }
        #expect(second.partitions.partition("t", 0).map { $0.log.config.isDeleted || $0.log.config.isCompacted } == false)
        let said = written.withLock { $0 }.filter { $0.contains("\(key)=\(text) cannot be read") }
        #expect(said.count == 2 && said.allSatisfy { $0.hasPrefix("WARN topic t: ") })
        #expect(written.withLock { $0 }.contains("WARN topic t: nothing is deleted or compacted until its configuration can be read"))
        try second.shutDown(now: 1_000_000)
    }
}
