import CCodecs

/// Zstandard frames (RFC 8878).
enum Zstd {
    static func compress(_ input: UnsafeRawBufferPointer, level: Int, headroom: Int) throws(RecordBatchError) -> (ByteStorage, count: Int) {
        let bound = ZSTD_compressBound(input.count)
        let output = ByteStorage(capacity: headroom + bound)
        output.contents[..<headroom].initializeMemory(as: UInt8.self, repeating: 0)
        let count = ZSTD_compress(output.base + headroom, bound, input.baseAddress, input.count, Int32(level))
        guard ZSTD_isError(count) == 0 else { throw .corruptCompressedData(.zstd) }
        return (output, headroom + count)
    }

    static func decompress(_ input: UnsafeRawBufferPointer, maxBytes: Int) throws(RecordBatchError) -> Bytes {
        guard let context = ZSTD_createDCtx() else { throw .corruptCompressedData(.zstd) }
        defer { ZSTD_freeDCtx(context) }
        var output = BoundedOutput(expecting: max(4096, 4 * input.count), limit: maxBytes)
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            let space = try output.space()
            var target = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
            let before = source.pos
            let hint = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(hint) == 0 else { throw .corruptCompressedData(.zstd) }
            output.advance(target.pos)
            if hint == 0 && source.pos == source.size { return try output.finished() }
            guard target.pos > 0 || source.pos > before else { throw .corruptCompressedData(.zstd) }
        }
    }
}
