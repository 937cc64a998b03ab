/// What was written in a time, and how fast.
struct SendRates: Sendable {
    let isSteadyState: Bool
    let records: Int64
    let bytes: Int64
    let elapsedMs: Int64
    let totalLatencyMs: Int64
    let maxLatencyMs: Int64

    /// What took no whole millisecond counts as one.
    private var seconds: Double { Double(max(1, elapsedMs)) / 1000 }
    var recordsPerSecond: Double { Double(records) / seconds }
    /// Of 2^20 bytes.
    var megabytesPerSecond: Double { Double(bytes) / seconds / 1_048_576 }
    /// Nil without records.
    var averageLatencyMs: Double? { records == 0 ? nil : Double(totalLatencyMs) / Double(records) }

    /// A line of progress, as Kafka prints it.
    static let intervals = Shape<SendRates>(
        "intervals", "what was written since the row before", isStream: true,
        text: .lines { row in
            "\(row.records) records sent, \(FixedPoint.text(row.recordsPerSecond, 1)) records/sec (\(FixedPoint.text(row.megabytesPerSecond, 2)) MB/sec), "
                + "\(FixedPoint.text(row.averageLatencyMs ?? .nan, 1)) ms avg latency, \(FixedPoint.text(Double(row.maxLatencyMs), 1)) ms max latency."
        }, columns { $0 })

    static func columns<Row>(_ rates: @escaping @Sendable (Row) -> SendRates) -> [Column<Row>] {
        [
            Column("isSteadyState", "whether records of the warm-up are left out") { rates($0).isSteadyState },
            Column("records", "records that were written") { rates($0).records },
            Column("recordsPerSecond", "records a second") { rates($0).recordsPerSecond },
            Column("megabytesPerSecond", "bytes of their values a second, divided by 2^20") { rates($0).megabytesPerSecond },
            Column("averageLatencyMs", "milliseconds from sending to acknowledgement, on average; null without records") { rates($0).averageLatencyMs },
            Column("maxLatencyMs", "the longest of them") { rates($0).maxLatencyMs },
        ]
    }
}

/// The end of a run: rates, and how the latencies are spread.
struct SendSummary: Sendable {
    let rates: SendRates
    let p50, p95, p99, p999: Int64

    static let summaries = Shape<SendSummary>(
        "summaries", "what was written in the whole run, and again without its warm-up", isStream: true,
        text: .lines { row in
            let rates = row.rates
            return "\(rates.records)\(rates.isSteadyState ? " steady state" : "") records sent, \(FixedPoint.text(rates.recordsPerSecond, 6)) records/sec "
                + "(\(FixedPoint.text(rates.megabytesPerSecond, 2)) MB/sec), \(FixedPoint.text(rates.averageLatencyMs ?? .nan, 2)) ms avg latency, "
                + "\(FixedPoint.text(Double(rates.maxLatencyMs), 2)) ms max latency, \(row.p50) ms 50th, \(row.p95) ms 95th, \(row.p99) ms 99th, "
                + "\(row.p999) ms 99.9th."
        },
        SendRates.columns(\.rates) + [
            Column("p50LatencyMs", "half of the records took no longer") { $0.p50 },
            Column("p95LatencyMs", "95 of 100 took no longer") { $0.p95 },
            Column("p99LatencyMs", "99 of 100 took no longer") { $0.p99 },
            Column("p999LatencyMs", "999 of 1000 took no longer") { $0.p999 },
        ])
}
