import KafkaProtocol
import Security

// FindCoordinator, versions 0 to 6. 1: key type. 3: flexible. 4: several keys at once (KIP-699). 5: no change for groups. 6: share groups (KIP-932).
// A single node coordinates everything. The first question about a group creates `__consumer_offsets`, the first about a transactional id `__transaction_state`.

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
    let endpoint = broker.settings.endpoints.first { $0.listener == context.listener } ?? broker.settings.endpoints.first
    let general = found == .none && endpoint == nil ? .coordinatorNotAvailable : found
    func error(_ key: String) -> ErrorCode {
        switch request.keyType {
        case groupKey where !context.allows(.describe, .group(key)): .groupAuthorizationFailed
        case transactionKey where !context.allows(.describe, .transactionalId(key)): .transactionalIdAuthorizationFailed
        case shareKey where !context.allows(.clusterAction, .cluster): .clusterAuthorizationFailed
        default: general
        }
    }
    var response = FindCoordinatorResponse()
    func coordinator(_ key: String) -> FindCoordinatorResponse.Coordinator {
        var row = FindCoordinatorResponse.Coordinator()
        let error = error(key)
        row.key = key
        row.errorCode = error
        // What is wrong with one key, among several, is told without words.
        row.errorMessage = ""
        row.nodeId = error == .none ? broker.settings.nodeId : -1
        row.host = error == .none ? endpoint?.host ?? "" : ""
        row.port = error == .none ? endpoint.map { Int32($0.port) } ?? -1 : -1
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
