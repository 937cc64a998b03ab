/// Where a log stands, all at one moment: `start <= lastStable <= highWatermark <= end`, but for a log that begins behind its high watermark after a
/// deletion of records elsewhere.
public struct LogOffsets: Hashable, Sendable {
    /// The first offset that may be read.
    public var start: Int64
    /// Everything below is on every replica that must have it, and may be read.
    public var highWatermark: Int64
    /// Everything below belongs to no open transaction.
    public var lastStable: Int64
    /// The next record's offset.
    public var end: Int64

    public init(start: Int64, highWatermark: Int64, lastStable: Int64, end: Int64) {
        (self.start, self.highWatermark, self.lastStable, self.end) = (start, highWatermark, lastStable, end)
    }
}
