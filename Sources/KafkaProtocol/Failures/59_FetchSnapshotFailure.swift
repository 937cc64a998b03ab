extension FetchSnapshotRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> FetchSnapshotResponse? {
        var response = FetchSnapshotResponse()
        response.errorCode = code
        return response
    }
}
