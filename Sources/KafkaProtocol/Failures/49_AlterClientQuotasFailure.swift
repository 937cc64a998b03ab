extension AlterClientQuotasRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterClientQuotasResponse? {
        var response = AlterClientQuotasResponse()
        response.entries = entries.map { asked in
            var entry = AlterClientQuotasResponse.EntryData()
            entry.entity = asked.entity.map { part in
                var entity = AlterClientQuotasResponse.EntryData.EntityData()
                entity.entityType = part.entityType
                entity.entityName = part.entityName
                return entity
            }
            entry.errorCode = code
            entry.errorMessage = message ?? code.message
            return entry
        }
        return response
    }
}
