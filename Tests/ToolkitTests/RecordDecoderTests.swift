import KafkaProtocol
import Testing

@testable import Toolkit

@Suite struct RecordDecoderTests {
    private func decoded(_ decoder: any RecordDecoder, _ key: Bytes?, _ value: Bytes?) throws -> [String?] {
        let content = try decoder.decode(Record(offset: 9, timestamp: 0, key: key, value: value))
        return [content.key?.text, content.value?.text]
    }

    private func prefixed(_ number: Int16, _ message: any Message, version: Int16 = 0) -> Bytes {
        Bytes([UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] + message.encoded(version: version).array)
    }

    @Test func groupsShowWhatTheirMembersSent() throws {
        var key = GroupMetadataKey()
        key.group = "g"
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["t"]
        var member = GroupMetadataValue.MemberMetadata()
        (member.memberId, member.subscription, member.assignment) = ("m", prefixed(1, subscription, version: 1), [9])
        var group = GroupMetadataValue()
        (group.protocolType, group.members) = ("consumer", [member])
        let texts = try decoded(CoordinatorRecordDecoder.offsets, prefixed(2, key), prefixed(3, group, version: 3))
        #expect(texts[0] == #"{"type":"2","data":{"group":"g"}}"#)
        let value = try #require(texts[1])
        #expect(value.hasPrefix(#"{"version":"3","data":{"protocolType":"consumer","generation":0,"#))
        #expect(value.contains(#""subscription":{"topics":["t"],"userData":null,"ownedPartitions":[]},"assignment":"CQ=="}"#))
        #expect(try decoded(CoordinatorRecordDecoder.offsets, prefixed(2, key), nil) == [texts[0], "<DELETE>"])
    }

    @Test(
        arguments: [
            ([0x01], [], "Error at offset 9, skipping. Could not read version from key's buffer."),
            ([0x00, 0x63], [], "Unknown record type 99 at offset 9, skipping."),
            ([0x00, 0x02, 0x00, 0x01, 0x67], [0x00], "Error at offset 9, skipping. Could not read version from value's buffer."),
            ([0x00, 0x02, 0x00, 0x01, 0x67], [0x00, 0x63], "Error at offset 9, skipping. Found an unknown record version 99 for 2 type"),
            ([0x00, 0x02, 0x00, 0x09], [0x00, 0x00], "Error at offset 9, skipping. Could not read record with version 0 from key's buffer due to: "),
        ] as [([UInt8], [UInt8], String)])
    func whatIsNoCoordinatorRecordIsSaid(key: [UInt8], value: [UInt8], text: String) throws {
        let texts = try decoded(CoordinatorRecordDecoder.offsets, Bytes(key), Bytes(value))
        #expect(texts[0]?.hasPrefix(text) == true && texts[1] == nil)
    }

    @Test func aCoordinatorRecordWithoutKeyIsNone() {
        #expect(throws: FormatError.self) { try decoded(CoordinatorRecordDecoder.shareState, nil, Bytes("v")) }
    }

    @Test func everyMetadataRecordHasKafkasName() throws {
        for type in RecordMessages.metadata {
            let message = type.init()
            let version = type.versions.upperBound
            let text = try #require(try decoded(MetadataRecordDecoder(), nil, RecordFrame(message, version: version).encoded())[1])
            #expect(text.hasPrefix(#"{"type":""#) && text.contains(#"_RECORD","version":\#(version),"data":{"#), "\(text)")
        }
        let scram = RecordFrame(UserScramCredentialRecord(), version: 0).encoded()
        #expect(try decoded(MetadataRecordDecoder(), nil, scram)[1]?.hasPrefix(#"{"type":"USER_SCRAM_CREDENTIAL_RECORD","version":0"#) == true)
    }

    @Test(
        arguments: [
            ([], "Error while reading frame version"),
            ([0x76], "Could not deserialize metadata record due to unknown frame version 118(only frame version 1 is supported)"),
            ([0x01, 0x63, 0x00], "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id 99"),
            ([0x01, 0x02, 0x00], "Failed to deserialize record with type 2"),
            ([0x01, 0x02], "Error while reading version"),
            ([0x01, 0x17, 0x00, 0x00, 0x07, 0x08], "Found 2 byte(s) of garbage after 23"),
        ] as [([UInt8], String)])
    func whatIsNoMetadataRecordIsSaid(value: [UInt8], text: String) throws {
        #expect(try decoded(MetadataRecordDecoder(), nil, Bytes(value)) == [nil, "Error at 9, skipping. \(text)"])
    }

    @Test func remoteSegmentsLookLikeJavaObjects() throws {
        var segment = RemoteLogSegmentMetadataRecord()
        (segment.remoteLogSegmentId.topicIdPartition.name, segment.endOffset, segment.brokerId) = ("t", 20, 1)
        segment.segmentLeaderEpochs = [(4, 10), (0, 0)].map { (epoch: Int32, offset: Int64) in
            var entry = RemoteLogSegmentMetadataRecord.SegmentLeaderEpochEntry()
            (entry.leaderEpoch, entry.offset) = (epoch, offset)
            return entry
        }
        (segment.customMetadata, segment.remoteLogSegmentState) = ([1, 2, 3], 1)
        let zero = "AAAAAAAAAAAAAAAAAAAAAA"
        let id = "RemoteLogSegmentId{topicIdPartition=\(zero):t-0, id=\(zero)}"
        let shown = try decoded(RemoteLogMetadataDecoder(), nil, RecordFrame(segment, version: 0).encoded())
        #expect(
            shown[1] == "RemoteLogSegmentMetadata{remoteLogSegmentId=\(id), startOffset=0, endOffset=20, brokerId=1, maxTimestampMs=0, eventTimestampMs=0, "
                + "segmentLeaderEpochs={0=0, 4=10}, segmentSizeInBytes=0, customMetadata=Optional[CustomMetadata{3 bytes}], state=COPY_SEGMENT_FINISHED, "
                + "txnIdxEmpty=false}")
        let deletion = RecordFrame(RemotePartitionDeleteMetadataRecord(), version: 0).encoded()
        #expect(
            try decoded(RemoteLogMetadataDecoder(), nil, deletion)[1]
                == "RemotePartitionDeleteMetadata{topicPartition=\(zero):-0, state=DELETE_PARTITION_MARKED, eventTimestampMs=0, brokerId=0}")
    }
}
