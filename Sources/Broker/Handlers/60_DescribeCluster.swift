import Coordination
import KafkaProtocol
import Security

// DescribeCluster, versions 0 to 2. 1: brokers or controllers (KIP-919). 2: fenced brokers.

func handleDescribeCluster(_ broker: Broker, _ request: DescribeClusterRequest, _ context: RequestContext) {
    if request.endpointType != 1 {
        let isController = request.endpointType == 2
        return context.refuse(
            request, isController ? .mismatchedEndpointType : .unsupportedEndpointType,
            message: isController
                ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                : "Unsupported endpoint type \(request.endpointType)")
    }
    var response = DescribeClusterResponse()
    response.clusterId = broker.metadata.clusterId
    response.controllerId = broker.metadata.controllerId
    if request.includeClusterAuthorizedOperations { response.clusterAuthorizedOperations = context.authorizedOperations(on: .cluster) }
    for registered in broker.metadata.image.sortedBrokers where !registered.isFenced || request.includeFencedBrokers {
        guard let endpoint = registered.endpoint(context.listener) ?? registered.endpoints.first else { continue }
        var row = DescribeClusterResponse.DescribeClusterBroker()
        row.brokerId = registered.id
        row.host = endpoint.host
        row.port = Int32(endpoint.port)
        row.rack = registered.rack
        row.isFenced = registered.isFenced
        response.brokers.append(row)
    }
    context.reply(response)
}
