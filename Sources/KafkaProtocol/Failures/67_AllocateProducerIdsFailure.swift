extension AllocateProducerIdsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AllocateProducerIdsResponse? {
        var response = AllocateProducerIdsResponse()
        response.errorCode = code
        return response
    }
}
