import KafkaProtocol
import Security
import Vocabulary

// ConsumerGroupDescribe, versions 0 to 1 (1: member type). A group of the classic protocol is told to be none of these: Java's admin client and
// the tools begin with this request, and go on with DescribeGroups.

func handleConsumerGroupDescribe(_ broker: Broker, _ request: ConsumerGroupDescribeRequest, _ context: RequestContext) {
    var response = ConsumerGroupDescribeResponse()
    var waits: [(Partition, Offset)] = []
    response.groups = request.groupIds.map { id in
        switch !context.allows(.describe, .group(id))
            ? .failure(.groupAuthorizationFailed)
            : id.isEmpty ? .failure(.invalidGroupId) : broker.groups.read(id, &waits, { $0.describeConsumerGroup(id) })
        {
        case .success(var group):
            if request.includeAuthorizedOperations && group.errorCode == .none { group.authorizedOperations = context.authorizedOperations(on: .group(id)) }
            // Somebody who may not see the topics must not learn what is assigned of them.
            let topics = Set(group.members.flatMap { ($0.assignment.topicPartitions + $0.targetAssignment.topicPartitions).map(\.topicName) })
            if topics.contains(where: { !context.allows(.describe, .topic($0)) }) {
                group.errorCode = .topicAuthorizationFailed
                group.members = []
            }
            return group
        case .failure(let error):
            var group = ConsumerGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = error
            return group
        }
    }
    broker.groups.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}
