import KafkaProtocol

// Where each response holds the error that a retry of the whole request can mend. Errors of single partitions or items that need another
// route are not here: who asked knows what to do about them.

extension Sequence {
    /// The first retriable code among the elements.
    fileprivate func firstRetriable(_ code: (Element) -> ErrorCode) -> ErrorCode {
        for element in self { if code(element).isRetriable { return code(element) } }
        return .none
    }
}

private func isCoordinatorError(_ code: ErrorCode) -> Bool {
    code == .notCoordinator || code == .coordinatorNotAvailable || code == .coordinatorLoadInProgress
}

extension FindCoordinatorResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension ListGroupsResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension JoinGroupResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension SyncGroupResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension HeartbeatResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension LeaveGroupResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension InitProducerIdResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension OffsetDeleteResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension DescribeClusterResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension DescribeQuorumResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension UpdateFeaturesResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension ElectLeadersResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension AlterPartitionReassignmentsResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension ListPartitionReassignmentsResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }
extension ListConfigResourcesResponse: RetriableResponse { var retryCode: ErrorCode { errorCode } }

extension OffsetFetchResponse: RetriableResponse {
    var retryCode: ErrorCode { errorCode.isRetriable ? errorCode : groups.firstRetriable(\.errorCode) }
}
extension OffsetCommitResponse: RetriableResponse {
    var retryCode: ErrorCode { topics.lazy.flatMap(\.partitions).map(\.errorCode).first(where: isCoordinatorError) ?? .none }
}
extension DescribeGroupsResponse: RetriableResponse { var retryCode: ErrorCode { groups.firstRetriable(\.errorCode) } }
extension ConsumerGroupDescribeResponse: RetriableResponse { var retryCode: ErrorCode { groups.firstRetriable(\.errorCode) } }
extension ShareGroupDescribeResponse: RetriableResponse { var retryCode: ErrorCode { groups.firstRetriable(\.errorCode) } }
extension DeleteGroupsResponse: RetriableResponse { var retryCode: ErrorCode { results.firstRetriable(\.errorCode) } }
extension CreateTopicsResponse: RetriableResponse {
    var retryCode: ErrorCode { topics.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension IncrementalAlterConfigsResponse: RetriableResponse {
    var retryCode: ErrorCode { responses.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension AlterUserScramCredentialsResponse: RetriableResponse {
    var retryCode: ErrorCode { results.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension DeleteTopicsResponse: RetriableResponse {
    var retryCode: ErrorCode { responses.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension CreatePartitionsResponse: RetriableResponse {
    var retryCode: ErrorCode { results.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension CreateAclsResponse: RetriableResponse {
    var retryCode: ErrorCode { results.contains { $0.errorCode == .notController } ? .notController : .none }
}
extension DeleteAclsResponse: RetriableResponse {
    var retryCode: ErrorCode { filterResults.contains { $0.errorCode == .notController } ? .notController : .none }
}
