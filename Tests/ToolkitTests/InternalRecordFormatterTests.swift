import KafkaClient
import KafkaProtocol
import Testing
import Vocabulary

@testable import Toolkit

@Suite struct InternalRecordFormatterTests {
    static func prefixed(_ message: some Message, type: Int16, version: Int16) -> Bytes {
        Bytes([UInt8(truncatingIfNeeded: type >> 8), UInt8(truncatingIfNeeded: type)] + message.encoded(version: version).array)
    }

    static func text(_ kind: InternalRecordFormatter.Kind, key: Bytes?, value: Bytes?) throws -> String {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let record = Record(offset: 0, timestamp: 0, key: key, value: value)
        try InternalRecordFormatter(kind).write(record, timestampType: .createTime, partition: TopicPartition("__consumer_offsets", 0), to: output)
        output.flush()
        return sink.text
    }

    static var offsetKey: Bytes {
        var key = OffsetCommitKey()
        (key.group, key.topic, key.partition) = ("app", "orders2", 2)
        return prefixed(key, type: 1, version: 0)
    }

    @Test func anOffsetCommitIsOneCompactObject() throws {
        var value = OffsetCommitValue()
        (value.offset, value.leaderEpoch, value.commitTimestamp) = (1, 0, 1_795_233_333_273)
        #expect(
            try Self.text(.offsets, key: Self.offsetKey, value: Self.prefixed(value, type: 3, version: 3))
                == #"{"key":{"type":1,"data":{"group":"app","topic":"orders2","partition":2}},"value":{"version":3,"data":"#
                + #"{"offset":1,"leaderEpoch":0,"metadata":"","commitTimestamp":1795233333273}}}"#)
    }

    @Test func aTombstoneHasNoValueAndOtherRecordsAreLeftOut() throws {
        #expect(try Self.text(.offsets, key: Self.offsetKey, value: nil).hasSuffix(#","value":null}"#))
        #expect(try Self.text(.groups, key: Self.offsetKey, value: nil) == "")
        #expect(try Self.text(.offsets, key: nil, value: nil) == "")
        #expect(try Self.text(.offsets, key: [0, 99], value: nil) == "")
    }
}
