extension EndTxnRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> EndTxnResponse? {
        var response = EndTxnResponse()
        response.errorCode = code
        return response
    }
}
