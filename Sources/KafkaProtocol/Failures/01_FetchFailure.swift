/// For the whole (from version 7), and before version 13, whose clients look for it there, in each partition named.
extension FetchRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> FetchResponse? {
        typealias Topic = FetchResponse.FetchableTopicResponse
        var response = FetchResponse()
        response.errorCode = code
        response.sessionId = sessionId
        guard version < 13 else { return response }
        response.responses = topics.map { asked in
            var topic = Topic()
            topic.topic = asked.topic
            topic.partitions = asked.partitions.map { Topic.PartitionData(unread: $0.partition, code) }
            return topic
        }
        return response
    }
}

extension FetchResponse.FetchableTopicResponse.PartitionData {
    /// A partition of which nothing is told but an error.
    public init(unread index: Int32, _ code: ErrorCode = .none) {
        self.init()
        partitionIndex = index
        errorCode = code
        highWatermark = -1
        lastStableOffset = -1
        logStartOffset = -1
        records = .bytes(.empty)
    }
}
