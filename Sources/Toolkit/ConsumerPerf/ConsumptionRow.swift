import Host

/// What was read in a time, and how fast.
struct ConsumptionRow: Sendable {
    /// Records and bytes of keys and values.
    struct Amount: Sendable {
        var records: Int64 = 0
        var bytes: Int64 = 0
        var megabytes: Double { Double(bytes) / 1_048_576 }
    }

    /// Milliseconds since 1970-01-01 UTC.
    let startMs: Int64
    let endMs: Int64
    /// Since the beginning.
    let total: Amount
    /// From `startMs` to `endMs`.
    let part: Amount
    /// How long the member waited for its first partitions.
    let rebalanceMs: Int64
    let format: JavaDateFormat

    var fetchMs: Int64 { endMs - startMs - rebalanceMs }

    /// A rate of what took no whole millisecond counts it as one, so that it is a number.
    private func perSecond(_ amount: Double, _ milliseconds: Int64) -> Double { amount * 1000 / Double(max(1, milliseconds)) }
    var megabytesPerSecond: Double { perSecond(part.megabytes, endMs - startMs) }
    var recordsPerSecond: Double { perSecond(Double(part.records), endMs - startMs) }
    var fetchMegabytesPerSecond: Double { perSecond(part.megabytes, fetchMs) }
    var fetchRecordsPerSecond: Double { perSecond(Double(part.records), fetchMs) }

    private static let rest = "data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec"
    static let summaryHeading = "start.time, end.time, \(rest)\n"
    static let intervalHeading = "time, threadId, \(rest)\n"

    private var numbers: String {
        "\(FixedPoint.text(total.megabytes, 4)), \(FixedPoint.text(megabytesPerSecond, 4)), \(total.records), \(FixedPoint.text(recordsPerSecond, 4)), "
            + "\(rebalanceMs), \(fetchMs), \(FixedPoint.text(fetchMegabytesPerSecond, 4)), \(FixedPoint.text(fetchRecordsPerSecond, 4))"
    }

    private var endText: String { format.text(LocalTime(wallMs: endMs)) }

    /// The whole run.
    static let summaries = Shape<ConsumptionRow>(
        "summaries", "what was read in the whole run", isStream: true,
        text: .lines { row in "\(row.format.text(LocalTime(wallMs: row.startMs))), \(row.endText), \(row.numbers)" }, columns)

    /// A line of progress.
    static let intervals = Shape<ConsumptionRow>(
        "intervals", "what was read since the row before", isStream: true, text: .lines { row in "\(row.endText), 0, \(row.numbers)" }, columns)

    private static var columns: [Column<ConsumptionRow>] {
        [
            Column("startMs", "beginning, in milliseconds since 1970-01-01 UTC") { $0.startMs },
            Column("endMs", "end, in milliseconds since 1970-01-01 UTC") { $0.endMs },
            Column("megabytes", "bytes of keys and values read since the run began, divided by 2^20") { $0.total.megabytes },
            Column("megabytesPerSecond", "the same a second, of those between beginning and end") { $0.megabytesPerSecond },
            Column("records", "records read since the run began") { $0.total.records },
            Column("recordsPerSecond", "records a second, of those between beginning and end") { $0.recordsPerSecond },
            Column("rebalanceMs", "milliseconds that the member waited for partitions") { $0.rebalanceMs },
            Column("fetchMs", "the other milliseconds") { $0.fetchMs },
            Column("fetchMegabytesPerSecond", "megabytes a second of those") { $0.fetchMegabytesPerSecond },
            Column("fetchRecordsPerSecond", "records a second of those") { $0.fetchRecordsPerSecond },
        ]
    }
}
