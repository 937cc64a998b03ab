import KafkaClient

/// `--delete`: every selected topic. Silent on success.
extension Topics {
    func delete() throws {
        let topics = try selectedOrMissing()
        if topics.isEmpty { return }
        if let failure = try admin.deleteTopics(topics.map(\.name)).min(by: { $0.key < $1.key }) { throw failure.value }
    }
}
