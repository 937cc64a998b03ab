/// Who asked in a version that is not known learns which are (KIP-511).
extension ApiVersionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ApiVersionsResponse? {
        var response = ApiVersionsResponse()
        response.errorCode = code
        if code == .unsupportedVersion {
            var row = ApiVersionsResponse.ApiVersion()
            row.apiKey = Self.apiKey.rawValue
            row.minVersion = Self.versions.lowerBound
            row.maxVersion = Self.versions.upperBound
            response.apiKeys = [row]
        }
        return response
    }
}
