import KafkaProtocol
import Vocabulary

/// A change of one setting (KIP-339).
public struct ConfigChange: Sendable, Hashable {
    /// What is done to the setting. The raw values are those of the protocol.
    public enum Operation: Int8, Sendable {
        case set = 0
        case delete = 1
        /// Adds to a list.
        case append = 2
        /// Takes from a list.
        case subtract = 3
    }

    public let name: String
    public let operation: Operation
    /// The new value, or the elements of the list; nil for a deletion.
    public let value: String?

    public static func set(_ name: String, _ value: String) -> ConfigChange { ConfigChange(name: name, operation: .set, value: value) }
    public static func delete(_ name: String) -> ConfigChange { ConfigChange(name: name, operation: .delete, value: nil) }
}

// Changing settings, and what has any (KIP-339, KIP-1142).
extension Admin {
    /// Changes settings of one resource, all of them or none.
    public func alterConfigs(_ resource: ConfigResource, _ changes: [ConfigChange], validateOnly: Bool = false) throws(ClientError) {
        var wire = IncrementalAlterConfigsRequest.AlterConfigsResource()
        wire.resourceType = resource.kind.rawValue
        wire.resourceName = resource.name
        wire.configs = changes.map { change in
            var config = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
            config.name = change.name
            config.configOperation = change.operation.rawValue
            config.value = change.operation == .delete ? "" : change.value
            return config
        }
        var request = IncrementalAlterConfigsRequest()
        request.resources = [wire]
        request.validateOnly = validateOnly
        // The active controller changes a broker's settings; the levels of its loggers are known to the node alone.
        let target = sender.core.config.asksControllers && resource.kind == .broker ? .any : resource.target
        let response = try sender.send(request, to: target, options: options("incrementalAlterConfigs"))
        for result in response.responses { if let failure = result.errorCode.failure(result.errorMessage) { throw failure } }
    }

    /// The resources of a kind that have settings of their own, sorted by name. Brokers before 4.1 know client metrics only.
    public func listConfigResources(_ kind: ConfigResource.Kind) throws(ClientError) -> [ConfigResource] {
        var options = options("listConfigResources")
        if kind != .clientMetrics { options.versions = 1...max(1, ListConfigResourcesRequest.versions.upperBound) }
        let response = try sender.send(to: .any, options: options) { version in
            var request = ListConfigResourcesRequest()
            if version >= 1 { request.resourceTypes = [kind.rawValue] }
            return request
        }
        if let failure = response.errorCode.failure() { throw failure }
        return response.configResources.filter { $0.resourceType == kind.rawValue }.map { ConfigResource(kind, $0.resourceName) }.sorted { $0.name < $1.name }
    }
}
