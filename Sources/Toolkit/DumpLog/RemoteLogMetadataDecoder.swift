import KafkaProtocol

/// Records of `__remote_log_metadata` (KIP-405), as the Java objects print themselves. They have no keys that mean anything.
struct RemoteLogMetadataDecoder: RecordDecoder {
    func decode(_ record: Record) -> RecordContent {
        guard let value = record.value else { return RecordContent(value: .text("Error at offset \(record.offset), skipping. The record has no value.")) }
        do throws(RecordFrameError) {
            return RecordContent(value: .text(Self.text(of: try RecordFrame.decode(value, types: .remoteLogMetadata).message)))
        } catch {
            return RecordContent(value: .text("Error at offset \(record.offset), skipping. \(error.kafkaText)"))
        }
    }

    private static func text(of message: any LogMessage) -> String {
        switch message {
        case let record as RemoteLogSegmentMetadataRecord: text(record)
        case let record as RemoteLogSegmentMetadataUpdateRecord: text(record)
        case let record as RemotePartitionDeleteMetadataRecord: text(record)
        case let record as RemoteLogSegmentMetadataSnapshotRecord: text(record)
        default: "\(type(of: message).name)\(JSONPrinter.print(message, version: 0))"
        }
    }

    private static func text(_ record: RemoteLogSegmentMetadataRecord) -> String {
        let id = record.remoteLogSegmentId, topic = id.topicIdPartition
        return "RemoteLogSegmentMetadata{remoteLogSegmentId=\(segment(topic.id, topic.name, topic.partition, id.id)), startOffset=\(record.startOffset), "
            + "endOffset=\(record.endOffset), brokerId=\(record.brokerId), maxTimestampMs=\(record.maxTimestampMs), "
            + "eventTimestampMs=\(record.eventTimestampMs), segmentLeaderEpochs=\(epochs(record.segmentLeaderEpochs.map { ($0.leaderEpoch, $0.offset) })), "
            + "segmentSizeInBytes=\(record.segmentSizeInBytes), customMetadata=\(custom(record.customMetadata)), "
            + "state=\(state(record.remoteLogSegmentState)), txnIdxEmpty=\(record.txnIndexEmpty)}"
    }

    private static func text(_ record: RemoteLogSegmentMetadataUpdateRecord) -> String {
        let id = record.remoteLogSegmentId, topic = id.topicIdPartition
        return "RemoteLogSegmentMetadataUpdate{remoteLogSegmentId=\(segment(topic.id, topic.name, topic.partition, id.id)), "
            + "customMetadata=\(custom(record.customMetadata)), state=\(state(record.remoteLogSegmentState)), "
            + "eventTimestampMs=\(record.eventTimestampMs), brokerId=\(record.brokerId)}"
    }

    private static func text(_ record: RemotePartitionDeleteMetadataRecord) -> String {
        let topic = record.topicIdPartition
        let states = ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"]
        return "RemotePartitionDeleteMetadata{topicPartition=\(topic.id):\(topic.name)-\(topic.partition), "
            + "state=\(name(record.remotePartitionDeleteState, states)), eventTimestampMs=\(record.eventTimestampMs), brokerId=\(record.brokerId)}"
    }

    private static func text(_ record: RemoteLogSegmentMetadataSnapshotRecord) -> String {
        "RemoteLogSegmentMetadataSnapshot{segmentId=\(record.segmentId), startOffset=\(record.startOffset), endOffset=\(record.endOffset), "
            + "maxTimestampMs=\(record.maxTimestampMs), segmentLeaderEpochs=\(epochs(record.segmentLeaderEpochs.map { ($0.leaderEpoch, $0.offset) })), "
            + "segmentSizeInBytes=\(record.segmentSizeInBytes), customMetadata=\(custom(record.customMetadata)), "
            + "state=\(state(record.remoteLogSegmentState)), txnIdxEmpty=\(record.txnIndexEmpty)}"
    }

    private static func segment(_ topicId: Uuid, _ topic: String, _ partition: Int32, _ id: Uuid) -> String {
        "RemoteLogSegmentId{topicIdPartition=\(topicId):\(topic)-\(partition), id=\(id)}"
    }

    /// As Java prints a sorted map.
    private static func epochs(_ entries: [(epoch: Int32, offset: Int64)]) -> String {
        let offsets = Dictionary(entries) { _, last in last }
        return "{" + offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") + "}"
    }

    private static func custom(_ bytes: Bytes?) -> String { bytes.map { "Optional[CustomMetadata{\($0.count) bytes}]" } ?? "Optional.empty" }

    private static func state(_ number: Int8) -> String {
        name(number, ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"])
    }

    /// A newer release may know more states.
    private static func name(_ number: Int8, _ names: [String]) -> String { names.indices.contains(Int(number)) ? names[Int(number)] : "\(number)" }
}
