import Coordination
import KafkaProtocol
import LogStorage
import Security
import Vocabulary

// DeleteRecords, versions 0 to 2 (2: flexible). Offset -1 stands for the high watermark. Of a partition that is named twice the last offset counts.

func handleDeleteRecords(_ broker: Broker, _ request: DeleteRecordsRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var offsets: [FetchKey: Offset] = [:]
    func key(_ topic: String, _ partition: Int32) -> FetchKey { FetchKey(topic: topic, topicId: .zero, partition: partition) }
    for topic in request.topics { for asked in topic.partitions { offsets[key(topic.name, asked.partitionIndex)] = Offset(asked.offset) } }
    var response = DeleteRecordsResponse()
    response.topics = request.topics.map { topic in
        var answer = DeleteRecordsResponse.DeleteRecordsTopicResult()
        answer.name = topic.name
        let isAllowed = context.allows(.delete, .topic(topic.name))
        for asked in topic.partitions {
            guard let offset = offsets.removeValue(forKey: key(topic.name, asked.partitionIndex)) else { continue }
            var row = DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult()
            row.partitionIndex = asked.partitionIndex
            row.lowWatermark = -1
            guard isAllowed else {
                row.errorCode = .topicAuthorizationFailed
                answer.partitions.append(row)
                continue
            }
            if let partition = table.partition(topic.name, asked.partitionIndex) {
                delete(before: offset, in: partition, now: context.now, &row)
            } else {
                row.errorCode = broker.metadata.whyMissing(topic.name, asked.partitionIndex).code
            }
            answer.partitions.append(row)
        }
        return answer
    }
    broker.settings.blocking { [response] in
        var response = response
        do {
            // Once for all of them: the file holds every partition's start.
            try broker.storage.writeLogStartOffsets()
        } catch {
            broker.settings.log.error(.disk, "deleted records may be back after a power failure: \(error)")
            fail(&response)
        }
        response.topics = oneRowEach(response.topics.filter { !$0.partitions.isEmpty }, by: \.name, \.partitions)
        context.reply(response)
    }
}

private func fail(_ response: inout DeleteRecordsResponse) {
    for topic in response.topics.indices {
        for row in response.topics[topic].partitions.indices where response.topics[topic].partitions[row].errorCode == .none {
            response.topics[topic].partitions[row].errorCode = .kafkaStorageError
        }
    }
}

private func delete(
    before offset: Offset, in partition: Partition, now: Int64,
    _ row: inout DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult
) {
    guard partition.log.config.isDeleted, !TopicName.isInternal(partition.topic) else {
        row.errorCode = TopicName.isInternal(partition.topic) ? .invalidTopicException : .policyViolation
        return
    }
    guard partition.isLeader else {
        row.errorCode = .notLeaderOrFollower
        return
    }
    do {
        row.lowWatermark = try partition.deleteRecords(before: offset, now: now).value
    } catch {
        row.errorCode = error.code
    }
}
