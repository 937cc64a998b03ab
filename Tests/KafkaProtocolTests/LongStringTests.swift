import KafkaProtocol
import Testing

@Suite struct LongStringTests {
    private func request(group: String) -> ConsumerGroupHeartbeatRequest {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = group
        request.topicPartitions = []
        return request
    }

    @Test func aStringThatOlderVersionsCouldNotCarryIsRefusedInAll() throws {
        let longest = String(repeating: "x", count: WireWriter.maxStringBytes)
        #expect(try ConsumerGroupHeartbeatRequest.decode(request(group: longest).encoded(version: 1), version: 1).groupId == longest)
        // 32768 characters by hand: the length as a varint, then the rest of an otherwise empty request.
        let rest = request(group: "").encoded(version: 1).array.dropFirst()
        let bytes = Bytes([0x81, 0x80, 0x02] + [UInt8](repeating: 0x78, count: 32_768) + rest)
        #expect(throws: WireError.self) { try ConsumerGroupHeartbeatRequest.decode(bytes, version: 1) }
    }

    @Test func aLongerStringIsCutBetweenCharactersWhenItIsWritten() throws {
        var response = ConsumerGroupHeartbeatResponse()
        response.errorMessage = "x" + String(repeating: "é", count: 40_000)
        let read = try ConsumerGroupHeartbeatResponse.decode(response.encoded(version: 0), version: 0)
        #expect(read.errorMessage == "x" + String(repeating: "é", count: 16_383))
        var key = OffsetCommitKey()
        key.group = String(repeating: "é", count: 40_000)
        #expect(try OffsetCommitKey.decode(key.encoded(version: 0), version: 0).group.utf8.count == 32_766)
    }

    @Test func bytesThatAreNotUTF8BecomeReplacementCharacters() throws {
        let request = try FindCoordinatorRequest.decode(Bytes([0, 5, 0xFF, 0xFE, 0x61, 0xC3, 0x62]), version: 0)
        #expect(request.key == "\u{FFFD}\u{FFFD}a\u{FFFD}b")
    }
}
