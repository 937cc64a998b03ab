import KafkaProtocol
import Vocabulary

@testable import LogStorage

extension LogFixture {
    /// What a power failure leaves: of every file that which was synced.
    static func synced(_ path: String, _ durable: Int, _ size: Int) -> Int { durable }

    static func directory(_ disk: MemoryDisk, _ limits: JournalLimits = JournalLimits()) throws -> LogDirectory {
        var generator = SystemRandomNumberGenerator()
        return try LogDirectory(disk: disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator, journalLimits: limits)
    }

    static func open(_ directory: LogDirectory, _ config: LogConfig = LogConfig()) throws -> PartitionLog {
        try directory.openPartition(name, topicId: topicId, config: config, now: start)
    }

    /// A log whose files are durable, so that the journal takes what follows.
    static func journaled(_ limits: JournalLimits = JournalLimits()) throws -> LogFixture {
        var fixture = try LogFixture()
        fixture.disk = MemoryDisk()
        fixture.directory = try directory(fixture.disk, limits)
        fixture.log = try open(fixture.directory)
        try fixture.append(["first"])
        try fixture.log.sync()
        return fixture
    }

    /// Whether the journal has made durable what the log has.
    func commit() -> Bool {
        if case .durable? = directory.journal.commit([log]).first { true } else { false }
    }
}

extension MemoryDisk {
    func journals() throws -> [String] { try names(in: "/data").filter { $0.hasSuffix(".journal") } }
}
