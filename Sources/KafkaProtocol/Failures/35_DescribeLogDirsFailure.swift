/// Versions before 3 have no place for an error: an answer without directories says that there was one.
extension DescribeLogDirsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeLogDirsResponse? {
        var response = DescribeLogDirsResponse()
        response.errorCode = code
        return response
    }
}
