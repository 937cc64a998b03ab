extension AlterUserScramCredentialsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterUserScramCredentialsResponse? {
        var response = AlterUserScramCredentialsResponse()
        response.results = Set(deletions.map(\.name) + upsertions.map(\.name)).sorted().map { asked in
            var row = AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult()
            row.user = asked
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
