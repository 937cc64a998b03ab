import KafkaProtocol

// ConsumerGroupDescribe, versions 0 to 1 (1: member type). A group of the classic protocol is told to be none of these: Java's admin client and
// the tools begin with this request, and go on with DescribeGroups.

func handleConsumerGroupDescribe(_ broker: Broker, _ request: ConsumerGroupDescribeRequest, _ context: RequestContext) {
    var response = ConsumerGroupDescribeResponse()
    response.groups = request.groupIds.map { id in
        let runner: Result<GroupShardRunner, ErrorCode> = id.isEmpty ? .failure(.invalidGroupId) : broker.groups.runner(for: id, now: context.now)
        switch runner.flatMap({ $0.read { $0.describeConsumerGroup(id) } }) {
        case .success(let described):
            var group = described.value
            if request.includeAuthorizedOperations && group.errorCode == .none { group.authorizedOperations = allGroupOperations }
            return group
        case .failure(let error):
            var group = ConsumerGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = error
            return group
        }
    }
    context.reply(response)
}
