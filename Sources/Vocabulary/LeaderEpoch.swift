/// How often a partition has had a new leader, or its leader a new start: batches carry the epoch in which they were written (KIP-101). A later one is larger;
/// nothing can be computed with it. Messages of the protocol and files hold the bare number, `value`.
@frozen
public struct LeaderEpoch: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: Int32

    @inlinable public init(_ value: Int32) { self.value = value }

    public static var zero: LeaderEpoch { @inlinable get { LeaderEpoch(0) } }
    /// Kafka's -1, which stands for no epoch, or one that is not known. Before every epoch.
    public static var undefined: LeaderEpoch { @inlinable get { LeaderEpoch(-1) } }

    @inlinable public static func == (a: LeaderEpoch, b: LeaderEpoch) -> Bool { a.value == b.value }
    @inlinable public static func < (a: LeaderEpoch, b: LeaderEpoch) -> Bool { a.value < b.value }
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(value) }

    public var description: String { String(value) }
}
