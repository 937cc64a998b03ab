extension UpdateFeaturesRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> UpdateFeaturesResponse? {
        var response = UpdateFeaturesResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
