import CCodecs

/// Snappy as Kafka's Java client frames it (xerial's stream format: a magic, two versions, then blocks behind their lengths).
/// Other clients send one bare block, which is read too.
enum Snappy {
    private static let magic: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
    private static let headerSize = 16
    private static let blockSize = 32 * 1024

    static func compress(_ input: UnsafeRawBufferPointer, headroom: Int) throws(RecordBatchError) -> (ByteStorage, count: Int) {
        let blocks = (input.count + blockSize - 1) / blockSize
        let output = ByteStorage(capacity: headroom + headerSize + blocks * (4 + snappy_max_compressed_length(blockSize)))
        let target = output.contents
        target[..<headroom].initializeMemory(as: UInt8.self, repeating: 0)
        target[headroom..<headroom + magic.count].copyBytes(from: magic)
        target.storeBigEndian(Int32(1), at: headroom + 8)
        target.storeBigEndian(Int32(1), at: headroom + 12)
        var used = headroom + headerSize
        for block in 0..<blocks {
            let piece = input[block * blockSize..<min(input.count, (block + 1) * blockSize)]
            var count = target.count - used - 4
            let status = snappy_compress(
                UnsafeRawBufferPointer(rebasing: piece).baseAddress?.assumingMemoryBound(to: CChar.self), piece.count,
                (output.base + used + 4).assumingMemoryBound(to: CChar.self), &count)
            guard status == SNAPPY_OK else { throw .corruptCompressedData(.snappy) }
            target.storeBigEndian(Int32(truncatingIfNeeded: count), at: used)
            used += 4 + count
        }
        return (output, used)
    }

    static func decompress(_ input: UnsafeRawBufferPointer, maxBytes: Int) throws(RecordBatchError) -> Bytes {
        guard input.count >= headerSize, input[..<magic.count].elementsEqual(magic) else {
            // The block says how large it will be; snappy checks that it is.
            let count = try decompressedSize(input)
            guard count <= maxBytes else { throw .decompressedTooLarge(limit: maxBytes) }
            let output = ByteStorage(capacity: count)
            try decompressBlock(input, into: output.contents, at: 0, count: count)
            return Bytes(storage: output, offset: 0, count: count)
        }
        let total = try total(of: input, maxBytes: maxBytes)
        let output = ByteStorage(capacity: total)
        var used = 0
        try forEachBlock(input) { block throws(RecordBatchError) in
            let count = try decompressedSize(block)
            try decompressBlock(block, into: output.contents, at: used, count: count)
            used += count
        }
        return Bytes(storage: output, offset: 0, count: used)
    }

    private static func total(of input: UnsafeRawBufferPointer, maxBytes: Int) throws(RecordBatchError) -> Int {
        var total = 0
        try forEachBlock(input) { block throws(RecordBatchError) in
            total += try decompressedSize(block)
            guard total <= maxBytes else { throw .decompressedTooLarge(limit: maxBytes) }
        }
        return total
    }

    private static func forEachBlock(
        _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(RecordBatchError) -> Void
    ) throws(RecordBatchError) {
        var position = headerSize
        while position < input.count {
            guard input.count - position >= 4 else { throw .corruptCompressedData(.snappy) }
            let length = Int(Int32(bigEndian: input.loadUnaligned(fromByteOffset: position, as: Int32.self)))
            position += 4
            guard length > 0, length <= input.count - position else { throw .corruptCompressedData(.snappy) }
            try body(UnsafeRawBufferPointer(rebasing: input[position..<position + length]))
            position += length
        }
    }

    /// What the block claims. Snappy expands at most some 64-fold for each byte read, so a larger claim is a lie that must not take memory.
    private static func decompressedSize(_ block: UnsafeRawBufferPointer) throws(RecordBatchError) -> Int {
        var count = 0
        guard snappy_uncompressed_length(block.baseAddress?.assumingMemoryBound(to: CChar.self), block.count, &count) == SNAPPY_OK,
            count <= 64 * block.count
        else { throw .corruptCompressedData(.snappy) }
        return count
    }

    private static func decompressBlock(
        _ block: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, at position: Int, count: Int
    ) throws(RecordBatchError) {
        guard let base = output.baseAddress, count <= output.count - position else { throw .corruptCompressedData(.snappy) }
        var written = count
        let status = snappy_uncompress(
            block.baseAddress?.assumingMemoryBound(to: CChar.self), block.count, (base + position).assumingMemoryBound(to: CChar.self), &written)
        guard status == SNAPPY_OK, written == count else { throw .corruptCompressedData(.snappy) }
    }
}
