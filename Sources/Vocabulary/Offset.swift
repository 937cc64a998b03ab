/// Where a record stands in its partition: 0 for the first that was ever written, one more for each that followed. A type of its own, so that what is an offset
/// cannot be taken for a count, a time, an id or a leader epoch. Messages of the protocol and files hold the bare number, `value`.
///
/// It is not made from a literal: `offset - 1` would then mean two things, the offset before and the distance from the second record, and a bare number would
/// pass for an offset again. (Tests do make offsets from literals, see `OffsetLiterals`: what they expect are constants.)
@frozen
public struct Offset: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: Int64

    @inlinable public init(_ value: Int64) { self.value = value }

    /// A partition's first offset.
    public static var zero: Offset { @inlinable get { Offset(0) } }
    /// Behind every record.
    public static var max: Offset { @inlinable get { Offset(.max) } }
    /// Kafka's -1, which stands for no offset. Before every record.
    public static var undefined: Offset { @inlinable get { Offset(-1) } }

    @inlinable public static func == (a: Offset, b: Offset) -> Bool { a.value == b.value }
    @inlinable public static func < (a: Offset, b: Offset) -> Bool { a.value < b.value }
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(value) }

    /// The offset so many records behind this one. As with numbers, a result that does not fit traps.
    @inlinable public static func + (offset: Offset, count: Int64) -> Offset { Offset(offset.value + count) }
    @inlinable public static func - (offset: Offset, count: Int64) -> Offset { Offset(offset.value - count) }
    @inlinable public static func += (offset: inout Offset, count: Int64) { offset = offset + count }
    /// How far one offset is behind another.
    @inlinable public static func - (a: Offset, b: Offset) -> Int64 { a.value - b.value }

    public var description: String { String(value) }
}
