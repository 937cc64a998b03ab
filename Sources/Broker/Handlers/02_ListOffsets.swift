import KafkaProtocol
import LogStorage

// ListOffsets, versions 1 to 11. 2: isolation level. 4: leader epoch. 6: flexible. 7: -3, the record with the largest timestamp (KIP-734).
// 8: -4, earliest local. 9: -5, latest tiered. 10: timeout. 11: -6, earliest pending upload. Nothing here is tiered, so -4 is the start and -5, -6 are unknown.

private let latest: Int64 = -1, earliest: Int64 = -2, maxTimestamp: Int64 = -3, earliestLocal: Int64 = -4, latestTiered: Int64 = -5, pendingUpload: Int64 = -6

func handleListOffsets(_ broker: Broker, _ request: ListOffsetsRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var response = ListOffsetsResponse()
    response.topics = request.topics.map { topic in
        var answer = ListOffsetsResponse.ListOffsetsTopicResponse()
        answer.name = topic.name
        // A partition asked for twice is the client's mistake; every copy is told so.
        var counts: [Int32: Int] = [:]
        for partition in topic.partitions { counts[partition.partitionIndex, default: 0] += 1 }
        answer.partitions = topic.partitions.map { asked in
            var row = ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse()
            row.partitionIndex = asked.partitionIndex
            if counts[asked.partitionIndex] != 1 {
                row.errorCode = .invalidRequest
            } else if let partition = table.partition(topic.name, asked.partitionIndex) {
                look(asked, in: partition, readsCommitted: request.isolationLevel == 1, context.version, &row)
            } else {
                row.errorCode = .unknownTopicOrPartition
            }
            return row
        }
        return answer
    }
    context.reply(response)
}

private func look(
    _ asked: ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition, in partition: Partition, readsCommitted: Bool, _ version: Int16,
    _ row: inout ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse
) {
    row.errorCode = partition.check(currentLeaderEpoch: asked.currentLeaderEpoch)
    guard row.errorCode == .none else { return }
    let log = partition.log
    let end = readsCommitted ? log.lastStableOffset : partition.highWatermark
    let oldestKnown: Int64 = version >= 11 ? pendingUpload : version >= 9 ? latestTiered : version >= 8 ? earliestLocal : version >= 7 ? maxTimestamp : earliest
    guard asked.timestamp >= oldestKnown else {
        row.errorCode = .unsupportedVersion
        return
    }
    do {
        switch asked.timestamp {
        case latest:
            row.offset = end
            row.leaderEpoch = partition.leaderEpoch
        case earliest, earliestLocal:
            let start = log.earliest
            row.offset = start.offset
            row.leaderEpoch = start.leaderEpoch
        case latestTiered, pendingUpload:
            row.leaderEpoch = -1
        default:
            let found = asked.timestamp == maxTimestamp ? try log.offsetOfMaxTimestamp() : try log.offset(forTimestamp: asked.timestamp)
            if let found, found.offset < end {
                row.offset = found.offset
                row.timestamp = found.timestamp
                row.leaderEpoch = found.leaderEpoch
            }
        }
    } catch {
        row.errorCode = error.code
    }
}
