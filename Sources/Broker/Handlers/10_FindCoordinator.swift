import Coordination
import KafkaProtocol
import Security

// FindCoordinator, versions 0 to 6. 1: key type. 3: flexible. 4: several keys at once (KIP-699). 5: no change for groups. 6: share groups (KIP-932).
// The coordinator is the leader of a partition of its topic. The first question about a group creates `__consumer_offsets`, the first about a transactional
// id `__transaction_state`.

private let groupKey: Int8 = 0, transactionKey: Int8 = 1, shareKey: Int8 = 2

func handleFindCoordinator(_ broker: Broker, _ request: FindCoordinatorRequest, _ context: RequestContext) {
    guard groupKey...shareKey ~= request.keyType else { return context.refuse(request, .invalidRequest) }
    guard request.keyType != shareKey else { return answer(request, .invalidRequest, broker, context) }
    let topic = request.keyType == groupKey ? broker.groups.topic : broker.transactions.topic
    topic.createIfMissing(broker.metadata, context.principal) { error in
        // A client asks again after this; the reason, such as a replication factor that one node cannot give, is for the operator.
        answer(request, error == .none ? .none : .coordinatorNotAvailable, broker, context)
    }
}

private func answer(_ request: FindCoordinatorRequest, _ found: ErrorCode, _ broker: Broker, _ context: RequestContext) {
    let image = broker.metadata.image
    let topic = request.keyType == groupKey ? broker.groups.topic : broker.transactions.topic
    func place(_ key: String) -> (id: Int32, endpoint: Endpoint)? {
        let partition = CoordinatorPartition.index(for: key, partitions: topic.partitionCount(broker.metadata))
        guard let id = image.partition(topic.name, partition).flatMap(image.liveLeader), let node = image.brokers[id] else { return nil }
        return (node.endpoint(context.listener) ?? node.endpoints.first).map { (id, $0) }
    }
    func error(_ key: String) -> ErrorCode {
        switch request.keyType {
        case groupKey where !context.allows(.describe, .group(key)): .groupAuthorizationFailed
        case transactionKey where !context.allows(.describe, .transactionalId(key)): .transactionalIdAuthorizationFailed
        case shareKey where !context.allows(.clusterAction, .cluster): .clusterAuthorizationFailed
        default: found
        }
    }
    var response = FindCoordinatorResponse()
    func coordinator(_ key: String) -> FindCoordinatorResponse.Coordinator {
        var row = FindCoordinatorResponse.Coordinator()
        let place = place(key)
        let error = error(key) == .none && place == nil ? .coordinatorNotAvailable : error(key)
        row.key = key
        row.errorCode = error
        // What is wrong with one key, among several, is told without words.
        row.errorMessage = ""
        row.nodeId = -1
        row.port = -1
        if error == .none, let place { (row.nodeId, row.host, row.port) = (place.id, place.endpoint.host, Int32(place.endpoint.port)) }
        return row
    }
    if context.version >= 4 {
        response.coordinators = request.coordinatorKeys.map(coordinator)
    } else {
        let row = coordinator(request.key)
        response.errorCode = row.errorCode
        response.errorMessage = row.errorCode == .none ? ErrorCode.none.name : row.errorCode.message
        response.nodeId = row.nodeId
        response.host = row.host
        response.port = row.port
    }
    context.reply(response)
}
