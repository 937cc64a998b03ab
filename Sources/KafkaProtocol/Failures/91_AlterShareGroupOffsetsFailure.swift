extension AlterShareGroupOffsetsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterShareGroupOffsetsResponse? {
        var response = AlterShareGroupOffsetsResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
