import Foundation
import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

/// Data directories that a Kafka 4.3.1 broker left: one after a clean stop, one after SIGKILL.
@Suite struct KafkaDataDirectoryTests {
    private static let fixtures = Bundle.module.bundlePath + "/Fixtures/kafka-data-dir"

    /// Unpacked for one test and removed with it.
    private final class Unpacked {
        let root: String
        var path: String { root + "/data" }

        init(_ name: String) throws {
            root = NSTemporaryDirectory() + "ottla-data-dir-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            _ = try run("tar", ["-xzf", "\(fixtures)/\(name).tar.gz", "-C", root])
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }

        func open() throws -> LogDirectory {
            var generator = SystemRandomNumberGenerator()
            let directory = try LogDirectory(disk: PosixDisk(), path: path, nodeId: 1, clusterId: nil, generator: &generator)
            try directory.openAll(now: 1_795_234_000_000)
            return directory
        }
    }

    private static func run(_ command: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return output
    }

    private static func expected(_ name: String) throws -> [String]? {
        let path = "\(fixtures)/expected/\(name).txt.gz"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return String(decoding: try run("gzip", ["-dc", path]), as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }

    private static func offsets(_ name: String) throws -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for line in try String(contentsOfFile: "\(fixtures)/expected/\(name).txt", encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: ":")
            offsets[TopicPartition(String(fields[0]), try #require(Int32(fields[1])))] = Int64(fields[2])
        }
        return offsets
    }

    /// The partition as the console consumer prints it.
    private static func lines(_ log: PartitionLog, committed: Bool) throws -> [String] {
        var lines: [String] = []
        var offset = log.logStartOffset
        let end = committed ? log.offsets.lastStable : log.logEndOffset
        var aborted = try log.abortedTransactions(from: offset, to: end)
        var open: Set<Int64> = []
        while offset < end {
            let info = try log.read(from: offset, maxBytes: 10_000, minOneBatch: true, upTo: end)
            try #require(info.sizeInBytes > 0)
            for batch in try RecordBatches.all(in: try bytes(info)) {
                try batch.checkCrc()
                if committed {
                    for transaction in aborted where transaction.producerId == batch.producerId && transaction.firstOffset.value <= batch.baseOffset {
                        open.insert(transaction.producerId)
                    }
                    aborted.removeAll { $0.producerId == batch.producerId && $0.firstOffset.value <= batch.baseOffset }
                    if let marker = TransactionMarker(batch), marker.isAbort { open.remove(batch.producerId) }
                }
                if batch.isControl || (batch.isTransactional && open.contains(batch.producerId)) { continue }
                for record in try batch.records() where record.offset >= log.logStartOffset.value && record.offset >= offset.value {
                    let headers = record.headers.map { "\($0.key.text):\($0.value?.text ?? "null")" }.joined(separator: ",")
                    lines.append(
                        "\(batch.timestampType.name):\(record.timestamp)\tPartition:\(log.name.partition)\tOffset:\(record.offset)\t"
                            + "\(headers.isEmpty ? "NO_HEADERS" : headers)\t\(record.key?.text ?? "null")\t\(record.value?.text ?? "null")")
                }
            }
            offset = info.nextOffset
        }
        return lines
    }

    @Test(arguments: ["clean", "killed"]) func everyRecordIsRead(_ name: String) throws {
        let unpacked = try Unpacked(name)
        let directory = try unpacked.open()
        #expect(directory.wasClean == (name == "clean"))
        #expect(directory.clusterId == "Oljq8mO1Qc6UlnwEOcGxNQ")
        let starts = try Self.offsets("get-offsets-earliest"), ends = try Self.offsets("get-offsets")
        for (partition, end) in ends {
            let log = try #require(directory.log(partition))
            #expect(log.logEndOffset.value == end && log.logStartOffset.value == starts[partition], "\(partition)")
            #expect(log.topicId != .zero)
            if name == "clean" { #expect(log.recovery == RecoveryReport(), "\(partition)") } else { #expect(log.recovery.truncatedBytes == 0) }
        }
        for topic in Set(ends.keys.map(\.topic)) where !topic.hasPrefix("__") {
            for isolation in ["read_uncommitted", "read_committed"] {
                guard let expected = try Self.expected("\(topic).\(isolation)") else { continue }
                var found: [String] = []
                for partition in directory.partitions where partition.topic == topic {
                    found += try Self.lines(try #require(directory.log(partition)), committed: isolation == "read_committed")
                }
                #expect(found.sorted() == expected, "\(topic) \(isolation)")
            }
        }
    }

    @Test func indexesWrittenAnewAreKafkasByteForByte() throws {
        let clean = try Unpacked("clean"), killed = try Unpacked("killed")
        try FileManager.default.removeItem(atPath: killed.path + "/recovery-point-offset-checkpoint")
        let directory = try killed.open()
        #expect(directory.log(TopicPartition("rolled", 0))?.recovery.recoveredSegments == 5)
        try directory.close(clean: true)
        var compared = 0
        for partition in ["rolled-0", "plain-0", "plain-1", "plain-2", "appendtime-0", "jc-310ae638993-0-0", "jc-31301ba6092-2-0", "jc-3137c912d21-5-0"] {
            for file in try FileManager.default.contentsOfDirectory(atPath: clean.path + "/" + partition) where file.hasSuffix("index") {
                let kafkas = try Data(contentsOf: URL(fileURLWithPath: "\(clean.path)/\(partition)/\(file)"))
                let ours = try Data(contentsOf: URL(fileURLWithPath: "\(killed.path)/\(partition)/\(file)"))
                #expect(kafkas == ours, "\(partition)/\(file)")
                compared += 1
            }
        }
        #expect(compared >= 27)
        let again = try killed.open()
        #expect(again.wasClean)
        for partition in again.partitions { #expect(again.log(partition)?.recovery == RecoveryReport(), "\(partition)") }
    }

    @Test func producersAreRestoredAsKafkaSnapshotsThem() throws {
        let clean = try Unpacked("clean"), killed = try Unpacked("killed")
        let (a, b) = (try clean.open(), try killed.open())
        for partition in a.partitions where partition.topic.hasPrefix("jc") || partition.topic == "plain" {
            let now: Int64 = 1_795_234_000_000
            #expect(a.log(partition)?.activeProducers(now: now) == b.log(partition)?.activeProducers(now: now), "\(partition)")
            #expect(a.log(partition)?.activeProducers(now: now).isEmpty == false)
        }
    }
}
