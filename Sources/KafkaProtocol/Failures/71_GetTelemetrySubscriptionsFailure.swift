extension GetTelemetrySubscriptionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> GetTelemetrySubscriptionsResponse? {
        var response = GetTelemetrySubscriptionsResponse()
        response.errorCode = code
        return response
    }
}
