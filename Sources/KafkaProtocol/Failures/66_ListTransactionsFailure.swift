extension ListTransactionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ListTransactionsResponse? {
        var response = ListTransactionsResponse()
        response.errorCode = code
        return response
    }
}
