import KafkaProtocol
import Testing

@testable import LogStorage

@Suite struct AppendValidationTests {
    private func code(_ bytes: Bytes, config: LogConfig = LogConfig(), origin: AppendOrigin = .client) throws -> ErrorCode {
        let fixture = try LogFixture(config)
        do throws(AppendError) {
            _ = try fixture.log.append(bytes, leaderEpoch: 0, now: LogFixture.start, origin: origin)
            return .none
        } catch {
            #expect(fixture.log.logEndOffset == 0)
            return error.code
        }
    }

    private func patched(_ bytes: Bytes, _ position: Int, _ value: [UInt8], fixCrc: Bool = true) -> Bytes {
        var array = bytes.array
        array.replaceSubrange(position..<position + value.count, with: value)
        if fixCrc {
            let crc = CRC32C.checksum(Bytes(array).dropFirst(21))
            array.replaceSubrange(17..<21, with: withUnsafeBytes(of: crc.bigEndian) { Array($0) })
        }
        return Bytes(array)
    }

    @Test func malformedBatchesAreRefusedWithKafkasErrors() throws {
        let good = batch(["a", "b"])
        #expect(try code(good) == .none)
        #expect(try code(.empty) == .invalidRecord)
        #expect(try code(good.prefix(good.count - 1)) == .corruptMessage)
        #expect(try code(patched(good, good.count - 1, [9], fixCrc: false)) == .corruptMessage)
        #expect(try code(patched(good, 16, [1])) == .unsupportedForMessageFormat)
        #expect(try code(patched(good, 16, [0])) == .unsupportedForMessageFormat)
        #expect(try code(patched(good, 16, [3])) == .corruptMessage)
        #expect(try code(patched(good, 23, [0, 0, 0, 5])) == .invalidRecord)
        #expect(try code(patched(good, 23, [0xff, 0xff, 0xff, 0xf0])) == .invalidRecord)
        #expect(try code(patched(good, 57, [0, 0, 0, 0])) == .invalidRecord)
        #expect(try code(patched(good, 21, [0, 0x20])) == .invalidRecord)
        #expect(try code(patched(good, 21, [0, 7])) == .unsupportedCompressionType)
        #expect(try code(patched(good, 7, [1])) == .invalidRecord)
        #expect(try code(Bytes(good.array + good.array)) == .invalidRecord)
    }

    @Test func sizesAreBounded() throws {
        var config = LogConfig()
        config.maxMessageBytes = 100
        #expect(try code(batch([String(repeating: "x", count: 100)]), config: config) == .messageTooLarge)
        config.maxMessageBytes = 1000
        config.segmentBytes = 100
        #expect(try code(batch([String(repeating: "x", count: 100)]), config: config) == .recordListTooLarge)
    }

    @Test func timestampsOutOfRangeAreRefused() throws {
        var config = LogConfig()
        let late = LogFixture.start + 3_600_001
        #expect(try code(batch(["a"], timestamp: late), config: config) == .invalidTimestamp)
        #expect(try code(batch(["a"], timestamp: late - 1), config: config) == .none)
        config.messageTimestampBeforeMaxMs = 1000
        #expect(try code(batch(["a"], timestamp: LogFixture.start - 1001, compression: .gzip), config: config) == .invalidTimestamp)
        #expect(try code(batch(["a"], timestamp: LogFixture.start - 1000, compression: .gzip), config: config) == .none)
        config.messageTimestampType = .logAppendTime
        #expect(try code(batch(["a"], timestamp: 1), config: config) == .none)
    }

    @Test func compactedTopicsNeedKeys() throws {
        var config = LogConfig()
        config.set("cleanup.policy", "compact,delete")
        #expect(config.isCompacted && config.isDeleted)
        let fixture = try LogFixture(config)
        let error = #expect(throws: AppendError.self) { try fixture.append(["a", "b"], compression: .snappy) }
        #expect(error?.code == .invalidRecord)
        #expect(error?.recordErrors.map(\.batchIndex) == [0, 1])
        try fixture.append(["a"], keys: ["k"])
        config.isCompacted = false
        fixture.log.updateConfig(config)
        try fixture.append(["a"])
    }
}

@Suite struct IdempotenceTests {
    private func code(_ body: () throws(AppendError) -> AppendInfo) -> ErrorCode {
        do throws(AppendError) {
            _ = try body()
            return .none
        } catch {
            return error.code
        }
    }

    @Test func theLastFiveBatchesAreRecognisedAndAnsweredWithTheirOffsets() throws {
        let fixture = try LogFixture()
        for index in 0..<6 { try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index))) }
        for index in 1..<6 {
            let info = try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index)))
            #expect(info.isDuplicate && info.firstOffset.value == 2 * index && info.lastOffset.value == 2 * index + 1)
        }
        #expect(code { () throws(AppendError) in try fixture.append(["a", "b"], producer: (1, 0, 0)) } == .outOfOrderSequenceNumber)
        #expect(fixture.log.logEndOffset == 12)
    }

    /// Those in flight when the broker stopped may lie in several segments.
    @Test func theLastFiveBatchesAreRecognisedAfterARestartWhateverSegmentsTheyAreIn() throws {
        var fixture = try LogFixture()
        for index in 0..<6 {
            try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index)))
            if index % 2 == 1 { try fixture.log.roll(now: LogFixture.start) }
        }
        fixture = try fixture.restarted()
        for index in 1..<6 {
            let info = try fixture.append(["a", "b"], producer: (1, 0, Int32(2 * index)))
            #expect(info.isDuplicate && info.firstOffset.value == 2 * index)
        }
    }

    @Test func gapsOldEpochsAndBadStartsAreRefused() throws {
        let fixture = try LogFixture()
        // A producer that is not known may begin anywhere.
        try fixture.append(["a"], producer: (1, 3, 40))
        #expect(code { () throws(AppendError) in try fixture.append(["b"], producer: (1, 3, 42)) } == .outOfOrderSequenceNumber)
        #expect(code { () throws(AppendError) in try fixture.append(["b"], producer: (1, 2, 41)) } == .invalidProducerEpoch)
        #expect(code { () throws(AppendError) in try fixture.append(["b"], producer: (1, 4, 41)) } == .outOfOrderSequenceNumber)
        #expect(code { () throws(AppendError) in try fixture.append(["b"], producer: (1, 4, 0)) } == .none)
        #expect(fixture.log.logEndOffset == 2)
    }

    @Test func sequenceNumbersWrapAround() throws {
        let fixture = try LogFixture()
        try fixture.append(["a", "b"], producer: (1, 0, .max - 1))
        try fixture.append(["c"], producer: (1, 0, 0))
        try fixture.append(["d"], producer: (2, 0, .max - 1))
        let info = try fixture.append(["e", "f", "g"], producer: (2, 0, .max))
        #expect(try fixture.append(["e", "f", "g"], producer: (2, 0, .max)).firstOffset == info.firstOffset)
        try fixture.append(["h"], producer: (2, 0, 2))
    }

    @Test func producersSurviveRestartsAndCrashes() throws {
        var config = LogConfig()
        config.segmentBytes = 300
        var fixture = try LogFixture(config)
        for index in 0..<9 { try fixture.append(["a"], producer: (1, 0, Int32(index))) }
        for restart in 0..<4 {
            fixture = try restart % 2 == 0 ? fixture.restarted() : fixture.crashed()
            let next = Int32(9 + restart)
            #expect(try fixture.append(["a"], producer: (1, 0, next - 1)).isDuplicate)
            #expect(code { () throws(AppendError) in try fixture.append(["b"], producer: (1, 0, next + 1)) } == .outOfOrderSequenceNumber)
            try fixture.append(["a"], producer: (1, 0, next))
        }
    }

    @Test func silentProducersAreForgotten() throws {
        let fixture = try LogFixture()
        try fixture.append(["a"], producer: (1, 0, 0))
        fixture.log.removeExpiredProducers(now: LogFixture.start + 86_399_999)
        #expect(fixture.log.activeProducers(now: LogFixture.start).count == 1)
        fixture.log.removeExpiredProducers(now: LogFixture.start + 86_400_000)
        #expect(fixture.log.activeProducers(now: LogFixture.start).isEmpty)
    }
}
