import Broker
import KafkaProtocol
import LogStorage
import Testing
import Vocabulary

@Suite struct StartRecordsTests {
    private func metadataEnd(_ driver: BrokerDriver) -> Int64 { driver.broker.metadata.image.offset }

    @Test func aCleanStopAndStartAddsAFewRecordsHoweverManyPartitionsThereAre() throws {
        var added: [Int64] = []
        for partitions: Int32 in [1, 300] {
            let driver = try BrokerDriver()
            try driver.create("t", partitions: partitions)
            let before = metadataEnd(driver)
            for _ in 0..<3 { try driver.restart() }
            added.append(metadataEnd(driver) - before)
            #expect(driver.broker.partitions.partition("t", partitions - 1)?.leaderEpoch == 0)
        }
        #expect(added[0] == added[1] && added[0] <= 9)
    }

    /// After an unclean stop clients must notice that the log may have been cut.
    @Test func aStartAfterACrashRaisesEveryLeaderEpoch() throws {
        let driver = try BrokerDriver()
        try driver.create("t", partitions: 3)
        let again = try BrokerDriver(disk: driver.disk.copy { _, _, size in size })
        for partition: Int32 in 0..<3 { #expect(again.broker.partitions.partition("t", partition)?.leaderEpoch == 1) }
    }
}
