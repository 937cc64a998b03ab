import KafkaProtocol
import Vocabulary

// What there is to tell the operator about stored configuration: texts that cannot be read, lists that name an entry twice, keys that do not act here.
extension ConfigView {
    /// Everything stored for topics and for this broker that deserves a line, one text each.
    public func notes() -> [String] {
        var notes = [ConfigResource.broker(brokerId), .brokerDefault].flatMap { resource in
            image.config(of: resource).sorted { $0.key < $1.key }.flatMap { self.notes(on: resource, $0.key, $0.value) }
        }
        let keepsAll = topic(texts: [:]).keepsData
        if keepsAll { notes.append("all topics: nothing is deleted or compacted where the broker's configuration decides, until it can be read") }
        // Most topics of most clusters have no values of their own, and there may be many thousands of them.
        for topic in image.topicsByName.keys.sorted() {
            let texts = image.config(of: .topic(topic))
            if texts.isEmpty { continue }
            notes += texts.sorted { $0.key < $1.key }.flatMap { faults(of: .topic(topic), $0.key, $0.value) }
            if !keepsAll { notes += keptNotes(topic) }
        }
        return notes + idleTopicKeys()
    }

    /// A line per key of topics that does not act here, however many topics set it.
    private func idleTopicKeys() -> [String] {
        var owners: [String: [String]] = [:]
        for topic in image.topicsByName.keys.sorted() {
            for (name, text) in image.config(of: .topic(topic)) where idleReason(ConfigTable.topic[name], text) != nil {
                owners[name, default: []].append(topic)
            }
        }
        return owners.sorted { $0.key < $1.key }.compactMap { name, topics in
            guard let key = ConfigTable.topic[name], case .noEffect(let reason) = key.treatment else { return nil }
            let named = topics.prefix(3).joined(separator: ", ") + (topics.count > 3 ? " and \(topics.count - 3) more" : "")
            return "\(name) of \(topics.count == 1 ? "topic" : "topics") \(named) has no effect: \(reason)"
        }
    }

    private func idleReason(_ key: ConfigKey?, _ text: String) -> String? {
        guard let key, case .noEffect(let reason) = key.treatment, key.isChanged(by: text) else { return nil }
        return reason
    }

    /// What one text that is stored now deserves to have said about it.
    public func notes(on resource: ConfigResource, _ name: String, _ text: String) -> [String] {
        guard let (owner, key) = owner(resource, name) else { return [] }
        return faults(of: resource, name, text) + (idleReason(key, text).map { ["\(owner): \(Self.shown(name, text, key)) has no effect: \($0)"] } ?? [])
    }

    private func owner(_ resource: ConfigResource, _ name: String) -> (String, ConfigKey?)? {
        switch resource.kind {
        case .topic: ("topic \(resource.name)", ConfigTable.topic[name])
        case .broker: (resource.name.isEmpty ? "all brokers" : "broker \(resource.name)", Self.brokerKey(name))
        case .group: ("group \(resource.name)", ConfigTable.group[name])
        default: nil
        }
    }

    private func faults(of resource: ConfigResource, _ name: String, _ text: String) -> [String] {
        guard let (owner, key) = owner(resource, name) else { return [] }
        guard let key else { return ["\(owner): the configuration key \(name) is not known and has no effect"] }
        var notes = key.duplicateWarning(text).map { ["\(owner): \($0)"] } ?? []
        if case .unreadable(let reason) = key.read(stored: text) {
            notes.append("\(owner): \(Self.shown(name, text, key)) cannot be read and is not in force: \(reason)")
        }
        return notes
    }

    private static func shown(_ name: String, _ text: String, _ key: ConfigKey?) -> String { key?.isSensitive == true ? name : "\(name)=\(text)" }

    /// A line for a topic that keeps its data because it cannot be told what may go.
    public func keptNotes(_ topic: String) -> [String] {
        guard self.topic(topic).keepsData else { return [] }
        return ["topic \(topic): nothing is deleted or compacted until its configuration can be read"]
    }
}
