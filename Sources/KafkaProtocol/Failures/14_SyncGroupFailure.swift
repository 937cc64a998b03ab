extension SyncGroupRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> SyncGroupResponse? {
        var response = SyncGroupResponse()
        response.errorCode = code
        return response
    }
}
