extension AssignReplicasToDirsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AssignReplicasToDirsResponse? {
        var response = AssignReplicasToDirsResponse()
        response.errorCode = code
        return response
    }
}
