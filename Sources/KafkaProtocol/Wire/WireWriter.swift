/// Writes messages one after another into one growing buffer. Record data is not copied but spliced in as pieces.
public struct WireWriter: Wire {
    public private(set) var version: Int16 = 0
    private var isFlexible = false
    /// Kafka writes an absent structure as -1 in a structure's body, but as 0 in a tagged field.
    private var isInTag = false
    private var storage: ByteStorage
    /// Bytes of `storage` in use; those before `pieceStart` already belong to `pieces`.
    private var used = 0
    private var pieceStart = 0
    private var pieces: [RecordData.Piece] = []
    private var piecesCount = 0
    private var tags: [(tag: UInt32, content: Bytes)] = []

    public init(capacity: Int = 256) { storage = ByteStorage(capacity: capacity) }

    /// Bytes written so far, spliced pieces included.
    public var count: Int { piecesCount + used - pieceStart }

    mutating func begin(version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
        tags = []
    }

    /// A writer whose first four bytes will be the frame's length.
    public static func frame(capacity: Int = 256) -> WireWriter {
        var writer = WireWriter(capacity: max(capacity, 16))
        writer.integer(Int32(0))
        return writer
    }

    /// The pieces of a frame begun with `frame()`, its length filled in.
    public consuming func finishedFrame() -> [RecordData.Piece] {
        let length = Int32(truncatingIfNeeded: count - 4)
        let all = finished()
        // The first piece begins with the placeholder, in memory that nobody else has seen yet.
        if case .bytes(let first)? = all.first { first.storage.base.storeBytes(of: length.bigEndian, toByteOffset: first.offset, as: Int32.self) }
        return all
    }

    /// What was written; file ranges stay ranges.
    public consuming func finished() -> [RecordData.Piece] {
        var all = pieces
        if used > pieceStart { all.append(.bytes(Bytes(storage: storage, offset: pieceStart, count: used - pieceStart))) }
        return all
    }

    /// What was written as one run of bytes; for messages that hold no file range.
    public consuming func finishedBytes() -> Bytes {
        let all = finished()
        if all.count == 1, case .bytes(let only) = all[0] { return only }
        var out: [UInt8] = []
        for case .bytes(let piece) in all { piece.withUnsafeBytes { out.append(contentsOf: $0) } }
        return Bytes(out)
    }

    @inline(__always)
    private mutating func reserve(_ count: Int) {
        if used + count > storage.capacity { grow(count) }
    }

    private mutating func grow(_ count: Int) {
        // Pieces already cut keep the old storage alive; only the open run moves.
        let open = used - pieceStart
        let larger = ByteStorage(capacity: max(2 * open, open + count, 256))
        larger.contents.baseAddress?.copyMemory(from: storage.base + pieceStart, byteCount: open)
        storage = larger
        used = open
        pieceStart = 0
    }

    @inline(__always)
    public mutating func integer<T: FixedWidthInteger>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        storage.base.storeBytes(of: value.bigEndian, toByteOffset: used, as: T.self)
        used += MemoryLayout<T>.size
    }

    public mutating func raw(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        if let base = bytes.baseAddress { (storage.base + used).copyMemory(from: base, byteCount: bytes.count) }
        used += bytes.count
    }

    public mutating func raw(_ bytes: Bytes) { bytes.withUnsafeBytes { raw($0) } }

    mutating func unsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            integer(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        integer(UInt8(rest))
    }

    @inline(__always)
    private mutating func length(_ count: Int?, short: Bool) {
        if isFlexible {
            unsignedVarint(UInt32((count ?? -1) + 1))
        } else if short {
            integer(Int16(truncatingIfNeeded: count ?? -1))
        } else {
            integer(Int32(truncatingIfNeeded: count ?? -1))
        }
    }

    /// The longest string on the wire, in bytes of UTF-8.
    public static let maxStringBytes = Int(Int16.max)

    /// A longer string, such as an error message that quotes a long name, is cut between two characters: no length is ever wrong.
    private mutating func text(_ value: String) {
        var copy = value
        copy.withUTF8 { utf8 in
            var count = min(utf8.count, Self.maxStringBytes)
            while count < utf8.count && utf8[count] & 0xC0 == 0x80 { count -= 1 }
            length(count, short: true)
            raw(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(utf8)[..<count]))
        }
    }

    public mutating func name(_ name: StaticString) {}
    public mutating func value(_ value: inout Bool) { integer(UInt8(value ? 1 : 0)) }
    public mutating func value(_ value: inout Int8) { integer(value) }
    public mutating func value(_ value: inout Int16) { integer(value) }
    public mutating func value(_ value: inout UInt16) { integer(value) }
    public mutating func value(_ value: inout Int32) { integer(value) }
    public mutating func value(_ value: inout UInt32) { integer(value) }
    public mutating func value(_ value: inout Int64) { integer(value) }
    public mutating func value(_ value: inout Double) { integer(value.bitPattern) }
    public mutating func value(_ value: inout Uuid) {
        integer(value.high)
        integer(value.low)
    }
    public mutating func value(_ value: inout String) { text(value) }
    public mutating func value(_ value: inout String?, nullable: Bool) {
        if let value { text(value) } else { length(nullable ? nil : 0, short: true) }
    }
    public mutating func fixedString(_ value: inout String?) {
        guard var value else { return integer(Int16(-1)) }
        value.withUTF8 { utf8 in
            integer(Int16(truncatingIfNeeded: utf8.count))
            raw(UnsafeRawBufferPointer(utf8))
        }
    }
    public mutating func value(_ value: inout Bytes) {
        length(value.count, short: false)
        raw(value)
    }
    public mutating func value(_ value: inout Bytes?, nullable: Bool) {
        length(value?.count ?? (nullable ? nil : 0), short: false)
        if let value { raw(value) }
    }
    public mutating func value(_ value: inout RecordData?, nullable: Bool) {
        length(value?.count ?? (nullable ? nil : 0), short: false)
        switch value {
        case nil: break
        case .bytes(let bytes): splice(.bytes(bytes))
        case .pieces(let pieces): for piece in pieces { splice(piece) }
        }
    }

    /// Small runs are copied, larger ones and file ranges become pieces of their own.
    private mutating func splice(_ piece: RecordData.Piece) {
        if case .bytes(let bytes) = piece, bytes.count <= 512 { return raw(bytes) }
        guard piece.count > 0 else { return }
        if used > pieceStart {
            pieces.append(.bytes(Bytes(storage: storage, offset: pieceStart, count: used - pieceStart)))
            piecesCount += used - pieceStart
            pieceStart = used
        }
        pieces.append(piece)
        piecesCount += piece.count
    }

    public mutating func value<E: WireElement>(_ value: inout [E]) {
        length(value.count, short: false)
        for element in value {
            var copy = element
            try? copy.element(&self)
        }
    }
    public mutating func value<E: WireElement>(_ value: inout [E]?, nullable: Bool) {
        guard var present = value else { return length(nullable ? nil : 0, short: false) }
        self.value(&present)
    }
    public mutating func value<S: WireStruct>(_ value: inout S) {
        let outer = tags
        let outerInTag = isInTag
        tags = []
        isInTag = false
        try? value.layout(&self)
        if isFlexible {
            let written = tags.count < 2 ? tags : tags.sorted { $0.tag < $1.tag }
            unsignedVarint(UInt32(written.count))
            for field in written {
                unsignedVarint(field.tag)
                unsignedVarint(UInt32(field.content.count))
                raw(field.content)
            }
        }
        tags = outer
        isInTag = outerInTag
    }
    public mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) {
        if nullable { integer(Int8(value != nil ? 1 : isInTag ? 0 : -1)) }
        var present = value ?? S()
        if value != nil || !nullable { self.value(&present) }
    }
    public mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout WireWriter) throws(WireError) -> Void) {
        guard isFlexible, !isDefault else { return }
        var content = WireWriter(capacity: 64)
        content.begin(version: version, isFlexible: true)
        content.isInTag = true
        try? body(&content)
        tags.append((tag, content.finishedBytes()))
    }
}
