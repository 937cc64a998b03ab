import KafkaClient
import KafkaProtocol
import Vocabulary

/// Kafka's formatters of its internal topics: one compact JSON object per record, without anything between them. Records of other kinds are left out.
struct InternalRecordFormatter: MessageFormatter {
    /// Which records of which topic.
    enum Kind {
        case offsets, groups, transactions, shareState
    }

    private let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    func write(_ record: Record, timestampType: TimestampType, partition: TopicPartition, to output: OutputWriter) throws(FormatError) {
        guard let key = record.key, key.count >= 2 else { return }
        let type = key.load(0, as: Int16.self)
        guard let data = try keyJSON(type, key.dropFirst(2)) else { return }
        output.write("{\"key\":{\"type\":\(type),\"data\":\(data)},\"value\":")
        if let value = record.value {
            guard value.count >= 2 else { throw FormatError(description: "java.nio.BufferUnderflowException") }
            let version = value.load(0, as: Int16.self)
            output.write("{\"version\":\(version),\"data\":\(try valueJSON(type, version, value.dropFirst(2)))}}")
        } else {
            output.write("null}")
        }
    }

    /// The key's content; nil for a type that is not this formatter's.
    private func keyJSON(_ type: Int16, _ bytes: Bytes) throws(FormatError) -> String? {
        switch (kind, type) {
        case (.offsets, 0), (.offsets, 1): try json(OffsetCommitKey.self, 0, bytes)
        case (.groups, 2): try json(GroupMetadataKey.self, 0, bytes)
        case (.transactions, 0): try json(TransactionLogKey.self, 0, bytes)
        case (.shareState, 0): try json(ShareSnapshotKey.self, 0, bytes)
        case (.shareState, 1): try json(ShareUpdateKey.self, 0, bytes)
        default: nil
        }
    }

    private func valueJSON(_ type: Int16, _ version: Int16, _ bytes: Bytes) throws(FormatError) -> String {
        switch (kind, type) {
        case (.offsets, _): try json(OffsetCommitValue.self, version, bytes)
        case (.groups, _): try json(GroupMetadataValue.self, version, bytes)
        case (.transactions, _): try json(TransactionLogValue.self, version, bytes)
        case (.shareState, 0): try json(ShareSnapshotValue.self, version, bytes)
        case (.shareState, _): try json(ShareUpdateValue.self, version, bytes)
        }
    }

    private func json<M: Message>(_ type: M.Type, _ version: Int16, _ bytes: Bytes) throws(FormatError) -> String {
        guard M.versions.contains(version) else { return "\"unknown\"" }
        do {
            return JSONPrinter.print(try M.decode(bytes, version: version, allowsTrailing: true), version: version)
        } catch {
            throw FormatError(description: "\(error)")
        }
    }
}
