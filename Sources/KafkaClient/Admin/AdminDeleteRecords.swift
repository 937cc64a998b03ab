import KafkaProtocol
import Vocabulary

extension Admin {
    /// Deletes the records in front of an offset of each partition (KIP-107).
    /// - Parameter offsets: the first offset to keep; -1 for the high watermark.
    /// - Returns: the first offset that is left (Kafka calls it the low watermark), or why nothing was deleted.
    public func deleteRecords(before offsets: [TopicPartition: Int64]) throws(ClientError) -> [TopicPartition: Result<Int64, ClientError>] {
        let timeoutMs = brokerTimeoutMs
        return try ask(
            about: Set(offsets.keys),
            PartitionCall(name: "deleteRecords", build: { Self.deleteRecordsRequest($0, offsets, timeoutMs) }) { response in
                var outcomes: [TopicPartition: PartitionOutcome<Int64>] = [:]
                for topic in response.topics {
                    for p in topic.partitions {
                        outcomes[TopicPartition(topic.name, p.partitionIndex)] = PartitionOutcome(p.errorCode, p.lowWatermark)
                    }
                }
                return outcomes
            })
    }

    private static func deleteRecordsRequest(_ partitions: [TopicPartition], _ offsets: [TopicPartition: Int64], _ timeoutMs: Int32) -> DeleteRecordsRequest {
        var request = DeleteRecordsRequest()
        request.timeoutMs = timeoutMs
        request.topics = Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
            var topic = DeleteRecordsRequest.DeleteRecordsTopic()
            topic.name = name
            topic.partitions = partitions.sorted().map { key in
                var p = DeleteRecordsRequest.DeleteRecordsTopic.DeleteRecordsPartition()
                p.partitionIndex = key.partition
                p.offset = offsets[key] ?? -1
                return p
            }
            return topic
        }
        return request
    }
}
