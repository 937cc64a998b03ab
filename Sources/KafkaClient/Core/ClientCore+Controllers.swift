import KafkaProtocol

// A client of the controllers themselves (`bootstrap.controllers`, KIP-919): the nodes of its metadata are the controllers.
extension ClientCore {
    /// Asks any controller for all of them and the active one.
    func askForControllers() {
        var request = DescribeClusterRequest()
        request.endpointType = 2
        var options = RequestOptions(retry: .no)
        options.call = "describeCluster"
        options.versions = 1...max(1, DescribeClusterRequest.versions.upperBound)
        submit(request, to: .any, options: options) { [unowned self] result in
            metadataInFlight = false
            do throws(ClientError) {
                let response = try result.get()
                if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
                let metadata = Self.metadata(response)
                fold(metadata, version: MetadataRequest.versions.upperBound)
                metadataArrived(metadata, asked: [], all: false)
            } catch {
                metadataFailed(error, topics: [])
            }
        }
    }

    private static func metadata(_ response: DescribeClusterResponse) -> MetadataResponse {
        var metadata = MetadataResponse()
        metadata.clusterId = response.clusterId
        metadata.controllerId = response.controllerId
        metadata.brokers = response.brokers.map { node in
            var controller = MetadataResponse.MetadataResponseBroker()
            controller.nodeId = node.brokerId
            controller.host = node.host
            controller.port = node.port
            controller.rack = node.rack
            return controller
        }
        return metadata
    }
}
