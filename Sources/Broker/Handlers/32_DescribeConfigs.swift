import Coordination
import KafkaProtocol
import Vocabulary

// DescribeConfigs, versions 1 to 4. 1: sources and synonyms. 3: types and documentation, where it is asked for. 4: flexible.

func handleDescribeConfigs(_ broker: Broker, _ request: DescribeConfigsRequest, _ context: RequestContext) {
    let view = ConfigView(image: broker.metadata.image, brokerId: broker.settings.nodeId, properties: broker.settings.shownProperties)
    // A kind that does not exist fails the request.
    guard request.resources.allSatisfy({ ConfigResource.Kind(rawValue: $0.resourceType) != nil }) else {
        return context.refuse(request, .invalidRequest)
    }
    var response = DescribeConfigsResponse()
    var seen: Set<String> = []
    let inherited = request.resources.contains { $0.resourceType == ConfigResource.Kind.topic.rawValue } ? view.inheritedTopicEntries() : []
    // A resource that is asked for twice is answered once.
    for resource in request.resources where seen.insert("\(resource.resourceType) \(resource.resourceName)").inserted {
        var result = DescribeConfigsResponse.DescribeConfigsResult()
        result.resourceType = resource.resourceType
        result.resourceName = resource.resourceName
        guard context.mayDescribeConfigs(resource.resourceType, resource.resourceName) else {
            result.errorCode = context.denialOfConfigs(resource.resourceType)
            result.errorMessage = result.errorCode.message
            response.results.append(result)
            continue
        }
        do throws(ControllerError) {
            // No keys asked for means all, as null does.
            let wanted = resource.configurationKeys.flatMap { $0.isEmpty ? nil : Set($0) }
            let table = request.includeDocumentation ? documentedTable(resource) : nil
            for entry in try entries(resource, view, broker, inherited) where wanted?.contains(entry.name) ?? true {
                var row = row(entry, withSynonyms: request.includeSynonyms)
                row.documentation = table?.documentation(of: entry.name)
                result.configs.append(row)
            }
        } catch {
            result.errorCode = error.code
            result.errorMessage = error.message ?? ""
        }
        response.results.append(result)
    }
    context.reply(response)
}

private func entries(
    _ resource: DescribeConfigsRequest.DescribeConfigsResource, _ view: ConfigView, _ broker: Broker, _ inherited: [ConfigEntry]
) throws(ControllerError) -> [ConfigEntry] {
    let name = resource.resourceName
    switch ConfigResource.Kind(rawValue: resource.resourceType) {
    case .topic:
        if let problem = TopicName.problem(name) { throw ControllerError(.invalidTopicException, problem) }
        if view.image.topic(name) == nil { throw ControllerError(.unknownTopicOrPartition) }
        return ConfigView.topicEntries(view.image.config(of: .topic(name)), over: inherited)
    case .broker:
        if name.isEmpty { return view.brokerDefaultEntries() }
        try checkBroker(name, broker, expected: " or empty string,")
        return view.brokerEntries()
    case .brokerLogger:
        if name.isEmpty { throw ControllerError(.invalidRequest, "Broker id must not be empty") }
        try checkBroker(name, broker, expected: "")
        // This broker has no loggers by name.
        return []
    case .group:
        if name.isEmpty { throw ControllerError(.invalidRequest, "Group name must not be empty") }
        return view.groupEntries(name)
    case .clientMetrics:
        if name.isEmpty { throw ControllerError(.invalidRequest, "Client metrics subscription name must not be empty") }
        return view.clientMetricsEntries(name)
    case nil: throw ControllerError(.invalidRequest, ErrorCode.invalidRequest.message)
    }
}

/// Where the keys of a resource are explained.
private func documentedTable(_ resource: DescribeConfigsRequest.DescribeConfigsResource) -> ConfigTable? {
    switch ConfigResource.Kind(rawValue: resource.resourceType) {
    case .topic: .topic
    case .broker: .broker
    case .group: .group
    case .clientMetrics: .clientMetrics
    case .brokerLogger, nil: nil
    }
}

private func checkBroker(_ name: String, _ broker: Broker, expected: String) throws(ControllerError) {
    guard let id = Int32(name) else { throw ControllerError(.invalidRequest, "Broker id must be an integer, but it is: \(name)") }
    if id != broker.settings.nodeId {
        throw ControllerError(.invalidRequest, "Unexpected broker id, expected \(broker.settings.nodeId)\(expected) but received \(name)")
    }
}

private func row(_ entry: ConfigEntry, withSynonyms: Bool) -> DescribeConfigsResponse.DescribeConfigsResult.DescribeConfigsResourceResult {
    typealias Row = DescribeConfigsResponse.DescribeConfigsResult.DescribeConfigsResourceResult
    var row = Row()
    row.name = entry.name
    row.value = entry.isSensitive ? nil : entry.value
    row.readOnly = entry.isReadOnly
    row.configSource = entry.source.rawValue
    row.isSensitive = entry.isSensitive
    row.configType = entry.kind?.rawValue ?? 0
    guard withSynonyms else { return row }
    row.synonyms = entry.synonyms.map { synonym in
        var form = Row.DescribeConfigsSynonym()
        form.name = synonym.name
        form.value = entry.isSensitive ? nil : synonym.value
        form.source = synonym.source.rawValue
        return form
    }
    return row
}

extension BrokerSettings {
    /// The properties, and those that a Kafka broker could not have been started without.
    var shownProperties: [String: String] {
        let addresses = endpoints.map { "\($0.listener)://\($0.address)" }.joined(separator: ",")
        let implied = [
            "node.id": String(nodeId), "process.roles": "broker,controller", "log.dirs": dataDirectories.joined(separator: ","), "listeners": addresses,
            "advertised.listeners": addresses,
        ]
        return implied.merging(properties) { _, given in given }
    }
}
