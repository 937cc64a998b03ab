import KafkaClient

/// `--list`: the names, sorted, one a line. No name at all is one empty line, as Kafka prints it.
extension Topics {
    static let topics = Shape<TopicListing>(
        "topics", "a topic of the cluster", text: .lines(\.name),
        [
            Column("topic", "name") { $0.name },
            Column("topicId", "topic id") { $0.id == .zero ? nil : "\($0.id)" },
            Column("internal", "whether it is one of Kafka's own") { $0.isInternal },
        ])

    func list() throws {
        let topics = try selected()
        if topics.isEmpty { context.report.decorate("\n") }
        context.report.add(topics, as: Self.topics)
    }
}
