import KafkaProtocol
import Vocabulary

extension Controller {
    /// What IncrementalAlterConfigs does to one key; the raw values are those of the protocol (KIP-339).
    enum ConfigOperation: Int8 { case set = 0, delete, append, subtract }

    /// IncrementalAlterConfigs: each resource changes as a whole or not at all.
    public func incrementalAlterConfigs(
        _ request: IncrementalAlterConfigsRequest, image: MetadataImage
    ) -> Decision<IncrementalAlterConfigsResponse> {
        var response = IncrementalAlterConfigsResponse()
        var records: [MetadataRecord] = []
        let counts = Dictionary(request.resources.map { (ResourceKey($0.resourceType, $0.resourceName), 1) }, uniquingKeysWith: +)
        for resource in request.resources {
            var result = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            result.errorMessage = nil
            do throws(ControllerError) {
                try checkOnce(resource.resourceType, resource.resourceName, counts)
                try checkKeys(resource.configs.map(\.name), nulls: resource.configs.filter { $0.value == nil && $0.configOperation != 1 }.map(\.name))
                let target = try self.resource(resource.resourceType, resource.resourceName)
                let changes = try changes(of: target, by: resource.configs, image: image)
                if !request.validateOnly { records += changes }
            } catch {
                result.errorCode = error.code
                result.errorMessage = error.message
            }
            response.responses.append(result)
        }
        return Decision(records, response)
    }

    /// AlterConfigs: what a resource does not name any more goes back to its default.
    public func alterConfigs(_ request: AlterConfigsRequest, image: MetadataImage) -> Decision<AlterConfigsResponse> {
        var response = AlterConfigsResponse()
        var records: [MetadataRecord] = []
        let counts = Dictionary(request.resources.map { (ResourceKey($0.resourceType, $0.resourceName), 1) }, uniquingKeysWith: +)
        for resource in request.resources {
            var result = AlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            result.errorMessage = nil
            do throws(ControllerError) {
                try checkOnce(resource.resourceType, resource.resourceName, counts)
                try checkKeys(resource.configs.map(\.name), nulls: resource.configs.filter { $0.value == nil }.map(\.name))
                let target = try self.resource(resource.resourceType, resource.resourceName)
                // Loggers came after this request had been superseded.
                if target.kind == .brokerLogger { throw Self.unknownKind(resource.resourceType) }
                let texts = Dictionary(resource.configs.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { _, last in last })
                let changes = try changes(of: target, to: texts, image: image)
                if !request.validateOnly { records += changes }
            } catch {
                result.errorCode = error.code
                result.errorMessage = error.message
            }
            response.responses.append(result)
        }
        return Decision(records, response)
    }

    private struct ResourceKey: Hashable {
        var type: Int8
        var name: String

        init(_ type: Int8, _ name: String) {
            self.type = type
            self.name = name
        }
    }

    private func checkOnce(_ type: Int8, _ name: String, _ counts: [ResourceKey: Int]) throws(ControllerError) {
        if counts[ResourceKey(type, name)] ?? 0 > 1 { throw ControllerError(.invalidRequest, "Each resource must appear at most once.") }
    }

    private func resource(_ type: Int8, _ name: String) throws(ControllerError) -> ConfigResource {
        guard let kind = ConfigResource.Kind(rawValue: type) else { throw Self.unknownKind(type) }
        return ConfigResource(kind, name)
    }

    private static func unknownKind(_ type: Int8) -> ControllerError { ControllerError(.invalidRequest, "Unknown resource type \(type)") }

    private func checkKeys(_ names: [String], nulls: [String]) throws(ControllerError) {
        if Set(names).count != names.count { throw ControllerError(.invalidRequest, "Error due to duplicate config keys") }
        if !nulls.isEmpty { throw ControllerError(.invalidRequest, "Null value not supported for : \(nulls.joined(separator: ", "))") }
    }

    private typealias Change = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig

    private func changes(of resource: ConfigResource, by configs: [Change], image: MetadataImage) throws(ControllerError) -> [MetadataRecord] {
        if resource.kind == .brokerLogger {
            try checkLoggers(resource.name, configs, image: image)
            return []
        }
        if resource.kind == .broker && !resource.name.isEmpty { try BrokerConfigRules(view(image)).checkId(resource.name) }
        var texts = image.config(of: resource)
        for config in configs { try apply(config, to: &texts, of: resource, image: image) }
        return try changes(of: resource, to: texts, image: image)
    }

    /// This broker has no loggers by name.
    private func checkLoggers(_ name: String, _ configs: [Change], image: MetadataImage) throws(ControllerError) {
        guard let id = Int32(name) else { throw ControllerError(.invalidRequest, "Node id must be an integer, but it is: \(name)") }
        let expected = view(image).brokerId
        if id != expected { throw ControllerError(.invalidRequest, "Unexpected node id. Expected \(expected), but received \(id)") }
        guard let first = configs.first else { return }
        let what: String
        switch ConfigOperation(rawValue: first.configOperation) {
        case .set, .delete: throw ControllerError(.invalidConfig, "Logger \(first.name) does not exist!")
        case .append: what = "APPEND operation"
        case .subtract: what = "SUBTRACT operation"
        case nil: what = "Unknown operation type \(first.configOperation)"
        }
        throw ControllerError(.invalidRequest, "\(what) is not allowed for the BROKER_LOGGER resource")
    }

    private func apply(
        _ config: Change, to texts: inout [String: String], of resource: ConfigResource,
        image: MetadataImage
    ) throws(ControllerError) {
        guard let operation = ConfigOperation(rawValue: config.configOperation) else {
            // Where a broker does not look itself, Kafka answers with its general error.
            guard resource.kind == .broker else { throw ControllerError(.unknownServerError) }
            throw ControllerError(.invalidRequest, "Unknown operations type \(config.configOperation)")
        }
        switch operation {
        case .set: texts[config.name] = config.value
        case .delete: texts[config.name] = nil
        case .append, .subtract:
            guard Self.key(config.name, of: resource.kind)?.kind == .list else {
                let word = operation == .append ? "APPEND" : "SUBTRACT"
                throw ControllerError(.invalidConfig, "Can't \(word) to key \(config.name) because its type is not LIST.")
            }
            var entries = ConfigValue.entries(of: texts[config.name] ?? inherited(config.name, of: resource, image: image))
            // As in Kafka, white space around what is added or removed counts.
            for entry in (config.value ?? "").split(separator: ",").map(String.init) {
                if operation == .subtract { entries.removeAll { $0 == entry } } else if !entries.contains(entry) { entries.append(entry) }
            }
            texts[config.name] = entries.joined(separator: ",")
        }
    }

    private static func key(_ name: String, of kind: ConfigResource.Kind) -> ConfigKey? {
        switch kind {
        case .topic: ConfigTable.topic[name]
        case .broker: ConfigView.brokerKey(name)
        case .group: ConfigTable.group[name]
        case .clientMetrics: ConfigTable.clientMetrics[name]
        case .brokerLogger: nil
        }
    }

    /// What a list stands at before a resource sets it itself.
    private func inherited(_ name: String, of resource: ConfigResource, image: MetadataImage) -> String {
        let config = view(image)
        switch resource.kind {
        case .topic: return config.topic(texts: [:])[name].text ?? ""
        case .broker: return config.broker(name).text ?? ""
        default: return ""
        }
    }

    /// The records that turn a resource's texts into others, once these are found valid.
    private func changes(of resource: ConfigResource, to texts: [String: String], image: MetadataImage) throws(ControllerError) -> [MetadataRecord] {
        let old = image.config(of: resource)
        try validate(resource, from: old, to: texts, image: image)
        let names = Set(old.keys).union(texts.keys).sorted().filter { old[$0] != texts[$0] }
        var records = names.map { MetadataRecord.config(resource, $0, texts[$0]) }
        if image.isElrEnabled && names.contains(ConfigName.minInsyncReplicas) {
            if resource.kind == .topic { records.append(.clearElr(resource.name)) }
            if resource == .brokerDefault { records.append(.clearElr("")) }
        }
        return records
    }

    private func validate(
        _ resource: ConfigResource, from old: [String: String], to texts: [String: String], image: MetadataImage
    ) throws(ControllerError) {
        switch resource.kind {
        case .topic: try validateTopic(resource.name, texts, image: image)
        case .broker: try BrokerConfigRules(view(image)).check(resource.name, from: old, to: texts)
        case .group: try GroupConfigRules(view(image)).check(resource.name, texts)
        case .clientMetrics: try ClientMetricsRules.check(resource.name, texts)
        case .brokerLogger: break
        }
    }

    private func validateTopic(_ name: String, _ texts: [String: String], image: MetadataImage) throws(ControllerError) {
        if name.isEmpty { throw ControllerError(.invalidRequest, "Default topic resources are not allowed.") }
        if let problem = TopicName.problem(name) { throw ControllerError(.invalidTopicException, problem) }
        if image.topic(name) == nil { throw ControllerError(.unknownTopicOrPartition, "The topic '\(name)' does not exist.") }
        do throws(ConfigError) {
            try TopicConfig.validate(texts, brokerText: view(image).brokerText)
        } catch {
            throw ControllerError(.invalidConfig, error.message)
        }
    }
}
