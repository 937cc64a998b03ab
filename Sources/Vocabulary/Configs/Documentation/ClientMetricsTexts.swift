/// What the keys of client metrics subscriptions are for, a sentence a key, in words of our own.
extension ConfigTable {
    static let clientMetricsTexts: [String: String] = [
        "interval.ms": "How often clients that match push their metrics to the broker, in milliseconds.",
        "match": "Which clients this subscription is for: pairs of a selector, such as client_id, and a pattern.",
        "metrics": "Prefixes of the metric names that are asked for; * stands for all of them.",
    ]
}
