import Coordination
import KafkaProtocol
import LogStorage

// DeleteRecords, versions 0 to 2 (2: flexible). Offset -1 stands for the high watermark.

func handleDeleteRecords(_ broker: Broker, _ request: DeleteRecordsRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var response = DeleteRecordsResponse()
    response.topics = request.topics.map { topic in
        var answer = DeleteRecordsResponse.DeleteRecordsTopicResult()
        answer.name = topic.name
        answer.partitions = topic.partitions.map { asked in
            var row = DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult()
            row.partitionIndex = asked.partitionIndex
            row.lowWatermark = -1
            guard let partition = table.partition(topic.name, asked.partitionIndex) else {
                row.errorCode = .unknownTopicOrPartition
                return row
            }
            guard partition.log.config.isDeleted, !TopicName.isInternal(topic.name) else {
                row.errorCode = TopicName.isInternal(topic.name) ? .invalidTopicException : .policyViolation
                return row
            }
            let offset = asked.offset == -1 ? partition.highWatermark : asked.offset
            guard offset >= 0, offset <= partition.highWatermark else {
                row.errorCode = .offsetOutOfRange
                return row
            }
            do {
                row.lowWatermark = try partition.log.deleteRecords(before: offset)
                try broker.storage.writeLogStartOffsets()
                partition.wake(appended: nil, now: context.now)
            } catch let error as LogError {
                row.errorCode = error.code
            } catch {
                row.errorCode = .kafkaStorageError
            }
            return row
        }
        return answer
    }
    context.reply(response)
}
