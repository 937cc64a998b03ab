import KafkaProtocol

// Nodes and what they speak: DescribeCluster, UnregisterBroker, ApiVersions.
extension Admin {
    /// A node as DescribeCluster shows it.
    public typealias ClusterNode = DescribeClusterResponse.DescribeClusterBroker

    /// The cluster's nodes, ascending: the brokers, or the controllers for a client of controllers.
    /// - Parameter fenced: brokers that are fenced as well (Kafka 4.0 and later).
    public func describeCluster(fenced: Bool = false) throws(ClientError) -> [ClusterNode] {
        var request = DescribeClusterRequest()
        request.endpointType = sender.core.config.asksControllers ? 2 : 1
        request.includeFencedBrokers = fenced
        var options = options("describeCluster")
        if fenced { options.versions = 2...2 } else if request.endpointType == 2 { options.versions = 1...DescribeClusterRequest.versions.upperBound }
        let response = try sender.send(request, to: .any, options: options)
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        return response.brokers.sorted { $0.brokerId < $1.brokerId }
    }

    /// Removes a broker's registration from the metadata (KIP-631).
    public func unregisterBroker(_ id: Int32) throws(ClientError) {
        var request = UnregisterBrokerRequest()
        request.brokerId = id
        let response = try sender.send(request, to: .any, options: options("unregisterBroker"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
    }

    /// What each of the brokers speaks.
    public func apiVersions(of brokers: [Int32]) -> [Int32: Result<[ApiVersionsResponse.ApiVersion], ClientError>] {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "ottla"
        request.clientSoftwareVersion = "0"
        let answers = sender.sendAll(brokers.map { Call(request, to: .node($0)) }, options: options("apiVersions"))
        var results: [Int32: Result<[ApiVersionsResponse.ApiVersion], ClientError>] = [:]
        for (broker, answer) in zip(brokers, answers) {
            results[broker] = answer.flatMap { response in response.errorCode.failure().map { .failure($0) } ?? .success(response.apiKeys) }
        }
        return results
    }
}
