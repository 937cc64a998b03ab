/// The codecs of record batches; raw values are the numbers in a batch's attributes.
public enum Compression: UInt8, Sendable, CaseIterable {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

    /// Kafka's name for it, as in `compression.type`.
    public var name: String {
        switch self {
        case .none: "none"
        case .gzip: "gzip"
        case .snappy: "snappy"
        case .lz4: "lz4"
        case .zstd: "zstd"
        }
    }

    public init?(name: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// The levels that Kafka lets a producer choose (KIP-390); nil where there are none.
    public var levels: ClosedRange<Int>? {
        switch self {
        case .none, .snappy: nil
        case .gzip: 1...9
        case .lz4: 1...17
        case .zstd: -131_072...22
        }
    }

    /// The level that Kafka uses when none is chosen.
    public var defaultLevel: Int {
        switch self {
        case .none, .snappy: 0
        case .gzip: -1
        case .lz4: Lz4.defaultLevel
        case .zstd: 3
        }
    }

    /// The compressed form, behind `headroom` bytes of zero. Levels outside `levels` fall back to the default.
    public func compress(_ input: UnsafeRawBufferPointer, level: Int? = nil, headroom: Int = 0) throws(RecordBatchError) -> (ByteStorage, count: Int) {
        let level = level.flatMap { levels?.contains($0) == true ? $0 : nil } ?? defaultLevel
        switch self {
        case .none:
            let output = ByteStorage(capacity: headroom + input.count)
            output.contents[..<headroom].initializeMemory(as: UInt8.self, repeating: 0)
            UnsafeMutableRawBufferPointer(rebasing: output.contents[headroom...]).copyMemory(from: input)
            return (output, headroom + input.count)
        case .gzip: return try Gzip.compress(input, level: level, headroom: headroom)
        case .snappy: return try Snappy.compress(input, headroom: headroom)
        case .lz4: return try Lz4.compress(input, level: level, headroom: headroom)
        case .zstd: return try Zstd.compress(input, level: level, headroom: headroom)
        }
    }

    /// The decompressed form; refused as soon as it turns out to be larger than `maxBytes`.
    public func decompress(_ input: Bytes, maxBytes: Int) throws(RecordBatchError) -> Bytes {
        switch self {
        case .none:
            guard input.count <= maxBytes else { throw .decompressedTooLarge(limit: maxBytes) }
            return input
        case .gzip: return try input.withUnsafeBytes { input throws(RecordBatchError) in try Gzip.decompress(input, maxBytes: maxBytes) }
        case .snappy: return try input.withUnsafeBytes { input throws(RecordBatchError) in try Snappy.decompress(input, maxBytes: maxBytes) }
        case .lz4: return try input.withUnsafeBytes { input throws(RecordBatchError) in try Lz4.decompress(input, maxBytes: maxBytes) }
        case .zstd: return try input.withUnsafeBytes { input throws(RecordBatchError) in try Zstd.decompress(input, maxBytes: maxBytes) }
        }
    }
}

/// Where a decoder writes: memory that grows with what was really decoded and never past a limit, so a decompression bomb ends
/// in an error and not in memory.
struct BoundedOutput {
    private var storage: ByteStorage
    private(set) var used = 0
    let limit: Int

    init(expecting expected: Int, limit: Int) {
        // Leaves room for the one byte past it.
        self.limit = min(max(limit, 0), Int.max - 1)
        storage = ByteStorage(capacity: max(1, min(expected, self.limit)))
    }

    /// Free space, at least one byte. One byte past the limit may be written, so that reaching it is told from passing it.
    mutating func space() throws(RecordBatchError) -> UnsafeMutableRawBufferPointer {
        guard used <= limit else { throw .decompressedTooLarge(limit: limit) }
        if used == storage.capacity {
            let larger = ByteStorage(capacity: used >= limit / 2 ? limit + 1 : max(256, 2 * used))
            larger.contents.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage.contents[..<used]))
            storage = larger
        }
        return UnsafeMutableRawBufferPointer(rebasing: storage.contents[used..<storage.capacity])
    }

    mutating func advance(_ count: Int) { used += count }

    func finished() throws(RecordBatchError) -> Bytes {
        guard used <= limit else { throw .decompressedTooLarge(limit: limit) }
        return Bytes(storage: storage, offset: 0, count: used)
    }
}
