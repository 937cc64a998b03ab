import CCodecs

/// Gzip (RFC 1952) through zlib.
enum Gzip {
    // 15 bits of window; 16 asks zlib for the gzip wrapper.
    private static let windowBits: Int32 = 15 + 16

    static func compress(_ input: UnsafeRawBufferPointer, level: Int, headroom: Int) throws(RecordBatchError) -> (ByteStorage, count: Int) {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, Int32(level), Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            throw .corruptCompressedData(.gzip)
        }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(input.count)))
        let output = ByteStorage(capacity: headroom + bound)
        output.contents[..<headroom].initializeMemory(as: UInt8.self, repeating: 0)
        stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: Bytef.self)
        stream.avail_in = UInt32(input.count)
        stream.next_out = (output.base + headroom).assumingMemoryBound(to: Bytef.self)
        stream.avail_out = UInt32(bound)
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { throw .corruptCompressedData(.gzip) }
        return (output, headroom + bound - Int(stream.avail_out))
    }

    /// Reads one or more members, as Java's stream does; what follows the last and is no member is ignored.
    static func decompress(_ input: UnsafeRawBufferPointer, maxBytes: Int) throws(RecordBatchError) -> Bytes {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { throw .corruptCompressedData(.gzip) }
        defer { inflateEnd(&stream) }
        var output = BoundedOutput(expecting: max(4096, 4 * input.count), limit: maxBytes)
        stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: Bytef.self)
        stream.avail_in = UInt32(clamping: input.count)
        while true {
            let space = try output.space()
            let room = UInt32(clamping: space.count)
            stream.next_out = space.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.avail_out = room
            let code = inflate(&stream, Z_NO_FLUSH)
            output.advance(Int(room - stream.avail_out))
            if code == Z_STREAM_END {
                let left = Int(stream.avail_in)
                let next = input.count - left
                guard left >= 2, input[next] == 0x1f, input[next + 1] == 0x8b else { return try output.finished() }
                guard inflateReset(&stream) == Z_OK else { throw .corruptCompressedData(.gzip) }
            } else if code != Z_OK || (stream.avail_out == room && stream.avail_in == 0) {
                throw .corruptCompressedData(.gzip)
            }
        }
    }
}
