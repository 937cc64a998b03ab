/// From version 8 for each group, from 2 for the whole, before in each partition.
extension OffsetFetchRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> OffsetFetchResponse? {
        var response = OffsetFetchResponse()
        if version >= 8 {
            response.groups = groups.map { OffsetFetchResponse.OffsetFetchResponseGroup(failed: $0.groupId, code) }
        } else if version >= 2 {
            response.errorCode = code
        } else {
            response.topics = (topics ?? []).map { OffsetFetchResponse.OffsetFetchResponseTopic(failed: $0, code) }
        }
        return response
    }
}

extension OffsetFetchResponse.OffsetFetchResponseGroup {
    /// The answer for one group of several that fails.
    public init(failed groupId: String, _ code: ErrorCode) {
        self.init()
        self.groupId = groupId
        errorCode = code
    }
}

extension OffsetFetchResponse.OffsetFetchResponseTopic {
    fileprivate init(failed asked: OffsetFetchRequest.OffsetFetchRequestTopic, _ code: ErrorCode) {
        self.init()
        name = asked.name
        partitions = asked.partitionIndexes.map { index in
            var partition = OffsetFetchResponsePartition()
            partition.partitionIndex = index
            partition.committedOffset = -1
            partition.errorCode = code
            return partition
        }
    }
}
