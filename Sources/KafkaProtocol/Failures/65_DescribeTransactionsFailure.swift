extension DescribeTransactionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeTransactionsResponse? {
        var response = DescribeTransactionsResponse()
        response.transactionStates = transactionalIds.map { asked in
            var row = DescribeTransactionsResponse.TransactionState()
            row.transactionalId = asked
            row.errorCode = code
            return row
        }
        return response
    }
}
