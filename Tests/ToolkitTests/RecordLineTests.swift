import KafkaProtocol
import Testing
import Vocabulary

@testable import Toolkit

private func parse(_ text: String) throws -> RecordLine {
    let bytes = Bytes(text)
    return try bytes.withUnsafeBytes { try RecordLine($0, number: 7) }
}

@Suite struct RecordLineTests {
    @Test func everythingOfARecordSurvivesPrintingAndReading() throws {
        var record = Record(offset: 5, timestamp: 1_234, key: Bytes([0xff, 0]), value: nil)
        record.headers = [
            RecordHeader("h", nil), RecordHeader("h", Bytes("")), RecordHeader("h", Bytes([0x80])), RecordHeader(key: Bytes([0xfe]), value: Bytes("\"\n")),
        ]
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let row = RecordRow(partition: TopicPartition("t", 3), record: record, timestampType: .createTime)
        Report(.jsonl, command: "console-consumer", to: output).add(row, as: RecordRow.records)
        output.flush()
        let line = try parse(String(sink.text.dropLast()))
        #expect(line.key == record.key)
        #expect(line.value == nil)
        #expect(line.headers == record.headers)
        #expect(line.timestampMs == 1_234)
        #expect(line.partition == 3)
    }

    @Test func emptyIsNotNull() throws {
        #expect(try parse(#"{"value":""}"#).value == Bytes.empty)
        #expect(try parse(#"{"value":null,"key":""}"#).value == nil)
        #expect(try parse(#"{"value":null,"key":""}"#).key == Bytes.empty)
        #expect(try parse(#"{"value":"x","key":null}"#).key == nil)
    }

    @Test(arguments: [
        ("[]", "it is not an object"), (#"{"key":"k"}"#, "it has no \"value\" (null for none)"),
        (#"{"value":1}"#, "value is neither a string, null nor {\"base64\":TEXT}"),
        (#"{"value":{"base64":"*"}}"#, "value is neither a string, null nor {\"base64\":TEXT}"),
        (#"{"value":"","headers":{}}"#, "headers is not a list"), (#"{"value":"","headers":[{"value":"x"}]}"#, "a header has no \"key\""),
        (#"{"value":"","timestampMs":-1}"#, "timestampMs is not a number from 0 on"),
        (#"{"value":"","partition":2147483648}"#, "partition is not a number from 0 on"),
    ])
    func whatIsNoRecordIsRefused(_ text: String, _ reason: String) {
        #expect(throws: LineFormat.Malformed(message: "Line number 7 is not a record: \(reason)")) { try parse(text) }
    }
}
