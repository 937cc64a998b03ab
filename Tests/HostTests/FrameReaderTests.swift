import KafkaProtocol
import Testing

@testable import Host

/// A stream of frames as it travels: each with its length in front.
func stream(of frames: [[UInt8]]) -> [UInt8] {
    frames.flatMap { frame in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: frame.count >> $0) } + frame }
}

/// Feeds a reader in pieces as reads would, through the direct room and the block.
private func feed(_ reader: inout FrameReader, _ block: ReadBlock, _ bytes: ArraySlice<UInt8>) throws -> [Bytes] {
    var frames: [Bytes] = []
    var left = bytes
    while !left.isEmpty {
        let direct = reader.directRoom()
        let first = left.prefix(direct.count)
        if !first.isEmpty { direct.copyBytes(from: first) }
        left = left.dropFirst(first.count)
        try reader.receivedDirectly(first.count, into: &frames)
        let room = block.room()
        let second = left.prefix(room.count)
        room.copyBytes(from: second)
        left = left.dropFirst(second.count)
        if !second.isEmpty { try reader.received(second.count, in: block, into: &frames) }
    }
    return frames
}

@Suite struct FrameReaderTests {
    let frames: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 7, count: 300), [9]]

    @Test func framesSplitAtEveryByteArriveWhole() throws {
        let bytes = stream(of: frames)
        for cut in 0...bytes.count {
            var reader = FrameReader(maxFrameBytes: 1000)
            let block = ReadBlock()
            var got = try feed(&reader, block, bytes[..<cut])
            got += try feed(&reader, block, bytes[cut...])
            #expect(got.map(\.array) == frames, "cut at \(cut)")
            #expect(!reader.hasPartialFrame)
        }
    }

    @Test func framesArriveByteByByte() throws {
        var reader = FrameReader(maxFrameBytes: 1000)
        let block = ReadBlock()
        let got = try stream(of: frames).flatMap { try feed(&reader, block, [$0]) }
        #expect(got.map(\.array) == frames)
    }

    @Test func aLargeFrameInPiecesIsPutTogether() throws {
        let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let bytes = stream(of: [large, [1], large])
        for size in [65_537, 200_000, 1_000_003] {
            var reader = FrameReader(maxFrameBytes: 10_000_000)
            let block = ReadBlock()
            var got: [Bytes] = []
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + size)
                got += try feed(&reader, block, bytes[position..<end])
                position = end
            }
            #expect(got.map(\.array) == [large, [1], large])
        }
    }

    @Test func anAnnouncedLengthTakesNoMemoryBeforeItsBytesArrive() throws {
        var reader = FrameReader(maxFrameBytes: 100 << 20)
        _ = try feed(&reader, ReadBlock(), [6, 0x40, 0, 0, 1, 2, 3])
        #expect(reader.heldBytes <= 1 << 20)
    }

    @Test func negativeAndOversizedLengthsAreErrors() {
        for head: [UInt8] in [[0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0, 0, 0x03, 0xe9]] {
            for cut in 0...4 {
                #expect(throws: FrameError.self) {
                    var reader = FrameReader(maxFrameBytes: 1000)
                    let block = ReadBlock()
                    _ = try feed(&reader, block, head[..<cut])
                    _ = try feed(&reader, block, head[cut...])
                }
            }
        }
    }

    @Test func connectionsTogetherHoldNoMoreThanTheyMay() throws {
        let unfinished = UnfinishedFrames(limit: 7 << 20)
        let announced: [UInt8] = [0, 0x60, 0, 0]  // 6 MiB
        let half = announced + [UInt8](repeating: 1, count: 3 << 20)
        var first = FrameReader(maxFrameBytes: 100 << 20, unfinished: unfinished)
        #expect(try feed(&first, ReadBlock(), half[...]).isEmpty)
        var second = FrameReader(maxFrameBytes: 100 << 20, unfinished: unfinished)
        #expect(throws: FrameError.unfinished(limit: 7 << 20)) { try feed(&second, ReadBlock(), half[...]) }
        second.settle()
        var small = FrameReader(maxFrameBytes: 100 << 20, unfinished: unfinished)
        #expect(try feed(&small, ReadBlock(), [0, 0, 0, 1, 7]).count == 1, "small requests are not held up")
        #expect(try feed(&first, ReadBlock(), [UInt8](repeating: 1, count: 3 << 20)[...]).count == 1)
        var third = FrameReader(maxFrameBytes: 100 << 20, unfinished: unfinished)
        #expect(try feed(&third, ReadBlock(), half[...]).isEmpty, "there is room again")
    }

    @Test func aTLSPeerIsRecognised() throws {
        var reader = FrameReader(maxFrameBytes: 100 << 20)
        do {
            _ = try feed(&reader, ReadBlock(), [0x15, 3, 3, 0, 2, 2, 70])
            Issue.record("a TLS alert is not a frame")
        } catch let error as FrameError {
            #expect(error.looksLikeTLS && !error.looksLikeHTTP)
        }
    }

    @Test func theBlockIsUsedAgainOnlyWhenNobodyHoldsASlice() throws {
        var reader = FrameReader(maxFrameBytes: 1000)
        let block = ReadBlock()
        var kept = try feed(&reader, block, stream(of: [[1, 2, 3]])[...])
        for value in 0..<100 { _ = try feed(&reader, block, stream(of: [[UInt8](repeating: UInt8(value), count: 900)])[...]) }
        #expect(kept.map(\.array) == [[1, 2, 3]])
        kept = []
        #expect(block.room().count == ReadBlock.capacity)
    }
}
