import KafkaProtocol
import Vocabulary

extension ConfigResource {
    /// Settings of one broker are known to it alone.
    var target: Target {
        if kind == .broker || kind == .brokerLogger, let id = Int32(name) { return .node(id) }
        return .any
    }
}

/// One setting of a resource, as the broker describes it.
public typealias ConfigEntry = DescribeConfigsResponse.DescribeConfigsResult.DescribeConfigsResourceResult

/// Where a setting comes from (`ConfigEntry.configSource`).
public enum ConfigSource: Int8, Sendable {
    case unknown = 0
    case dynamicTopic = 1
    case dynamicBroker = 2
    case dynamicDefaultBroker = 3
    case staticBroker = 4
    case builtInDefault = 5
    case dynamicBrokerLogger = 6
    case dynamicClientMetrics = 7
    case dynamicGroup = 8

    /// Kafka's name, such as `DYNAMIC_TOPIC_CONFIG`.
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .dynamicTopic: "DYNAMIC_TOPIC_CONFIG"
        case .dynamicBroker: "DYNAMIC_BROKER_CONFIG"
        case .dynamicDefaultBroker: "DYNAMIC_DEFAULT_BROKER_CONFIG"
        case .staticBroker: "STATIC_BROKER_CONFIG"
        case .builtInDefault: "DEFAULT_CONFIG"
        case .dynamicBrokerLogger: "DYNAMIC_BROKER_LOGGER_CONFIG"
        case .dynamicClientMetrics: "DYNAMIC_CLIENT_METRICS_CONFIG"
        case .dynamicGroup: "DYNAMIC_GROUP_CONFIG"
        }
    }
}

extension Admin {
    /// The settings of each resource, in the broker's order.
    public func describeConfigs(
        _ resources: [ConfigResource], includesSynonyms: Bool = false, includesDocumentation: Bool = false
    ) throws(ClientError) -> [ConfigResource: Result<[ConfigEntry], ClientError>] {
        let parts = Dictionary(grouping: resources, by: \.target).map { ($0.key, $0.value) }
        let answers = sender.perform(
            parts.map(\.0), options: options("describeConfigs"),
            build: { _, index in
                var request = DescribeConfigsRequest()
                request.includeSynonyms = includesSynonyms
                request.includeDocumentation = includesDocumentation
                request.resources = parts[index].1.map { resource in
                    var wire = DescribeConfigsRequest.DescribeConfigsResource()
                    wire.resourceType = resource.kind.rawValue
                    wire.resourceName = resource.name
                    wire.configurationKeys = nil
                    return wire
                }
                return request
            }, retryCode: nil)
        var results: [ConfigResource: Result<[ConfigEntry], ClientError>] = [:]
        for (answer, part) in zip(answers, parts) {
            switch answer {
            case .failure(let error): for resource in part.1 { results[resource] = .failure(error) }
            case .success(let response):
                for result in response.results {
                    guard let kind = ConfigResource.Kind(rawValue: result.resourceType) else { continue }
                    results[ConfigResource(kind, result.resourceName)] =
                        result.errorCode.failure(result.errorMessage).map { .failure($0) } ?? .success(result.configs)
                }
            }
        }
        return results
    }
}
