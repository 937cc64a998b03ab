import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
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
        awaitReplicas(response, broker, deadline: context.now + Int64(max(0, request.timeoutMs))) { context.reply($0) }
    }
}

/// The records are deleted once the other replicas that are alive have deleted them too.
private func awaitReplicas(
    _ response: DeleteRecordsResponse, _ broker: Broker, deadline: Int64, then: @escaping @Sendable (DeleteRecordsResponse) -> Void
) {
    let table = broker.partitions.snapshot
    var response = response
    var waits: [(topic: Int, row: Int, partition: Partition)] = []
    for (topic, answer) in response.topics.enumerated() {
        for (row, partition) in answer.partitions.enumerated() where partition.errorCode == .none {
            if let found = table.partition(answer.name, partition.partitionIndex) {
                if found.hasOthers { waits.append((topic, row, found)) }
            } else {
                response.topics[topic].partitions[row].errorCode = .notLeaderOrFollower
            }
        }
    }
    guard !waits.isEmpty else { return then(response) }
    let partitions = waits.map(\.partition)
    let timer = broker.timers.schedule(at: deadline) { now in for partition in partitions { partition.expireWaiting(now: now) } }
    let pending = PendingDeletion(response, count: waits.count) { response in
        broker.timers.cancel(timer)
        then(response)
    }
    for wait in waits {
        let offset = Offset(response.topics[wait.topic].partitions[wait.row].lowWatermark)
        wait.partition.wait(for: .deleted(before: offset), deadline: deadline) { pending.arrived(wait.topic, wait.row, $0) }
    }
}

/// The answer, sent once the last partition's replicas have followed or its time is over.
private final class PendingDeletion: Sendable {
    private let state: Mutex<(response: DeleteRecordsResponse, outstanding: Int)>
    private let then: @Sendable (DeleteRecordsResponse) -> Void

    init(_ response: DeleteRecordsResponse, count: Int, then: @escaping @Sendable (DeleteRecordsResponse) -> Void) {
        state = Mutex((response, count))
        self.then = then
    }

    func arrived(_ topic: Int, _ row: Int, _ error: ErrorCode) {
        let done: DeleteRecordsResponse? = state.withLock { state in
            state.response.topics[topic].partitions[row].errorCode = error
            state.outstanding -= 1
            return state.outstanding == 0 ? state.response : nil
        }
        if let done { then(done) }
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
        row.lowWatermark = try partition.deleteRecords(before: offset).value
    } catch {
        row.errorCode = error.code
    }
}
