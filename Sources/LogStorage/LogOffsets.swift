import Vocabulary

/// Where a log stands, all at one moment: `start <= highWatermark <= end` and `lastStable <= highWatermark`.
public struct LogOffsets: Hashable, Sendable {
    /// The first offset that may be read.
    public var start: Offset
    /// Everything below is on every replica that must have it, and may be read.
    public var highWatermark: Offset
    /// Everything below belongs to no open transaction.
    public var lastStable: Offset
    /// The next record's offset.
    public var end: Offset

    public init(start: Offset, highWatermark: Offset, lastStable: Offset, end: Offset) {
        (self.start, self.highWatermark, self.lastStable, self.end) = (start, highWatermark, lastStable, end)
    }
}
