import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct CleanShutdownFileTests {
    @Test(
        arguments: [
            ("{\"version\":0,\"brokerEpoch\":9}", 9), ("{\"version\":0,\"brokerEpoch\":-1}\n", -1),
            (" { \"brokerEpoch\" : 9223372036854775807 , \"later\": 1 } ", .max),
            // A newer version with what it adds, as Kafka reads it.
            ("{\"version\":7,\"brokerEpoch\":12,\"reason\":\"brokerEpochs\"}", 12),
            ("", nil), ("{\"version\":0}", nil), ("{\"version\":0,\"brokerEpoch\":null}", nil), ("{\"version\":0,\"brokerEpoch\":12", nil), ("\0\0\0\0", nil),
            ("{\"version\":0,\"brokerEpoch\":92233720368547758070}", nil), ("-", nil),
        ] as [(String, Int64?)]) func theEpochIsReadAsKafkaReadsIt(content: String, epoch: Int64?)
    {
        #expect(CleanShutdownFile.brokerEpoch(in: Bytes(content)) == epoch)
    }

    @Test func whatIsWrittenIsReadAgain() {
        for epoch: Int64 in [-1, 0, 51, .max] { #expect(CleanShutdownFile.brokerEpoch(in: CleanShutdownFile.content(brokerEpoch: epoch)) == epoch) }
    }

    @Test func aStartKnowsTheEpochOfTheCleanStopBeforeItAndOfNoOther() throws {
        let fixture = try LogFixture()
        #expect(fixture.directory.previousBrokerEpoch == nil)
        try fixture.append(["a"])
        try fixture.directory.close(clean: true, brokerEpoch: 77)
        var directory = try open(fixture)
        #expect(directory.wasClean && directory.previousBrokerEpoch == 77)
        try directory.openAll(now: 0)
        try directory.close(clean: false)
        directory = try open(fixture)
        #expect(!directory.wasClean && directory.previousBrokerEpoch == nil)
    }

    @Test func anEmptyMarkerIsACleanStopWithoutAnEpoch() throws {
        let fixture = try LogFixture()
        try fixture.append(["a"])
        try fixture.directory.close(clean: true, brokerEpoch: 77)
        try fixture.disk.writeFile("/data/" + CleanShutdownFile.name, Bytes(""))
        let directory = try open(fixture)
        #expect(directory.wasClean && directory.previousBrokerEpoch == nil)
    }

    private func open(_ fixture: LogFixture) throws -> LogDirectory {
        var generator = SeededGenerator(seed: 1)
        return try LogDirectory(disk: fixture.disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator)
    }
}
