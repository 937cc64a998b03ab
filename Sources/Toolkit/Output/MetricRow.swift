/// A metric of a client, as Kafka's tools print them at the end of a run.
struct MetricRow: Sendable {
    let group: String
    let name: String
    let tags: [(name: String, value: String)]
    let value: Double
    /// How wide the name is shown.
    fileprivate var width = 0

    init(_ group: String, _ name: String, _ tags: [(String, String)], _ value: Double) {
        (self.group, self.name, self.tags, self.value) = (group, name, tags, value)
    }

    private var fullName: String { "\(group):\(name):{\(tags.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))}" }

    static let metrics = Shape<MetricRow>(
        "metrics", "a metric of the client", isStream: true,
        text: .lines { row in "\(padded(row.fullName, row.width)) : \(FixedPoint.text(row.value, 3))" },
        [
            Column("group", "group of the metric") { $0.group },
            Column("name", "name") { $0.name },
            Column("tags", "tags by name") { row in Dictionary(row.tags.map { ($0.name, $0.value) }) { first, _ in first } },
            Column("value", "value") { $0.value },
        ])

    /// Prints metrics sorted by name.
    /// - Parameter widest: a name of Kafka's metrics that ours leave room for, so that both tools' columns agree.
    static func report(_ rows: [MetricRow], widest: String, to report: Report) {
        let width = rows.reduce(widest.utf16.count) { max($0, $1.fullName.utf16.count) }
        report.decorate("\n\(padded("Metric Name", width))   Value\n")
        let sorted = rows.sorted { $0.fullName < $1.fullName }
        report.add(
            sorted.map { row in
                var row = row
                row.width = width
                return row
            }, as: metrics)
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.utf16.count)) }
}
