import KafkaProtocol

// ConsumerGroupDescribe, versions 0 to 1 (1: member type). No group here is of the consumer protocol (KIP-848), and clients that ask for
// one are told to try DescribeGroups: Java's admin client and the tools begin with this request.

func handleConsumerGroupDescribe(_ broker: Broker, _ request: ConsumerGroupDescribeRequest, _ context: RequestContext) {
    var response = ConsumerGroupDescribeResponse()
    response.groups = request.groupIds.map { id in
        let runner: Result<GroupShardRunner, ErrorCode> = id.isEmpty ? .failure(.invalidGroupId) : broker.groups.runner(for: id, now: context.now)
        switch runner.flatMap({ $0.read { $0.describeConsumerGroup(id) } }) {
        case .success(let described): return described.value
        case .failure(let error):
            var group = ConsumerGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = error
            return group
        }
    }
    context.reply(response)
}
