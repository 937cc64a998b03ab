import KafkaProtocol
import LogStorage
import Security
import Vocabulary

// ListOffsets, versions 1 to 11. 2: isolation level. 4: leader epoch. 6: flexible. 7: -3, the record with the largest timestamp (KIP-734).
// 8: -4, earliest local. 9: -5, latest tiered. 10: timeout. 11: -6, earliest pending upload. Nothing here is tiered, so -4 is the start and -5, -6 are unknown.

private let latest: Int64 = -1, earliest: Int64 = -2, maxTimestamp: Int64 = -3, earliestLocal: Int64 = -4, latestTiered: Int64 = -5, pendingUpload: Int64 = -6

func handleListOffsets(_ broker: Broker, _ request: ListOffsetsRequest, _ context: RequestContext) {
    typealias Row = ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse
    let table = broker.partitions.snapshot
    guard [0, 1].contains(request.isolationLevel) else { return context.refuse(request, .unknownServerError) }
    let reader = OffsetReader(replicaId: request.replicaId, readsCommitted: request.isolationLevel == 1, version: context.version)
    var response = ListOffsetsResponse()
    // A partition asked for twice is the client's mistake; it is told so once.
    var counts: [FetchKey: Int] = [:]
    func key(_ topic: String, _ partition: Int32) -> FetchKey { FetchKey(topic: topic, topicId: .zero, partition: partition) }
    for topic in request.topics { for row in topic.partitions { counts[key(topic.name, row.partitionIndex), default: 0] += 1 } }
    var places: [String: Int] = [:]
    for topic in request.topics {
        let isAllowed = context.allows(.describe, .topic(topic.name))
        for asked in topic.partitions {
            guard let count = counts.removeValue(forKey: key(topic.name, asked.partitionIndex)) else { continue }
            var row = Row()
            row.partitionIndex = asked.partitionIndex
            if !isAllowed {
                row.errorCode = .topicAuthorizationFailed
            } else if count > 1 {
                row.errorCode = .invalidRequest
            } else if asked.timestamp < oldestKnown(context.version) {
                row.errorCode = .unsupportedVersion
            } else if let partition = table.partition(topic.name, asked.partitionIndex) {
                look(asked, in: partition, reader, &row)
            } else {
                row.errorCode = broker.metadata.whyMissing(topic.name, asked.partitionIndex).code
            }
            let place = places[topic.name] ?? response.topics.count
            if place == response.topics.count {
                places[topic.name] = place
                response.topics.append(.init())
                response.topics[place].name = topic.name
            }
            response.topics[place].partitions.append(row)
        }
    }
    context.reply(response)
}

/// The lowest of the timestamps with a meaning of their own that a version knows.
private func oldestKnown(_ version: Int16) -> Int64 {
    version >= 11 ? pendingUpload : version >= 9 ? latestTiered : version >= 8 ? earliestLocal : version >= 7 ? maxTimestamp : earliest
}

/// Who asks for offsets. Followers see all that a leader has; who looks for faults (-2), all that any replica has.
private struct OffsetReader {
    var replicaId: Int32
    var readsCommitted: Bool
    var version: Int16

    var isFollower: Bool { replicaId != -1 }
    var needsLeader: Bool { replicaId != -2 }

    /// Older clients know no better word for it.
    var notAvailable: ErrorCode { version >= 5 ? .offsetNotAvailable : .leaderNotAvailable }
}

private func look(
    _ asked: ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition, in partition: Partition, _ reader: OffsetReader,
    _ row: inout ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse
) {
    let view: Partition.View
    switch partition.view(currentLeaderEpoch: LeaderEpoch(asked.currentLeaderEpoch), needsLeader: reader.needsLeader) {
    case .success(let found): view = found
    case .failure(let error):
        row.errorCode = error
        return
    }
    let log = partition.log
    let end = reader.isFollower ? view.offsets.end : view.limit(readsCommitted: reader.readsCommitted)
    // A new leader does not know yet what its predecessor had committed.
    let isUncertain = !reader.isFollower && view.uncommittedEpochStart != nil
    do {
        switch asked.timestamp {
        case latest where isUncertain: row.errorCode = reader.notAvailable
        case latest:
            row.offset = end.value
            row.leaderEpoch = view.leaderEpoch.value
        case earliest, earliestLocal:
            let start = log.earliest
            row.offset = start.offset.value
            row.leaderEpoch = start.leaderEpoch.value
        case latestTiered, pendingUpload:
            row.leaderEpoch = -1
        default:
            let found = asked.timestamp == maxTimestamp ? try log.offsetOfMaxTimestamp() : try log.offset(forTimestamp: asked.timestamp)
            if let found, found.offset < end {
                row.offset = found.offset.value
                row.timestamp = found.timestamp
                row.leaderEpoch = found.leaderEpoch.value
            } else if isUncertain {
                row.errorCode = reader.notAvailable
            }
        }
    } catch {
        row.errorCode = error.code
    }
}
