/// A limit of records a second.
struct Throttle {
    /// Records a second; negative for no limit, and with 0 nothing follows the first record.
    let perSecond: Double
    let startMs: Int64

    /// When the next record may go after `count` of them, in milliseconds of the clock of `startMs`; nil: at once.
    func due(after count: Int64) -> Int64? {
        if perSecond < 0 || perSecond.isNaN { return nil }
        if perSecond == 0 { return .max }
        let offset = Double(count) * 1000 / perSecond
        return offset < 9e15 ? startMs &+ Int64(offset) : .max
    }
}
