extension LeaveGroupRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> LeaveGroupResponse? {
        var response = LeaveGroupResponse()
        response.errorCode = code
        return response
    }
}
