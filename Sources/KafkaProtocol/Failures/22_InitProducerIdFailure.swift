extension InitProducerIdRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> InitProducerIdResponse? {
        var response = InitProducerIdResponse()
        response.errorCode = code
        response.producerId = -1
        response.producerEpoch = -1
        return response
    }
}
