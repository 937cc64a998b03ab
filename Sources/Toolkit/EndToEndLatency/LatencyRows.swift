import KafkaProtocol

/// How long one record took.
struct LatencyRow: Sendable {
    let number: Int
    let nanoseconds: Int64

    private var milliseconds: Double { Double(nanoseconds) / 1000 / 1000 }

    static let records = Shape<LatencyRow>(
        "records", "every thousandth record", isStream: true, text: .lines { row in "\(row.number)\t\(JavaNumber.text(row.milliseconds))" },
        [
            Column("number", "number of the record, from 0 on") { $0.number },
            Column("latencyMs", "milliseconds from sending it until it was read") { $0.milliseconds },
        ])
}

/// How long all records took.
struct LatencySummary: Sendable {
    let averageMs: Double
    let p50, p99, p999: Int64

    /// - Parameter nanoseconds: of each record, one at least.
    init(nanoseconds: [Int64]) {
        let sorted = nanoseconds.map { $0 / 1_000_000 }.sorted()
        averageMs = nanoseconds.reduce(0.0) { $0 + Double($1) } / Double(nanoseconds.count) / 1000 / 1000
        func at(_ share: Double) -> Int64 { sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)] }
        (p50, p99, p999) = (at(0.5), at(0.99), at(0.999))
    }

    static let summaries = Shape<LatencySummary>(
        "summaries", "all records", isStream: true,
        text: .lines { row in
            "Avg latency: \(FixedPoint.text(row.averageMs, 4)) ms\nPercentiles: 50th = \(row.p50), 99th = \(row.p99), 99.9th = \(row.p999)"
        },
        [
            Column("averageMs", "milliseconds, on average") { $0.averageMs },
            Column("p50Ms", "half of the records took no longer, in whole milliseconds") { $0.p50 },
            Column("p99Ms", "99 of 100 took no longer") { $0.p99 },
            Column("p999Ms", "999 of 1000 took no longer") { $0.p999 },
        ])
}
