import Coordination
import KafkaProtocol
import Security
import Vocabulary

// ListGroups, versions 0 to 5. 3: flexible. 4: states (KIP-518). 5: types (KIP-848).

func handleListGroups(_ broker: Broker, _ request: ListGroupsRequest, _ context: RequestContext) {
    var response = ListGroupsResponse()
    var waits: [(Partition, Offset)] = []
    let runners: [ShardRunner<GroupShard>]
    switch broker.groups.allRunners {
    case .success(let found): runners = found
    case .failure(let error): return context.refuse(request, error)
    }
    for runner in runners {
        if case .success(let listed) = runner.read({ $0.list(states: request.statesFilter, types: request.typesFilter) }) {
            response.groups += listed.value
            waits.append((runner.partition, listed.upTo))
        }
    }
    if !context.allows(.describe, .cluster) { response.groups.removeAll { !context.allows(.describe, .group($0.groupId)) } }
    response.groups.sort { $0.groupId < $1.groupId }
    broker.groups.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}
