import KafkaProtocol

extension UpdateFeaturesRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<UpdateFeaturesResponse> {
        controller.updateFeatures(self, version: state.version, image: state.image)
    }
}

/// Lowers and raises the cluster's finalized feature levels (KIP-584, KIP-778). The texts are Kafka's.
extension Controller {
    /// One update that cannot be done refuses all of them.
    func updateFeatures(_ request: UpdateFeaturesRequest, version: Int16, image: MetadataImage) -> Decision<UpdateFeaturesResponse> {
        var response = UpdateFeaturesResponse()
        response.errorMessage = nil
        var records: [MetadataRecord] = []
        for update in request.featureUpdates {
            if let reason = refusal(of: update, version: version, image: image) {
                response.errorCode = .invalidUpdateVersion
                response.errorMessage = "The update failed for all features since the following feature had an error: \(reason)"
                return Decision(response)
            }
            if update.feature == FeatureName.eligibleLeaderReplicas, update.maxVersionLevel > 0 { records += safetyRecords(image) }
            records.append(.feature(update.feature, update.maxVersionLevel))
        }
        if version <= 1 {
            response.results = request.featureUpdates.map { update in
                var row = UpdateFeaturesResponse.UpdatableFeatureResult()
                row.feature = update.feature
                row.errorMessage = nil
                return row
            }
        }
        return Decision(request.validateOnly ? [] : records, response)
    }

    private func refusal(of update: UpdateFeaturesRequest.FeatureUpdateKey, version: Int16, image: MetadataImage) -> String? {
        let (name, level) = (update.feature, update.maxVersionLevel)
        func invalid(_ reason: String) -> String { "Invalid update version \(level) for feature \(name). \(reason)" }
        guard let direction = Direction(update, version: version) else { return invalid("The controller does not support the given upgrade type.") }
        if level < 0 { return invalid("A feature version cannot be less than 0.") }
        for (what, supported) in [("Local controller \(nodeId)", FeatureName.supported)] + brokers(image) {
            let levels = supported[name] ?? 0...0
            if levels.contains(level) { continue }
            return invalid(
                levels.upperBound == 0 ? "\(what) does not support this feature." : "\(what) only supports versions \(levels.lowerBound)-\(levels.upperBound)")
        }
        if name == FeatureName.kraft { return invalid("The voters of this node's quorum are fixed.") }
        let current = image.features[name] ?? 0
        if level < current, direction == .up {
            return invalid("Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.")
        }
        if level > current, direction != .up { return invalid("Can't downgrade to a newer version.") }
        guard name == FeatureName.metadataVersion, level < current else { return nil }
        // What some level brought into the records would be lost below it.
        guard Self.levelsThatChangedRecords.contains(where: { $0 > level && $0 <= current }) else { return nil }
        let reason =
            direction == .downUnsafely
            ? "Unsafe metadata downgrade is not supported in this version."
            : "Refusing to perform the requested downgrade because it might delete metadata information."
        return "Unsupported metadata.version downgrade from \(current) to \(level). \(reason)"
    }

    /// Of `metadata.version`, those that brought records or fields.
    private static let levelsThatChangedRecords: Set<Int16> = [7, 8, 11, 13, 14, 15, 17, 23, 30]

    private enum Direction {
        case up, downSafely, downUnsafely

        init?(_ update: UpdateFeaturesRequest.FeatureUpdateKey, version: Int16) {
            if version == 0 {
                self = update.allowDowngrade ? .downSafely : .up
                return
            }
            switch update.upgradeType {
            case 1: self = .up
            case 2: self = .downSafely
            case 3: self = .downUnsafely
            default: return nil
            }
        }
    }

    private func brokers(_ image: MetadataImage) -> [(String, [String: ClosedRange<Int16>])] {
        image.brokers.values.sorted { $0.id < $1.id }.map { ("Broker \($0.id)", $0.features) }
    }

    /// Eligible leader replicas count on one minimum of replicas in sync for the whole cluster (KIP-966).
    private func safetyRecords(_ image: MetadataImage) -> [MetadataRecord] {
        var records: [MetadataRecord] = []
        if image.configs[.brokerDefault]?[ConfigName.minInsyncReplicas] == nil {
            records.append(.config(.brokerDefault, ConfigName.minInsyncReplicas, properties[ConfigName.minInsyncReplicas] ?? "1"))
        }
        for broker in image.brokers.keys.sorted() where image.configs[.broker(broker)]?[ConfigName.minInsyncReplicas] != nil {
            records.append(.config(.broker(broker), ConfigName.minInsyncReplicas, nil))
        }
        return records
    }
}
