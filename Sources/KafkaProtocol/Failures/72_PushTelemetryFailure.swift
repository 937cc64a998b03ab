extension PushTelemetryRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> PushTelemetryResponse? {
        var response = PushTelemetryResponse()
        response.errorCode = code
        return response
    }
}
