/// In each topic named, and from version 13 for the whole: before, a request about all topics cannot be told.
extension MetadataRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> MetadataResponse? {
        var response = MetadataResponse()
        response.errorCode = code
        response.topics = (topics ?? []).map { asked in
            var row = MetadataResponse.MetadataResponseTopic()
            row.name = asked.name ?? ""
            row.topicId = asked.topicId
            row.errorCode = code
            return row
        }
        return response
    }
}
