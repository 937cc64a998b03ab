import KafkaProtocol
import Security
import Vocabulary

// DescribeGroups, versions 0 to 6. 3: authorized operations. 4: static members. 5: flexible. 6: GROUP_ID_NOT_FOUND with a message (KIP-1043).

func handleDescribeGroups(_ broker: Broker, _ request: DescribeGroupsRequest, _ context: RequestContext) {
    var response = DescribeGroupsResponse()
    var waits: [(Partition, Offset)] = []
    response.groups = request.groups.map { id in
        var group = DescribeGroupsResponse.DescribedGroup()
        guard context.allows(.describe, .group(id)) else {
            group.groupId = id
            group.errorCode = .groupAuthorizationFailed
            return group
        }
        switch broker.groups.read(id, &waits, { $0.describe(id, version: context.version) }) {
        case .success(let found): group = found
        case .failure(let error):
            group.groupId = id
            group.errorCode = error
        }
        if request.includeAuthorizedOperations && group.errorCode == .none { group.authorizedOperations = context.authorizedOperations(on: .group(id)) }
        return group
    }
    broker.groups.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}
