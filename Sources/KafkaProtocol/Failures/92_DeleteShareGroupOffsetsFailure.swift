extension DeleteShareGroupOffsetsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteShareGroupOffsetsResponse? {
        var response = DeleteShareGroupOffsetsResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
