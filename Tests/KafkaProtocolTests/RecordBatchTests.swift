import Foundation
import Testing

@testable import KafkaProtocol

private struct BatchVector: Decodable {
    struct Entry: Decodable {
        var offset: Int64
        var timestamp: Int64
        var sequence: Int32
        var key: String?
        var value: String?
        var headers: [[String?]]
    }
    var kind, compression, timestampType: String
    var baseOffset, lastOffset, maxTimestamp, producerId: Int64
    var partitionLeaderEpoch, baseSequence: Int32
    var producerEpoch: Int16
    var crc: UInt32
    var transactional, control: Bool
    var sizeInBytes: Int
    var records: [Entry]
}

private func vectors() throws -> [(Bytes, BatchVector)] {
    try fixtureRows("record-batches.tsv").map { (bytes(fromHex: $0[0]), try JSONDecoder().decode(BatchVector.self, from: Data($0[1].utf8))) }
}

private func rebuilt(_ batch: RecordBatch, compression: Compression, level: Int? = nil) throws -> Bytes {
    let builder = RecordBatchBuilder(
        baseOffset: batch.baseOffset, compression: compression, compressionLevel: level, timestampType: batch.timestampType,
        partitionLeaderEpoch: batch.partitionLeaderEpoch, producerId: batch.producerId, producerEpoch: batch.producerEpoch,
        baseSequence: batch.baseSequence, isTransactional: batch.isTransactional, isControl: batch.isControl)
    if batch.timestampType == .logAppendTime { builder.logAppendTime = batch.maxTimestamp }
    for record in try batch.records() {
        builder.append(
            offset: record.offset, timestamp: batch.baseTimestamp + record.timestampDelta, key: record.key, value: record.value, headers: record.headers)
    }
    return builder.build()
}

private func contents(_ batch: RecordBatch, limit: Int = 1 << 20) throws -> [[Bytes?]] {
    try batch.records(maxDecompressedBytes: limit).map { [$0.key, $0.value] + $0.headers.flatMap { [$0.key, $0.value] } }
}

@Suite struct RecordBatchTests {
    @Test func everyBatchOfTheJavaImplementationReadsAsItSays() throws {
        let all = try vectors()
        #expect(all.count == 72)
        for (bytes, expected) in all {
            let batch = try RecordBatch.parse(bytes)
            #expect(batch.isCrcValid)
            #expect(batch.crc == expected.crc)
            #expect(batch.sizeInBytes == expected.sizeInBytes && bytes.count == expected.sizeInBytes)
            #expect(batch.baseOffset == expected.baseOffset && batch.lastOffset == expected.lastOffset)
            #expect(batch.compression.name == expected.compression && batch.timestampType.name == expected.timestampType)
            #expect(batch.maxTimestamp == expected.maxTimestamp && batch.partitionLeaderEpoch == expected.partitionLeaderEpoch)
            #expect(batch.producerId == expected.producerId && batch.producerEpoch == expected.producerEpoch)
            #expect(batch.baseSequence == expected.baseSequence)
            #expect(batch.isTransactional == expected.transactional && batch.isControl == expected.control)
            let records = try batch.records()
            #expect(records.count == expected.records.count)
            for (record, entry) in zip(records, expected.records) {
                #expect(record.offset == entry.offset && record.timestamp == entry.timestamp)
                #expect(record.key.map(hex) == entry.key && record.value.map(hex) == entry.value)
                #expect(record.headers.map { [$0.key.text, $0.value.map(hex)] } == entry.headers)
                let sequence = expected.baseSequence < 0 ? -1 : RecordBatch.sequence(batch.baseSequence, plus: record.offsetDelta)
                #expect(sequence == entry.sequence)
            }
        }
    }

    @Test func uncompressedBatchesAreBuiltToTheSameBytes() throws {
        for (bytes, expected) in try vectors() where expected.compression == "none" {
            #expect(hex(try rebuilt(RecordBatch.parse(bytes), compression: .none)) == hex(bytes))
        }
    }

    @Test(arguments: [(Compression.gzip, [1, 9]), (.snappy, []), (.lz4, [1, 9, 17]), (.zstd, [-5, 3, 22])])
    func compressedBatchesHoldTheSameRecords(codec: Compression, levels: [Int]) throws {
        for (bytes, _) in try vectors() {
            let original = try RecordBatch.parse(bytes)
            for level in [nil] + levels.map(Optional.some) {
                let again = try RecordBatch.parse(rebuilt(original, compression: codec, level: level))
                #expect(again.isCrcValid && again.compression == codec)
                #expect(try contents(again) == contents(original))
            }
        }
    }

    @Test func everyCutAndEveryFlippedByteIsReadWithoutACrash() throws {
        for (bytes, _) in try vectors() where bytes.count < 2000 {
            for length in 0..<bytes.count {
                #expect(throws: RecordBatchError.truncated) { try RecordBatch.parse(bytes.prefix(length)) }
            }
            for position in 0..<bytes.count {
                var changed = bytes.array
                changed[position] ^= UInt8(truncatingIfNeeded: position * 37) | 1
                guard let batch = try? RecordBatch.parse(Bytes(changed)) else { continue }
                #expect(batch.isCrcValid == (position < 8 || 12...15 ~= position))
                _ = try? batch.records(maxDecompressedBytes: 1 << 16)
            }
        }
    }

    @Test func legacyMessageSetsAreToldApart() {
        var message = [UInt8](repeating: 0, count: 40)
        message[11] = 28
        #expect(throws: RecordBatchError.legacyMagic(0)) { try RecordBatch.parse(Bytes(message)) }
        message[16] = 1
        #expect(throws: RecordBatchError.legacyMagic(1)) { try RecordBatch.parse(Bytes(message)) }
        message[16] = 3
        #expect(throws: RecordBatchError.unknownMagic(3)) { try RecordBatch.parse(Bytes(message)) }
    }

    @Test(arguments: [Compression.gzip, .snappy, .lz4, .zstd])
    func aDecompressionBombEndsInAnErrorAndTheLimitItselfDoesNot(codec: Compression) throws {
        let zeros = Bytes([UInt8](repeating: 0, count: 8 << 20))
        let builder = RecordBatchBuilder(compression: codec)
        builder.append(timestamp: 1, key: nil, value: zeros)
        let batch = try RecordBatch.parse(builder.build())
        #expect(batch.sizeInBytes < 1 << 20)
        #expect(throws: RecordBatchError.decompressedTooLarge(limit: 1 << 20)) { try batch.records(maxDecompressedBytes: 1 << 20) }
        let exact = builder.sizeInBytes - RecordBatch.headerSize
        #expect(try batch.records(maxDecompressedBytes: exact).count == 1)
        #expect(throws: RecordBatchError.decompressedTooLarge(limit: exact - 1)) { try batch.records(maxDecompressedBytes: exact - 1) }
    }

    @Test func aBareSnappyBlockIsReadAndALyingOneTakesNoMemory() throws {
        // Two literals of snappy's own format: length 3, then a literal of three bytes.
        #expect(try Compression.snappy.decompress([3, 0b1000, 97, 98, 99], maxBytes: 100).text == "abc")
        #expect(throws: RecordBatchError.corruptCompressedData(.snappy)) {
            try Compression.snappy.decompress([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 97], maxBytes: .max)
        }
    }

    @Test func patchingReplacesTheHeaderAndKeepsTheRecords() throws {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: 10, key: Bytes("k"), value: Bytes("v"))
        builder.append(timestamp: 20, key: nil, value: nil)
        let batch = try RecordBatch.parse(builder.build())
        func joined(_ pieces: [Bytes]) throws -> RecordBatch { try RecordBatch.parse(Bytes(pieces.flatMap(\.array))) }
        let moved = try joined(batch.patched(baseOffset: 70, partitionLeaderEpoch: 3))
        #expect(moved.isCrcValid && moved.crc == batch.crc && moved.lastOffset == 71 && moved.partitionLeaderEpoch == 3)
        let stamped = try joined(batch.patched(baseOffset: 5, logAppendTime: 99))
        #expect(stamped.isCrcValid && stamped.timestampType == .logAppendTime)
        #expect(try stamped.records().map(\.timestamp) == [99, 99])
        let sequenced = try joined(batch.patched(producer: (id: 7, epoch: 2, baseSequence: .max)))
        #expect(sequenced.isCrcValid && sequenced.producerId == 7 && sequenced.lastSequence == 0)
    }

    @Test func batchesEndAtOneThatIsCutShort() throws {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: 1, key: nil, value: Bytes("x"))
        let one = builder.build()
        let run = Bytes(one.array + one.array + one.prefix(30).array)
        #expect(RecordBatches(run).map(\.count) == [1, 1])
        #expect(throws: RecordBatchError.truncated) { try RecordBatches.all(in: run) }
    }

    @Test func aCountThatIsNotWhatTheBatchHoldsIsAnError() throws {
        let builder = RecordBatchBuilder()
        builder.append(timestamp: 1, key: nil, value: Bytes("x"))
        var changed = builder.build().array
        changed[60] = 2
        #expect(throws: RecordBatchError.invalidCount(2)) { try RecordBatch.parse(Bytes(changed)).records() }
        changed[60] = 0
        #expect(throws: RecordBatchError.trailingBytes(8)) { try RecordBatch.parse(Bytes(changed)).records() }
        changed.replaceSubrange(57...60, with: [0x7f, 0xff, 0xff, 0xff])
        #expect(throws: RecordBatchError.invalidCount(.max)) { try RecordBatch.parse(Bytes(changed)).records() }
    }

    @Test func transactionMarkersAreThoseOfJava() throws {
        let markers = try vectors().filter { $0.1.control }
        for (bytes, expected) in markers {
            let commits = expected.records[0].key == "00000001"
            let ours = RecordBatch.endTransactionMarker(
                commits: commits, baseOffset: 42, partitionLeaderEpoch: 3, timestamp: 1_700_000_000_000, producerId: 4000, producerEpoch: 5,
                coordinatorEpoch: 7)
            #expect(hex(ours) == hex(bytes))
            #expect(try RecordBatch.parse(ours).records()[0].controlType == (commits ? .commit : .abort))
        }
    }
}

@Suite struct ChecksumTests {
    @Test func hardwareAndTablesAgreeWithThePublishedValueAndTheDefinition() {
        #expect(CRC32C.checksum(Bytes("123456789")) == 0xe306_9283)
        var state: UInt32 = 1
        let data = (0..<40_000).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        for length in [0, 1, 7, 8, 9, 767, 768, 769, 1000, 12_287, 12_288, 12_289, 40_000] {
            let part = Bytes(data[0..<length])
            let defined = part.withUnsafeBytes { checksumBitByBit($0) }
            #expect(CRC32C.checksum(part) == defined && CRC32C.portableChecksum(part) == defined)
            let cut = length / 3
            #expect(CRC32C.checksum(part.dropFirst(cut), continuing: CRC32C.checksum(part.prefix(cut))) == defined)
        }
    }

    /// Bit by bit, as the definition has it.
    private func checksumBitByBit(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 0 ? 0 : 0x82f6_3b78) }
        }
        return ~crc
    }

    @Test func keysGoToThePartitionsThatJavaChooses() throws {
        for row in try fixtureRows("murmur2.tsv") {
            let key = bytes(fromHex: row[0])
            #expect(String(key.withUnsafeBytes { Murmur2.hash($0) }) == row[1])
            for pair in row[2].split(separator: ",") {
                let numbers = pair.split(separator: ":").compactMap { Int32($0) }
                #expect(key.withUnsafeBytes { Murmur2.partition(forKey: $0, count: numbers[0]) } == numbers[1])
            }
        }
    }
}
