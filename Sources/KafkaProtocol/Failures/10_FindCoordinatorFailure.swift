/// From version 4 for each key.
extension FindCoordinatorRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> FindCoordinatorResponse? {
        var response = FindCoordinatorResponse()
        guard version < 4 else {
            response.coordinators = coordinatorKeys.map { key in
                var row = FindCoordinatorResponse.Coordinator()
                row.key = key
                (row.nodeId, row.host, row.port) = (-1, "", -1)
                row.errorCode = code
                row.errorMessage = message ?? code.message
                return row
            }
            return response
        }
        (response.nodeId, response.host, response.port) = (-1, "", -1)
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
