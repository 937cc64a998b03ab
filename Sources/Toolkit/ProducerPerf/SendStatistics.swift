import KafkaClient

/// Counts what was written and how long it took, over the whole run and over the time since the last progress line. Whole milliseconds, as in Kafka's tool.
struct SendStatistics {
    /// Records of a time.
    struct Tally {
        private(set) var count: Int64 = 0
        private(set) var bytes: Int64 = 0
        private(set) var totalLatencyMs: Int64 = 0
        private(set) var maxLatencyMs: Int64 = 0
        var startMs: Int64

        init(startMs: Int64) { self.startMs = startMs }

        mutating func add(count: Int, bytes: Int, latencyMs: Int64) {
            self.count += Int64(count)
            self.bytes += Int64(bytes)
            totalLatencyMs += latencyMs * Int64(count)
            maxLatencyMs = max(maxLatencyMs, latencyMs)
        }

        func rates(untilMs now: Int64, isSteadyState: Bool) -> SendRates {
            SendRates(
                isSteadyState: isSteadyState, records: count, bytes: bytes, elapsedMs: now - startMs, totalLatencyMs: totalLatencyMs,
                maxLatencyMs: maxLatencyMs)
        }
    }

    let isSteadyState: Bool
    private let intervalMs: Int64
    private var total: Tally
    private var window: Tally
    /// How many records took so many milliseconds.
    private var latencies: [Int64] = []

    /// Latencies from here on are counted as this one, so that memory stays bounded.
    private static let longestMs: Int64 = 1 << 22

    init(startMs: Int64, intervalMs: Int64, isSteadyState: Bool) {
        (total, window) = (Tally(startMs: startMs), Tally(startMs: startMs))
        self.intervalMs = intervalMs
        self.isSteadyState = isSteadyState
    }

    /// Counts records that were known to be written at `now`.
    /// - Returns: the rates of an interval that is over; whether it was the first one.
    mutating func add(_ run: RecordRun, now: Int64) -> (rates: SendRates, isFirst: Bool)? {
        let latency = min(max(0, now - run.timestamp), Self.longestMs)
        total.add(count: run.count, bytes: run.bytes, latencyMs: latency)
        window.add(count: run.count, bytes: run.bytes, latencyMs: latency)
        let index = Int(latency)
        if index >= latencies.count { latencies.append(contentsOf: repeatElement(0, count: index + 1 - latencies.count)) }
        latencies[index] += Int64(run.count)
        guard now - window.startMs >= intervalMs else { return nil }
        let ended = (window.rates(untilMs: now, isSteadyState: isSteadyState), window.count == total.count)
        window = Tally(startMs: now)
        return ended
    }

    /// The whole run's rates and percentiles.
    func summary(now: Int64) -> SendSummary {
        SendSummary(
            rates: total.rates(untilMs: now, isSteadyState: isSteadyState), p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99),
            p999: percentile(0.999))
    }

    /// The latency at this place of all latencies in order.
    private func percentile(_ share: Double) -> Int64 {
        var rest = Int64(share * Double(total.count))
        for (latency, count) in latencies.enumerated() {
            if rest < count { return Int64(latency) }
            rest -= count
        }
        return 0
    }
}
