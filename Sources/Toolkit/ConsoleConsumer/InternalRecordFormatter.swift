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
        case (.transactions, _): try json(TransactionLogValue.self, version, bytes, print: Self.transaction)
        case (.shareState, 0): try json(ShareSnapshotValue.self, version, bytes)
        case (.shareState, _): try json(ShareUpdateValue.self, version, bytes)
        }
    }

    /// Kafka's converter prints tagged fields among the others, in the order in which the schema declares them.
    private static func transaction(_ value: TransactionLogValue, _ version: Int16) -> String {
        var fields = ["\"producerId\":\(value.producerId)"]
        if version >= 1, value.previousProducerId != -1 { fields.append("\"previousProducerId\":\(value.previousProducerId)") }
        if version >= 1, value.nextProducerId != -1 { fields.append("\"nextProducerId\":\(value.nextProducerId)") }
        fields.append("\"producerEpoch\":\(value.producerEpoch)")
        if version >= 1, value.nextProducerEpoch != -1 { fields.append("\"nextProducerEpoch\":\(value.nextProducerEpoch)") }
        fields.append("\"transactionTimeoutMs\":\(value.transactionTimeoutMs)")
        fields.append("\"transactionStatus\":\(value.transactionStatus)")
        let partitions = value.transactionPartitions?.map { entry in
            "{\"topic\":\(JSONPrinter.quoted(entry.topic)),\"partitionIds\":[\(entry.partitionIds.map { "\($0)" }.joined(separator: ","))]}"
        }
        fields.append("\"transactionPartitions\":" + (partitions.map { "[" + $0.joined(separator: ",") + "]" } ?? "null"))
        fields.append("\"transactionLastUpdateTimestampMs\":\(value.transactionLastUpdateTimestampMs)")
        fields.append("\"transactionStartTimestampMs\":\(value.transactionStartTimestampMs)")
        if version >= 1, value.clientTransactionVersion != 0 { fields.append("\"clientTransactionVersion\":\(value.clientTransactionVersion)") }
        return "{" + fields.joined(separator: ",") + "}"
    }

    private func json<M: Message>(
        _ type: M.Type, _ version: Int16, _ bytes: Bytes, print: (M, Int16) -> String = { JSONPrinter.print($0, version: $1) }
    ) throws(FormatError) -> String {
        guard M.versions.contains(version) else { return "\"unknown\"" }
        do {
            return print(try M.decode(bytes, version: version, allowsTrailing: true), version)
        } catch {
            throw FormatError(description: "\(error)")
        }
    }
}
