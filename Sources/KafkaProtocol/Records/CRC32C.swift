import CCodecs

/// CRC32C (Castagnoli), the checksum of record batches. In hardware where the processor has it.
public enum CRC32C {
    /// The checksum of the bytes, continuing from `previous`; 0 begins a new one.
    public static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        ottla_crc32c(previous, bytes.baseAddress, bytes.count)
    }

    /// The checksum of the bytes, continuing from `previous`; 0 begins a new one.
    public static func checksum(_ bytes: Bytes, continuing previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0, continuing: previous) }
    }

    /// The same without the processor's instruction, so that a test can compare the two.
    static func portableChecksum(_ bytes: Bytes, continuing previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { ottla_crc32c_tables(previous, $0.baseAddress, $0.count) }
    }
}
