import KafkaProtocol
import Vocabulary

/// Something that has configuration.
public struct ConfigResource: Hashable, Sendable {
    /// The protocol's numbers.
    public enum Kind: Int8, Sendable {
        case topic = 2
        case broker = 4
        case brokerLogger = 8
        case clientMetrics = 16
        case group = 32
    }

    public let kind: Kind
    /// A topic's or group's name, a broker's id; empty for the default of all brokers.
    public let name: String

    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

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
        case .dynamicGroup: "GROUP_CONFIG"
        }
    }
}

/// A change of one setting.
public struct ConfigChange: Sendable {
    /// The protocol's numbers.
    public enum Operation: Int8, Sendable {
        case set = 0
        case delete = 1
        case append = 2
        case subtract = 3
    }

    public let name: String
    public let operation: Operation
    public let value: String?

    public init(_ name: String, _ operation: Operation, _ value: String? = nil) {
        self.name = name
        self.operation = operation
        self.value = value
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

    /// Changes settings (IncrementalAlterConfigs); returns the failures.
    public func alterConfigs(_ changes: [ConfigResource: [ConfigChange]], validateOnly: Bool = false) -> [ConfigResource: ClientError] {
        let parts = Dictionary(grouping: changes, by: \.key.target).map { ($0.key, $0.value) }
        let answers = sender.perform(
            parts.map(\.0), options: options("incrementalAlterConfigs"),
            build: { _, index in
                var request = IncrementalAlterConfigsRequest()
                request.validateOnly = validateOnly
                request.resources = parts[index].1.map { Self.wire($0.key, $0.value) }
                return request
            }, retryCode: nil)
        var failures: [ConfigResource: ClientError] = [:]
        for (answer, part) in zip(answers, parts) {
            switch answer {
            case .failure(let error): for (resource, _) in part.1 { failures[resource] = error }
            case .success(let response):
                for result in response.responses {
                    guard let kind = ConfigResource.Kind(rawValue: result.resourceType) else { continue }
                    failures[ConfigResource(kind, result.resourceName)] = result.errorCode.failure(result.errorMessage)
                }
            }
        }
        return failures
    }

    private static func wire(_ resource: ConfigResource, _ changes: [ConfigChange]) -> IncrementalAlterConfigsRequest.AlterConfigsResource {
        var wire = IncrementalAlterConfigsRequest.AlterConfigsResource()
        wire.resourceType = resource.kind.rawValue
        wire.resourceName = resource.name
        wire.configs = changes.map { change in
            var config = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
            config.name = change.name
            config.configOperation = change.operation.rawValue
            config.value = change.value
            return config
        }
        return wire
    }
}
