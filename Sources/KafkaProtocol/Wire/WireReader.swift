/// Reads a message from bytes. Total: whatever the bytes are, it returns or throws, and takes memory only in proportion to them.
public struct WireReader: Wire {
    private let bytes: Bytes
    public let version: Int16
    private let isFlexible: Bool
    public private(set) var position = 0
    private var end: Int
    /// Memory that decoded array elements may still take; an array of tiny elements must not multiply a frame's size without bound.
    private var budget: Int
    private var tags = Tags.unread

    private enum Tags {
        case unread
        case read([(tag: UInt32, range: Range<Int>)], end: Int)
    }

    public init(_ bytes: Bytes, version: Int16, isFlexible: Bool) {
        self.bytes = bytes
        self.version = version
        self.isFlexible = isFlexible
        end = bytes.count
        budget = 8 * bytes.count + (1 << 20)
    }

    public var remaining: Int { end - position }

    func error(_ reason: WireError.Reason) -> WireError { WireError(reason, position: position) }

    @inline(__always)
    private mutating func take(_ count: Int) throws(WireError) -> Int {
        guard count >= 0, count <= end - position else { throw error(.truncated) }
        let start = position
        position += count
        return start
    }

    @inline(__always)
    private mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(WireError) -> T {
        let start = try take(MemoryLayout<T>.size)
        return bytes.load(start, as: T.self)
    }

    mutating func unsignedVarint() throws(WireError) -> UInt32 {
        var result: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 35, by: 7) {
            let byte = bytes[try take(1)]
            result |= UInt32(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                if shift == 28 && byte > 0x0F { throw error(.varintTooLong) }
                return result
            }
        }
        throw error(.varintTooLong)
    }

    /// The length of what follows; nil for null. `short` is a two-byte length in inflexible versions.
    @inline(__always)
    private mutating func length(short: Bool) throws(WireError) -> Int? {
        let count: Int
        if isFlexible {
            count = Int(try unsignedVarint()) - 1
        } else {
            count = short ? Int(try integer(Int16.self)) : Int(try integer(Int32.self))
        }
        if count == -1 { return nil }
        guard count >= 0 else { throw error(.invalidLength(count)) }
        return count
    }

    private mutating func text(_ count: Int) throws(WireError) -> String {
        // Kafka's own limit, also where the length would have room for more: what comes in must fit where two bytes say how long it is.
        guard count <= WireWriter.maxStringBytes else { throw error(.invalidLength(count)) }
        let start = try take(count)
        // Malformed sequences become U+FFFD, as in Java: clients in C may put any bytes into a group's name or a commit's metadata.
        return bytes.withUnsafeBytes { String(decoding: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]), as: UTF8.self) }
    }

    private mutating func slice(_ count: Int) throws(WireError) -> Bytes {
        let start = try take(count)
        return bytes[start..<start + count]
    }

    public mutating func name(_ name: StaticString) {}
    public mutating func value(_ value: inout Bool) throws(WireError) { value = try integer(UInt8.self) != 0 }
    public mutating func value(_ value: inout Int8) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout Int16) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout UInt16) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout Int32) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout UInt32) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout Int64) throws(WireError) { value = try integer() }
    public mutating func value(_ value: inout Double) throws(WireError) { value = Double(bitPattern: try integer(UInt64.self)) }
    public mutating func value(_ value: inout Uuid) throws(WireError) { value = Uuid(high: try integer(), low: try integer()) }

    public mutating func value(_ value: inout String) throws(WireError) {
        guard let count = try length(short: true) else { throw error(.unexpectedNull) }
        value = try text(count)
    }

    public mutating func value(_ value: inout String?, nullable: Bool) throws(WireError) {
        if let count = try length(short: true) { value = try text(count) } else if nullable { value = nil } else { throw error(.unexpectedNull) }
    }

    public mutating func fixedString(_ value: inout String?) throws(WireError) {
        let count = Int(try integer(Int16.self))
        guard count >= -1 else { throw error(.invalidLength(count)) }
        value = count == -1 ? nil : try text(count)
    }

    public mutating func value(_ value: inout Bytes) throws(WireError) {
        guard let count = try length(short: false) else { throw error(.unexpectedNull) }
        value = try slice(count)
    }

    public mutating func value(_ value: inout Bytes?, nullable: Bool) throws(WireError) {
        if let count = try length(short: false) { value = try slice(count) } else if nullable { value = nil } else { throw error(.unexpectedNull) }
    }

    public mutating func value(_ value: inout RecordData?, nullable: Bool) throws(WireError) {
        var bytes: Bytes?
        try self.value(&bytes, nullable: nullable)
        value = bytes.map { .bytes($0) }
    }

    private mutating func elements<E: WireElement>(_ count: Int) throws(WireError) -> [E] {
        // Every element takes at least a byte, so a count beyond the bytes left is a lie.
        guard count <= remaining else { throw error(.invalidLength(count)) }
        let size = count.multipliedReportingOverflow(by: MemoryLayout<E>.stride)
        guard !size.overflow, size.partialValue <= budget else { throw error(.tooManyElements) }
        budget -= size.partialValue
        var array: [E] = []
        array.reserveCapacity(count)
        for _ in 0..<count {
            var element = E()
            try element.element(&self)
            array.append(element)
        }
        return array
    }

    public mutating func value<E: WireElement>(_ value: inout [E]) throws(WireError) {
        guard let count = try length(short: false) else { throw error(.unexpectedNull) }
        value = try elements(count)
    }

    public mutating func value<E: WireElement>(_ value: inout [E]?, nullable: Bool) throws(WireError) {
        if let count = try length(short: false) { value = try elements(count) } else if nullable { value = nil } else { throw error(.unexpectedNull) }
    }

    public mutating func value<S: WireStruct>(_ value: inout S) throws(WireError) {
        let outer = tags
        tags = .unread
        try value.layout(&self)
        if isFlexible {
            if case .unread = tags { try readTags() }
            if case .read(_, let end) = tags { position = end }
        }
        tags = outer
    }

    public mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) throws(WireError) {
        let mark = nullable ? try integer(Int8.self) : 1
        if mark <= 0 {
            value = nil
        } else {
            var present = S()
            try self.value(&present)
            value = present
        }
    }

    private mutating func readTags() throws(WireError) {
        let count = try unsignedVarint()
        guard count <= remaining else { throw error(.invalidLength(Int(count))) }
        var entries: [(tag: UInt32, range: Range<Int>)] = []
        for _ in 0..<count {
            let tag = try unsignedVarint()
            if let last = entries.last, last.tag >= tag { throw error(.tagsOutOfOrder) }
            let size = Int(try unsignedVarint())
            let start = try take(size)
            entries.append((tag, start..<start + size))
            budget -= 32
            if budget < 0 { throw error(.tooManyElements) }
        }
        tags = .read(entries, end: position)
    }

    public mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout WireReader) throws(WireError) -> Void) throws(WireError) {
        guard isFlexible else { return }
        if case .unread = tags { try readTags() }
        guard case .read(let entries, let sectionEnd) = tags, let range = entries.first(where: { $0.tag == tag })?.range else { return }
        let outerEnd = end
        position = range.lowerBound
        end = range.upperBound
        try body(&self)
        guard position == end else { throw error(.taggedFieldSize) }
        end = outerEnd
        position = sectionEnd
    }
}
