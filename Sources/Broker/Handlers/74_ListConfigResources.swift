import Coordination
import KafkaProtocol
import Vocabulary

// ListConfigResources, versions 0 and 1. 0: client metrics subscriptions only (KIP-714). 1: every kind of resource (KIP-1142); no kinds asked for means all.

func handleListConfigResources(_ broker: Broker, _ request: ListConfigResourcesRequest, _ context: RequestContext) {
    var response = ListConfigResourcesResponse()
    let asked = context.version == 0 ? [ConfigResource.Kind.clientMetrics.rawValue] : request.resourceTypes
    var kinds: Set<ConfigResource.Kind> = []
    for raw in asked {
        guard let kind = ConfigResource.Kind(rawValue: raw) else { return context.refuse(request, .unsupportedVersion) }
        kinds.insert(kind)
    }
    let image = broker.metadata.image
    let brokers = image.sortedBrokers.map { String($0.id) }
    let order: [ConfigResource.Kind] = [.group, .clientMetrics, .brokerLogger, .broker, .topic]
    for kind in order where asked.isEmpty || kinds.contains(kind) {
        let names =
            switch kind {
            case .broker, .brokerLogger: brokers
            case .topic: image.topicsByName.keys.sorted()
            case .group, .clientMetrics: image.configs.keys.filter { $0.kind == kind }.map(\.name).sorted()
            }
        response.configResources += names.map { name in
            var row = ListConfigResourcesResponse.ConfigResource()
            row.resourceName = name
            row.resourceType = kind.rawValue
            return row
        }
    }
    context.reply(response)
}
