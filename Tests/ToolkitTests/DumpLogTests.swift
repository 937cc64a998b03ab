import Foundation
import KafkaProtocol
import Testing

@testable import Toolkit

/// A directory that is there as long as the value.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ottla-dump-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file; its path.
    func write(_ name: String, _ content: [UInt8]) throws -> String {
        try Data(content).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

private let segment = "00000000000000000000"

private func dumpLog(_ files: [String], _ words: String..., kafkaName: Bool = true) -> Ran {
    Ran(DumpLogTool.tool, ["--files", files.joined(separator: ",")] + words, kafkaName: kafkaName)
}

private func batch(_ offset: Int64, _ records: [(key: String?, value: String?)], timestamp: Int64 = 1000, isControl: Bool = false) -> [UInt8] {
    let builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: 3, isControl: isControl)
    for record in records { builder.append(timestamp: timestamp, key: record.key.map { Bytes($0) }, value: record.value.map { Bytes($0) }) }
    return builder.build().array
}

private func batch(_ offset: Int64, key: Bytes?, value: Bytes?, isControl: Bool = false) -> [UInt8] {
    let builder = RecordBatchBuilder(baseOffset: offset, isControl: isControl)
    builder.append(timestamp: 1000, key: key, value: value)
    return builder.build().array
}

private func bigEndian(_ numbers: any FixedWidthInteger...) -> [UInt8] {
    numbers.flatMap { number in
        (0..<number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: Int64(number) >> Int64(8 * $0)) }
    }
}

@Suite struct DumpLogTests {
    @Test func recordsShowWhatOptionsAskFor() throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("\(segment).log", batch(0, [("k", "v"), (nil, "w"), ("", nil), (nil, nil)]))
        let plain = dumpLog([log])
        #expect(plain.code == 0 && plain.error.isEmpty)
        let lines = plain.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines[0] == "Dumping \(log)" && lines[1] == "Log starting offset: 0")
        #expect(
            lines[2].hasPrefix(
                "baseOffset: 0 lastOffset: 3 count: 4 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1 partitionLeaderEpoch: 3 "))
        #expect(lines[2].hasSuffix(" isvalid: true"))
        let head = "CreateTime: 1000 keySize: "
        #expect(
            dumpLog([log], "--deep-iteration").output.split(separator: "\n").dropFirst(3).map(String.init) == [
                "| offset: 0 \(head)1 valueSize: 1 sequence: -1 headerKeys: []", "| offset: 1 \(head)-1 valueSize: 1 sequence: -1 headerKeys: []",
                "| offset: 2 \(head)0 valueSize: -1 sequence: -1 headerKeys: []", "| offset: 3 \(head)-1 valueSize: -1 sequence: -1 headerKeys: []",
            ])
        #expect(dumpLog([log], "--print-data-log", "--skip-record-metadata").output.hasSuffix("\n| key: k payload: v\n| payload: w\n| key: \n\n"))
        #expect(dumpLog([log], "--print-data-log", "--max-bytes", "20").output == "Dumping \(log)\nLog starting offset: 0\n")
    }

    @Test(arguments: [
        (["--key-decoder-class", "org.apache.kafka.tools.api.IntegerDecoder"], "key: 66051 payload: \u{4}\u{5}\u{6}\u{7}\u{0}\u{0}\u{0}\u{1}", "66051"),
        (["--value-decoder-class", "org.apache.kafka.tools.api.LongDecoder"], "payload: 289644378169802753", "289644378169802753"),
        (["--value-decoder-class", "org.apache.kafka.common.serialization.BytesDeserializer"], "payload: \\x04\\x05\\x06\\x07\\x00\\x00\\x00\\x01", "\\\\x04"),
    ])
    func decodersReadAsTheirClassDoes(words: [String], text: String, json: String) throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("\(segment).log", batch(0, key: [0, 1, 2, 3], value: [4, 5, 6, 7, 0, 0, 0, 1]))
        let ran = Ran(DumpLogTool.tool, ["--files", log] + words)
        #expect(ran.code == 0 && ran.output.hasSuffix(text + "\n"), "\(ran)")
        #expect(Ran(DumpLogTool.tool, ["--files", log, "--output", "jsonl"] + words).output.contains(json))
    }

    @Test func aDecoderThatCannotReadEndsTheCall() throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("\(segment).log", batch(0, [("abc", "v")]))
        let short = dumpLog([log], "--key-decoder-class", "org.apache.kafka.tools.api.LongDecoder")
        #expect(short.code == 1 && short.error == "\(log): the record at offset 0 cannot be decoded: 3 bytes are not a number of 8\n")
        #expect(short.output.hasSuffix("headerKeys: []\n"))
        let unknown = dumpLog([log], "--value-decoder-class", "no.Such", kafkaName: false)
        #expect(unknown.code == 2 && unknown.output == "Dumping \(log)\n" && unknown.error.hasPrefix("Failed to load decoder class no.Such; known are "))
    }

    @Test func namesThatSayNothingAreRefused() throws {
        let scratch = try ScratchDirectory()
        #expect(dumpLog(["nofile.log"]).output == "Dumping nofile.log\n")
        #expect(dumpLog(["nofile.log"], kafkaName: false).code == 2)
        let missing = dumpLog([scratch.path + "//\(segment).log"], kafkaName: false)
        #expect(missing.code == 3 && missing.output == "Dumping \(scratch.path)/\(segment).log\nLog starting offset: 0\n")
        let other = dumpLog(["a.txt", "b"], kafkaName: false)
        #expect(other.code == 2 && other.output == "Dumping a.txt\nDumping b\n" && other.error == "Ignoring unknown file a.txt\nIgnoring unknown file b\n")
        #expect(dumpLog(["a.checkpoint"]).code == 1)
    }

    @Test func damageIsTold() throws {
        let scratch = try ScratchDirectory()
        let first = batch(0, [("a", "b")]), second = batch(1, [("c", "d")])
        var corrupt = second
        corrupt[corrupt.count - 2] ^= 1
        let checksum = dumpLog([try scratch.write("\(segment).log", first + corrupt)])
        #expect(checksum.code == 1 && checksum.output.hasSuffix(" isvalid: false\n") && checksum.error.contains("Batches with a wrong checksum in"))
        let cut = dumpLog([try scratch.write("\(segment).log", first + second.dropLast())])
        #expect(cut.code == 1 && cut.output.hasSuffix("Found \(second.count - 1) invalid bytes at the end of \(segment).log\n"))
        #expect(cut.error.hasSuffix("From byte \(first.count) on\n"))
        let zeros = dumpLog([try scratch.write("\(segment).log", first + [UInt8](repeating: 0, count: 100))])
        #expect(zeros.code == 1 && zeros.error.hasSuffix("is damaged at byte \(first.count), where a batch must begin: the length there is 0 bytes\n"))
        var broken = first
        broken[RecordBatch.headerSize] = 0x7f
        let record = dumpLog([try scratch.write("\(segment).log", broken)], "--deep-iteration")
        #expect(record.code == 1 && record.error.contains("is damaged in the batch of offset 0: record at byte 0"))
    }

    @Test func gapsAreToldAndNoFailure() throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("00000000000000000007.log", batch(7, [("a", "b")]) + batch(9, [("c", "d")]))
        let gap = dumpLog([log], "--deep-iteration")
        #expect(gap.code == 0 && gap.error == "Non-consecutive offsets in \(log)\n  7 is followed by 9\n")
        let back = dumpLog([try scratch.write("00000000000000000007.log", batch(9, [("a", "b")]) + batch(7, [("c", "d")]))], "--deep-iteration")
        #expect(back.code == 1 && back.error.hasSuffix("  9 is followed by 7\n"))
    }

    @Test func jsonHasEveryRowAndTheMismatches() throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("\(segment).log", batch(0, [("k", nil)]) + batch(5, [(nil, "v")]))
        let document = try JSONReader.parse(dumpLog([log], "--print-data-log", "--output", "json").output)
        guard case .object(let members) = document else { throw CancellationError() }
        #expect(members.map(\.name) == ["version", "command", "files", "batches", "records", "mismatches"])
        let mismatch = JSONValue.members(["file": .string(log), "mismatch": .string("gap"), "stated": .int(0), "found": .int(5)])
        #expect(members.last?.value == .array([mismatch]))
        let record = dumpLog([log], "--print-data-log", "--output", "jsonl").output.split(separator: "\n").first { $0.contains("\"records\"") }
        #expect(
            record?.hasSuffix("\"keySize\":1,\"valueSize\":null,\"sequence\":null,\"headerKeys\":[],\"control\":null,\"key\":\"k\",\"value\":null}") == true)
    }

    @Test func controlRecordsSayWhatTheyMark() throws {
        let scratch = try ScratchDirectory()
        let marker = RecordBatch.endTransactionMarker(commits: false, timestamp: 5, producerId: 7, producerEpoch: 1, coordinatorEpoch: 4)
        var leader = LeaderChangeMessage()
        (leader.version, leader.leaderId) = (1, 2)
        leader.voters = [LeaderChangeMessage.Voter()]
        let change = batch(1, key: ControlRecordType.leaderChange.key, value: leader.encoded(version: 1), isControl: true)
        let unknown = batch(2, key: [0, 0, 0, 9], value: nil, isControl: true)
        let log = try scratch.write("\(segment).log", marker.array + change + unknown)
        let lines = dumpLog([log], "--print-data-log").output.split(separator: "\n").filter { $0.hasPrefix("| ") }.map(String.init)
        #expect(lines.count == 3 && lines[0].hasSuffix(" endTxnMarker: ABORT coordinatorEpoch: 4") && lines[2].hasSuffix(" controlType: UNKNOWN(9)"))
        let voter = "{\"voterId\":0,\"voterDirectoryId\":\"AAAAAAAAAAAAAAAAAAAAAA\"}"
        #expect(lines[1].hasSuffix(" LeaderChange: {\"version\":1,\"leaderId\":2,\"voters\":[\(voter)],\"grantingVoters\":[]}"))
        #expect(dumpLog([log], "--print-data-log", "--skip-record-metadata").output.hasSuffix("isvalid: true\n\n"))
    }

    @Test func optionsThatMakeNoSenseAreRefused() {
        #expect(Ran(DumpLogTool.tool, ["--print-data-log"]).error.hasPrefix("Missing required argument \"[files]\"\n"))
        #expect(dumpLog(["a.log"], "--max-bytes", "x").error == "Cannot parse argument 'x' of option max-bytes\n")
        #expect(dumpLog(["a.log"], "--max-bytes", "-1").error == "--max-bytes is -1; it must not be negative\n")
        #expect(dumpLog([""]).output == "Dumping \n")
    }
}

@Suite struct DumpIndexTests {
    private func log(_ scratch: ScratchDirectory) throws -> Int {
        let first = batch(0, [("a", "b"), ("c", "d")], timestamp: 500)
        _ = try scratch.write("\(segment).log", first + batch(2, [("e", "f")], timestamp: 700))
        return first.count
    }

    @Test func offsetIndexesAreComparedWithTheirLog() throws {
        let scratch = try ScratchDirectory()
        let second = Int32(try log(scratch))
        let good = try scratch.write("\(segment).index", bigEndian(Int32(2), second))
        #expect(dumpLog([good]).output == "Dumping \(good)\noffset: 2 position: \(second)\n" && dumpLog([good]).code == 0)
        #expect(dumpLog([good], "--verify-index-only").output == "Dumping \(good)\n")
        #expect(dumpLog([good], "--index-sanity-check").output == "Dumping \(good)\n\(good) passed sanity check.\n")
        let wrong = dumpLog([try scratch.write("\(segment).index", bigEndian(Int32(1), second))], "--verify-index-only")
        #expect(wrong.code == 1 && wrong.error == "Mismatches in :\(good)\n  Index offset: 1, log offset: 2\n")
        let astray = dumpLog([try scratch.write("\(segment).index", bigEndian(Int32(2), second - 1))])
        #expect(astray.code == 1 && astray.error.contains("points to byte \(second - 1)"))
        #expect(dumpLog([good], "--max-message-size", "10").code == 1)
    }

    @Test func whatIsPreallocatedIsNoEntry() throws {
        let scratch = try ScratchDirectory()
        let second = Int32(try log(scratch))
        let zeros = [UInt8](repeating: 0, count: 80)
        let unused = dumpLog([try scratch.write("\(segment).index", zeros)])
        #expect(unused.code == 0 && unused.output.hasSuffix("\noffset: 0 position: 0\n") && unused.error.isEmpty)
        #expect(dumpLog([try scratch.write("\(segment).index", bigEndian(Int32(2), second) + zeros)]).output.hasSuffix("\noffset: 2 position: \(second)\n"))
        let empty = try scratch.write("\(segment).index", [])
        #expect(dumpLog([empty]).output.hasSuffix("\n\(empty) is empty.\n"))
        let times = try scratch.write("\(segment).timeindex", [UInt8](repeating: 0, count: 120))
        #expect(dumpLog([times]).output.hasSuffix("\ntimestamp: 0 offset: 0\n") && dumpLog([times]).code == 0)
    }

    @Test func sanityIsWhatABrokerAsksFor() throws {
        let scratch = try ScratchDirectory()
        _ = try log(scratch)
        let partial = dumpLog([try scratch.write("\(segment).index", bigEndian(Int32(2), Int32(3), Int16(0)))], "--index-sanity-check")
        #expect(partial.code == 1 && partial.error.hasSuffix("is corrupt: its 10 bytes are not a multiple of 8\n"))
        let times = try scratch.write("\(segment).timeindex", bigEndian(Int64(700), Int32(2)))
        #expect(dumpLog([times], "--index-sanity-check").output.hasSuffix("passed sanity check.\n"))
        let unfinished = dumpLog([try scratch.write("\(segment).timeindex", bigEndian(Int64(700), Int32(2), Int64(0), Int32(0)))], "--index-sanity-check")
        #expect(unfinished.code == 1 && unfinished.error.contains("is corrupt: its last timestamp is 0"))
    }

    @Test func timeIndexesAreComparedWithTheirLog() throws {
        let scratch = try ScratchDirectory()
        _ = try log(scratch)
        let good = try scratch.write("\(segment).timeindex", bigEndian(Int64(500), Int32(1), Int64(700), Int32(2)))
        #expect(dumpLog([good]).output == "Dumping \(good)\ntimestamp: 500 offset: 1\ntimestamp: 700 offset: 2\n" && dumpLog([good]).code == 0)
        let entries = bigEndian(Int64(900), Int32(1), Int64(700), Int32(2), Int64(800), Int32(9))
        let wrong = dumpLog([try scratch.write("\(segment).timeindex", entries)])
        #expect(wrong.code == 1)
        #expect(
            wrong.error == """
                Found timestamp mismatch in :\(good)
                  Index timestamp: 900, log timestamp: 500
                Found out of order timestamp in :\(good)
                  Index timestamp: 700, Previously indexed timestamp: 900
                The following indexed offsets are not found in :\(good)
                  Indexed offset: 9, found log offset: -1

                """)
    }

    @Test func snapshotsOfProducersAreChecked() throws {
        let scratch = try ScratchDirectory()
        var entry = ProducerSnapshot.ProducerEntry()
        (entry.producerId, entry.epoch, entry.lastSequence, entry.lastOffset, entry.offsetDelta) = (4, 2, 1, 30, 3)
        (entry.timestamp, entry.coordinatorEpoch, entry.currentTxnFirstOffset) = (77, -1, 27)
        var marked = entry
        (marked.producerId, marked.lastOffset, marked.currentTxnFirstOffset) = (5, -1, -1)
        var snapshot = ProducerSnapshot()
        snapshot.producerEntries = [entry, marked]
        let body = snapshot.encoded(version: 1).array
        let content = bigEndian(Int16(1), Int32(bitPattern: CRC32C.checksum(Bytes(body).dropFirst(4)))) + body.dropFirst(4)
        let path = try scratch.write("00000000000000000031.snapshot", content)
        let head = "producerEpoch: 2 coordinatorEpoch: -1 currentTxnFirstOffset:"
        #expect(
            dumpLog([path]).output == """
                Dumping \(path)
                producerId: 4 \(head) OptionalLong[27] lastTimestamp: 77 firstSequence: 2147483646 lastSequence: 1 lastOffset: 30 offsetDelta: 3 timestamp: 77
                producerId: 5 \(head) OptionalLong.empty lastTimestamp: 77

                """)
        let damaged = dumpLog([try scratch.write("00000000000000000031.snapshot", Array(content.dropLast()) + [1])])
        #expect(damaged.code == 1 && damaged.error.contains("Snapshot is corrupt (CRC is no longer valid)"))
    }

    @Test func abortedTransactionsAreListed() throws {
        let scratch = try ScratchDirectory()
        let entry = bigEndian(Int16(0), Int64(7), Int64(1), Int64(4), Int64(5))
        let path = try scratch.write("\(segment).txnindex", entry + [1, 2])
        #expect(dumpLog([path]).output.hasSuffix("\nversion: 0 producerId: 7 firstOffset: 1 lastOffset: 4 lastStableOffset: 5\n"))
        #expect(dumpLog([try scratch.write("\(segment).txnindex", [0, 1] + entry.dropFirst(2))]).code == 1)
    }
}
