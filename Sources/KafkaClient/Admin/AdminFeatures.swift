import KafkaProtocol

/// The features of a cluster (KIP-584): what a node supports, and the levels that are finalized.
public struct FeatureLevels: Sendable, Equatable {
    /// Lowest and highest supported level by name.
    public let supported: [String: ClosedRange<Int16>]
    /// Finalized level by name; a feature that is not finalized is left out.
    public let finalized: [String: Int16]
    /// When the finalized levels last changed; nil when the node does not know.
    public let epoch: Int64?
}

/// How a feature's level is to be changed.
public enum FeatureChange: Int8, Sendable {
    case upgrade = 1
    /// Only if no metadata is lost.
    case safeDowngrade = 2
    case unsafeDowngrade = 3
}

// Features: ApiVersions and UpdateFeatures.
extension Admin {
    /// The features as a node tells them.
    /// - Parameter node: nil for any.
    public func describeFeatures(node: Int32? = nil) throws(ClientError) -> FeatureLevels {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "ottla"
        request.clientSoftwareVersion = "0"
        var options = options("describeFeatures")
        // Features are told from version 3 on; version 4 also tells those whose lowest level is 0.
        options.versions = 3...4
        let response = try sender.send(request, to: node.map { .node($0) } ?? .any, options: options)
        if let failure = response.errorCode.failure() { throw failure }
        let supported = response.supportedFeatures.map { ($0.name, $0.minVersion...max($0.minVersion, $0.maxVersion)) }
        return FeatureLevels(
            supported: Dictionary(supported) { $1 }, finalized: Dictionary(response.finalizedFeatures.map { ($0.name, $0.maxVersionLevel) }) { $1 },
            epoch: response.finalizedFeaturesEpoch < 0 ? nil : response.finalizedFeaturesEpoch)
    }

    /// Changes levels, all or none; returns what failed, by feature.
    public func updateFeatures(
        _ levels: [String: Int16], _ change: FeatureChange, validateOnly: Bool = false
    ) throws(ClientError) -> [String: ClientError] {
        var request = UpdateFeaturesRequest()
        request.timeoutMs = brokerTimeoutMs
        request.validateOnly = validateOnly
        request.featureUpdates = levels.sorted { $0.key < $1.key }.map { name, level in
            var update = UpdateFeaturesRequest.FeatureUpdateKey()
            update.feature = name
            update.maxVersionLevel = level
            update.upgradeType = change.rawValue
            update.allowDowngrade = change != .upgrade
            return update
        }
        var options = options("updateFeatures")
        // Version 0 cannot only validate.
        if validateOnly { options.versions = 1...UpdateFeaturesRequest.versions.upperBound }
        let response = try sender.send(request, to: .controller, options: options)
        if let failure = response.errorCode.failure(response.errorMessage) {
            return levels.mapValues { _ in failure }
        }
        return Self.failures(response.results) { ($0.feature, $0.errorCode, $0.errorMessage) }
    }
}
