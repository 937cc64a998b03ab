/// The 32-bit hash by which Kafka's default partitioner places keys.
public enum Murmur2 {
    /// The hash of the bytes, with the seed that Kafka's clients share.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        let multiplier: UInt32 = 0x5bd1_e995
        let count = bytes.count
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: count)
        let words = count / 4
        for index in 0..<words {
            var word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)) &* multiplier
            word ^= word >> 24
            hash = (hash &* multiplier) ^ (word &* multiplier)
        }
        let rest = count - 4 * words
        if rest > 0 {
            for index in 0..<rest { hash ^= UInt32(bytes[4 * words + index]) << UInt32(8 * index) }
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        hash ^= hash >> 15
        return Int32(bitPattern: hash)
    }

    /// The partition of a key among `count` (1 or more) partitions.
    public static func partition(forKey key: UnsafeRawBufferPointer, count: Int32) -> Int32 {
        (hash(key) & Int32.max) % max(count, 1)
    }
}
