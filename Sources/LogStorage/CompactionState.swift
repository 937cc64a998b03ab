/// How far a log was compacted.
struct CompactionState: Sendable {
    /// Everything below was compacted already (`cleaner-offset-checkpoint`).
    var cleanedOffset: Int64 = 0
}
