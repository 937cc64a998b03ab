/// For the whole, and for each user named. (Kafka leaves the names out.)
extension DescribeUserScramCredentialsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeUserScramCredentialsResponse? {
        var response = DescribeUserScramCredentialsResponse()
        response.errorCode = code
        response.errorMessage = message
        response.results = (users ?? []).map { asked in
            var row = DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult()
            row.user = asked.name
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
