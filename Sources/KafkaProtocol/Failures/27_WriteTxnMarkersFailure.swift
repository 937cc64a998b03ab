extension WriteTxnMarkersRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> WriteTxnMarkersResponse? {
        typealias Marker = WriteTxnMarkersResponse.WritableTxnMarkerResult
        typealias Topic = Marker.WritableTxnMarkerTopicResult
        var response = WriteTxnMarkersResponse()
        response.markers = markers.map { asked in
            var marker = Marker()
            marker.producerId = asked.producerId
            marker.topics = asked.topics.map { asked in
                var topic = Topic()
                topic.name = asked.name
                topic.partitions = asked.partitionIndexes.map { index in
                    var partition = Topic.WritableTxnMarkerPartitionResult()
                    partition.partitionIndex = index
                    partition.errorCode = code
                    return partition
                }
                return topic
            }
            return marker
        }
        return response
    }
}
