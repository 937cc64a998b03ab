/// A producer that wants no acknowledgement gets no answer.
extension ProduceRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ProduceResponse? {
        typealias Topic = ProduceResponse.TopicProduceResponse
        guard acks != 0 else { return nil }
        var response = ProduceResponse()
        response.responses = topicData.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.topicId = asked.topicId
            topic.partitionResponses = asked.partitionData.map { Topic.PartitionProduceResponse(failed: $0.index, code, message: message) }
            return topic
        }
        return response
    }
}

extension ProduceResponse.TopicProduceResponse.PartitionProduceResponse {
    /// A partition to which nothing was appended.
    public init(failed index: Int32, _ code: ErrorCode, message: String?) {
        self.init()
        self.index = index
        errorCode = code
        errorMessage = message
        (baseOffset, logAppendTimeMs, logStartOffset) = (-1, -1, -1)
    }
}
