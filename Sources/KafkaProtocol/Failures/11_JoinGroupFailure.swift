/// Versions before 7 cannot leave the protocol's name out.
extension JoinGroupRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> JoinGroupResponse? {
        var response = JoinGroupResponse()
        response.errorCode = code
        response.protocolName = version >= 7 ? nil : ""
        return response
    }
}
