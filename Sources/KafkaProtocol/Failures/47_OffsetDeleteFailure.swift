extension OffsetDeleteRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> OffsetDeleteResponse? {
        var response = OffsetDeleteResponse()
        response.errorCode = code
        return response
    }
}
