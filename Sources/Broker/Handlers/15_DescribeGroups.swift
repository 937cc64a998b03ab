import KafkaProtocol

// DescribeGroups, versions 0 to 6. 3: authorized operations. 4: static members. 5: flexible. 6: GROUP_ID_NOT_FOUND with a message (KIP-1043).

func handleDescribeGroups(_ broker: Broker, _ request: DescribeGroupsRequest, _ context: RequestContext) {
    var response = DescribeGroupsResponse()
    var waits: [(Partition, Int64)] = []
    response.groups = request.groups.map { id in
        var group = DescribeGroupsResponse.DescribedGroup()
        switch broker.groups.read(id, now: context.now, &waits, { $0.describe(id, version: context.version) }) {
        case .success(let found): group = found
        case .failure(let error):
            group.groupId = id
            group.errorCode = error
        }
        if request.includeAuthorizedOperations && group.errorCode == .none { group.authorizedOperations = allGroupOperations }
        return group
    }
    broker.groups.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}

/// What may be done with a group, as a set of bits (KIP-430): READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS.
let allGroupOperations: Int32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11
