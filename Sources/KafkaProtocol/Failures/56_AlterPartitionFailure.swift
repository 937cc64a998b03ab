extension AlterPartitionRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterPartitionResponse? {
        var response = AlterPartitionResponse()
        response.errorCode = code
        return response
    }
}
