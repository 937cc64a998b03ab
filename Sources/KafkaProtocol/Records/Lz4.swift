import CCodecs

/// LZ4 frames as Kafka's clients write them: independent blocks of 64 KiB, no checksums.
enum Lz4 {
    /// Kafka's default; in Java this level names the fast compressor, any other the slower one.
    static let defaultLevel = 9
    // The library's own scale: 0 is the fast compressor, 3 to 12 the slower one.
    private static let slowLevels = 3...12

    static func compress(_ input: UnsafeRawBufferPointer, level: Int, headroom: Int) throws(RecordBatchError) -> (ByteStorage, count: Int) {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.compressionLevel = level == defaultLevel ? 0 : Int32(min(max(level, slowLevels.lowerBound), slowLevels.upperBound))
        let bound = LZ4F_compressFrameBound(input.count, &preferences)
        let output = ByteStorage(capacity: headroom + bound)
        output.contents[..<headroom].initializeMemory(as: UInt8.self, repeating: 0)
        let count = LZ4F_compressFrame(output.base + headroom, bound, input.baseAddress, input.count, &preferences)
        guard LZ4F_isError(count) == 0 else { throw .corruptCompressedData(.lz4) }
        return (output, headroom + count)
    }

    static func decompress(_ input: UnsafeRawBufferPointer, maxBytes: Int) throws(RecordBatchError) -> Bytes {
        var created: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&created, UInt32(LZ4F_VERSION))) == 0, let context = created else {
            throw .corruptCompressedData(.lz4)
        }
        defer { LZ4F_freeDecompressionContext(context) }
        guard let start = input.baseAddress else { throw .corruptCompressedData(.lz4) }
        var output = BoundedOutput(expecting: max(4096, 4 * input.count), limit: maxBytes)
        var position = 0
        while true {
            let space = try output.space()
            var written = space.count
            var read = input.count - position
            let hint = LZ4F_decompress(context, space.baseAddress, &written, start + position, &read, nil)
            guard LZ4F_isError(hint) == 0 else { throw .corruptCompressedData(.lz4) }
            output.advance(written)
            position += read
            if hint == 0 { return try output.finished() }
            guard written > 0 || read > 0 else { throw .corruptCompressedData(.lz4) }
        }
    }
}
