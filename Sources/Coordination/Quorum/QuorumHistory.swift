import KafkaProtocol

/// What the control records of a log said of its quorum, and where, so that what is cut off the log can be taken back. The newest counts, committed or not.
public struct QuorumHistory: Sendable {
    /// What was known before the first entry.
    private var start = QuorumControl()
    /// Ascending by offset; each holds all that was known from there on.
    private var entries: [(offset: Int64, quorum: QuorumControl)] = []

    public init() {}

    public var latest: QuorumControl { entries.last?.quorum ?? start }

    /// What was known of what precedes an offset.
    public func known(before endOffset: Int64) -> QuorumControl { entries.last { $0.offset < endOffset }?.quorum ?? start }

    /// A snapshot says what was known where it ends.
    public mutating func begin(with quorum: QuorumControl) {
        start = quorum
        entries = []
    }

    /// Takes note of a batch, if it is one of control records. What cannot be read of it says nothing.
    public mutating func note(_ batch: RecordBatch) {
        guard batch.isControl, let records = try? batch.records() else { return }
        var quorum = latest
        for record in records { quorum.note(record) }
        if quorum != latest { entries.append((batch.baseOffset, quorum)) }
    }

    /// What was said at or behind the log's end is not known any more.
    public mutating func truncate(to endOffset: Int64) { entries.removeAll { $0.offset >= endOffset } }
}
