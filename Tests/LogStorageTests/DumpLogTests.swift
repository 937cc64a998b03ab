import Foundation
import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

/// Kafka's own `kafka-dump-log` reads our files without a complaint. Needs `KAFKA_HOME`, and is skipped without it.
@Suite struct DumpLogTests {
    private static let home = ProcessInfo.processInfo.environment["KAFKA_HOME"]

    @Test(.enabled(if: home != nil, "KAFKA_HOME is not set")) func kafkaReadsOurFiles() throws {
        let root = NSTemporaryDirectory() + "ottla-dump-log-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: root) }
        var config = LogConfig()
        config.segmentBytes = 20_000
        config.indexIntervalBytes = 500
        var generator = SeededGenerator(seed: 3)
        let directory = try LogDirectory(disk: PosixDisk(), path: root, nodeId: 1, clusterId: nil, generator: &generator)
        let log = try directory.openPartition(LogFixture.name, topicId: LogFixture.topicId, config: config, now: 0)
        for index in 0..<300 {
            let codec = [Compression.none, .gzip, .snappy, .lz4, .zstd][index % 5]
            let values = (0...index % 7).map { "value \(index) \($0) " + String(repeating: "x", count: index % 100) }
            let isTransactional = index % 10 >= 8
            let bytes = batch(
                values, timestamp: LogFixture.start + Int64(index), compression: codec, producer: (isTransactional ? 2 : 1, Int16(index), 0),
                isTransactional: isTransactional)
            _ = try log.append(bytes, leaderEpoch: LeaderEpoch(Int32(index / 100)), now: LogFixture.start, origin: .client)
            if index % 10 == 9 {
                let marker = RecordBatch.endTransactionMarker(
                    commits: index % 20 == 9, timestamp: LogFixture.start + Int64(index), producerId: 2, producerEpoch: Int16(index), coordinatorEpoch: 0)
                _ = try log.append(marker, leaderEpoch: LeaderEpoch(Int32(index / 100)), now: LogFixture.start, origin: .coordinator)
            }
        }
        let last = log.logEndOffset.value - 1
        try directory.close()
        let partition = root + "/orders-0"
        let names = try FileManager.default.contentsOfDirectory(atPath: partition).sorted()
        let files = names.filter { $0.first == "0" }
        #expect(files.filter { $0.hasSuffix(".log") }.count > 2)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "java", "-cp", (Self.home ?? "") + "/libs/*", "org.apache.kafka.tools.DumpLogSegments", "--deep-iteration", "--files",
            files.map { partition + "/" + $0 }.joined(separator: ","),
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        for complaint in ["Exception", "mismatch", "Mismatch", "Found", "isvalid: false", "corrupt", "not sanity", "WARN", "ERROR"] {
            #expect(!output.contains(complaint), "\(output.split(separator: "\n").filter { $0.contains(complaint) }.prefix(5))")
        }
        #expect(output.contains("lastOffset: \(last) "))
        #expect(output.contains("producerId: 2 "))
    }
}
