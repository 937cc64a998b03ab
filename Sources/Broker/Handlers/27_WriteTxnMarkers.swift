import KafkaProtocol
import Security
import Synchronization
import Vocabulary

// WriteTxnMarkers, versions 1 and 2: coordinators and tools end transactions in the partitions that this broker leads. 2: the transaction's version, from
// which follows what epoch a marker must have (KIP-1228).

private typealias Marker = WriteTxnMarkersRequest.WritableTxnMarker
private typealias Answer = WriteTxnMarkersResponse.WritableTxnMarkerResult
private typealias TopicAnswer = Answer.WritableTxnMarkerTopicResult

func handleWriteTxnMarkers(_ broker: Broker, _ request: WriteTxnMarkersRequest, _ context: RequestContext) {
    guard context.allows(.alter, .cluster) || context.allows(.clusterAction, .cluster) else { return context.refuse(request, .clusterAuthorizationFailed) }
    let pending = PendingMarkers(request, context)
    for (place, marker) in request.markers.enumerated() {
        let end = EndMarker(
            producerId: marker.producerId, producerEpoch: marker.producerEpoch, coordinatorEpoch: marker.coordinatorEpoch,
            commits: marker.transactionResult, version: Int16(marker.transactionVersion))
        for (topicPlace, topic) in marker.topics.enumerated() {
            for (index, partition) in topic.partitionIndexes.enumerated() {
                broker.transactionMarkers.write(end, to: TopicPartition(topic.name, partition), now: context.now) { error in
                    pending.set(place, topicPlace, index, error)
                }
            }
        }
    }
    pending.started()
}

/// The answer, sent once the last marker is durable or refused.
private final class PendingMarkers: Sendable {
    private let state: Mutex<(response: WriteTxnMarkersResponse, outstanding: Int)>
    private let context: RequestContext

    init(_ request: WriteTxnMarkersRequest, _ context: RequestContext) {
        var response = WriteTxnMarkersResponse()
        var count = 0
        response.markers = request.markers.map { marker in
            var answer = Answer()
            answer.producerId = marker.producerId
            answer.topics = marker.topics.map { topic in
                var row = TopicAnswer()
                row.name = topic.name
                row.partitions = topic.partitionIndexes.map { index in
                    var partition = TopicAnswer.WritableTxnMarkerPartitionResult()
                    partition.partitionIndex = index
                    return partition
                }
                count += row.partitions.count
                return row
            }
            return answer
        }
        // One more until the handler has started them all.
        state = Mutex((response, count + 1))
        self.context = context
    }

    func set(_ marker: Int, _ topic: Int, _ index: Int, _ error: ErrorCode) {
        state.withLock { $0.response.markers[marker].topics[topic].partitions[index].errorCode = error }
        started()
    }

    func started() {
        let done: WriteTxnMarkersResponse? = state.withLock { state in
            state.outstanding -= 1
            return state.outstanding == 0 ? state.response : nil
        }
        if let done { context.reply(done) }
    }
}
