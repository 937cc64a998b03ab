extension AddOffsetsToTxnRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AddOffsetsToTxnResponse? {
        var response = AddOffsetsToTxnResponse()
        response.errorCode = code
        return response
    }
}
