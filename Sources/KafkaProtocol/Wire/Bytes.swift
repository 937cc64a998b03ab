/// The allocation that `Bytes` values share: a fixed block of raw memory, written once by whoever made it.
public final class ByteStorage: @unchecked Sendable {
    // Unchecked: the block is written before the storage is shared and only read afterwards.
    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let capacity: Int

    @inlinable
    public init(capacity: Int) {
        self.capacity = capacity
        base = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    deinit { base.deallocate() }

    /// The whole block; only for the code that fills it before sharing it.
    @inlinable public var contents: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: capacity) }
}

/// An immutable slice of shared bytes: owner, offset, count. Slicing never copies. Every access is checked against the slice.
public struct Bytes: Sendable {
    @usableFromInline let storage: ByteStorage
    @usableFromInline let offset: Int
    public let count: Int

    @inlinable
    public init(storage: ByteStorage, offset: Int, count: Int) {
        precondition(offset >= 0 && count >= 0 && offset + count <= storage.capacity, "slice outside its storage")
        self.storage = storage
        self.offset = offset
        self.count = count
    }

    public static let empty = Bytes(storage: ByteStorage(capacity: 0), offset: 0, count: 0)

    /// Copies the bytes of any collection.
    public init(_ bytes: some Collection<UInt8>) {
        let storage = ByteStorage(capacity: bytes.count)
        storage.contents.copyBytes(from: bytes)
        self.init(storage: storage, offset: 0, count: bytes.count)
    }

    /// The UTF-8 form of a text.
    public init(_ text: String) { self.init(text.utf8) }

    /// Makes a block of `capacity` bytes; `fill` writes it and returns how many bytes count.
    @inlinable
    public init(capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        let storage = ByteStorage(capacity: capacity)
        self.init(storage: storage, offset: 0, count: try fill(UnsafeMutableRawBufferPointer(rebasing: storage.contents[0..<capacity])))
    }

    @inlinable public var isEmpty: Bool { count == 0 }

    /// A slice of this slice; shares the memory.
    @inlinable
    public subscript(_ range: Range<Int>) -> Bytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the slice")
        return Bytes(storage: storage, offset: offset + range.lowerBound, count: range.count)
    }

    @inlinable
    public subscript(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index outside the slice")
        return storage.base.load(fromByteOffset: offset + index, as: UInt8.self)
    }

    @inlinable public func dropFirst(_ n: Int) -> Bytes { self[min(n, count)..<count] }
    @inlinable public func prefix(_ n: Int) -> Bytes { self[0..<min(n, count)] }

    /// The big-endian integer at a byte position.
    @inlinable
    public func load<T: FixedWidthInteger>(_ position: Int, as type: T.Type = T.self) -> T {
        precondition(position >= 0 && position + MemoryLayout<T>.size <= count, "load outside the slice")
        return T(bigEndian: storage.base.loadUnaligned(fromByteOffset: offset + position, as: T.self))
    }

    @inlinable
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: storage.base + offset, count: count))
    }

    /// A copy as an array.
    public var array: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The text that the bytes spell in UTF-8; malformed sequences become U+FFFD.
    public var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

    /// A copy that owns exactly its own bytes, so a small slice does not keep a large buffer alive.
    public func compacted() -> Bytes { count == storage.capacity ? self : withUnsafeBytes { Bytes($0) } }
}

extension Bytes: Hashable {
    public static func == (a: Bytes, b: Bytes) -> Bool {
        a.count == b.count && a.withUnsafeBytes { x in b.withUnsafeBytes { y in x.elementsEqual(y) } }
    }
    public func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension Bytes: CustomStringConvertible {
    public var description: String { "\(count) bytes" }
}

extension Bytes: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: UInt8...) { self.init(elements) }
}
