import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct FeatureChangeTests {
    private func image(_ features: [String: Int16]) -> MetadataImage {
        var image = MetadataImage()
        image.features = features
        return image
    }

    private func update(
        _ name: String, to level: Int16, _ type: Int8 = 1, version: Int16 = 2, validateOnly: Bool = false, on image: MetadataImage
    ) -> (error: ErrorCode, message: String?, records: [MetadataRecord]) {
        var row = UpdateFeaturesRequest.FeatureUpdateKey()
        (row.feature, row.maxVersionLevel, row.upgradeType) = (name, level, type)
        var request = UpdateFeaturesRequest()
        request.featureUpdates = [row]
        request.validateOnly = validateOnly
        let decision = Controller(nodeId: 1).updateFeatures(request, version: version, image: image)
        return (decision.response.errorCode, decision.response.errorMessage, decision.records)
    }

    @Test func levelsAreLoweredAndRaised() {
        let image = image([FeatureName.transaction: 2])
        let lowered = update(FeatureName.transaction, to: 1, 2, on: image)
        #expect(lowered.error == .none && (lowered.records.first?.message as? FeatureLevelRecord)?.featureLevel == 1)
        #expect(update(FeatureName.transaction, to: 2, on: image).error == .none)
        #expect(update(FeatureName.transaction, to: 1, 2, validateOnly: true, on: image).records.isEmpty)
    }

    @Test(arguments: [
        ("nosuch", 1, 1, "Local controller 1 does not support this feature."),
        ("metadata.version", 1, 1, "Local controller 1 only supports versions 7-30"),
        ("transaction.version", 1, 1, "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."),
        ("group.version", 1, 2, "Can't downgrade to a newer version."),
        ("transaction.version", 1, 9, "The controller does not support the given upgrade type."),
        ("transaction.version", -1, 2, "A feature version cannot be less than 0."),
    ]) func whatCannotBeDoneIsRefusedInKafkasWords(name: String, level: Int16, type: Int8, reason: String) {
        let refused = update(name, to: level, type, on: image([FeatureName.transaction: 2, FeatureName.metadataVersion: 30]))
        #expect(refused.error == .invalidUpdateVersion && refused.records.isEmpty)
        #expect(
            refused.message
                == "The update failed for all features since the following feature had an error: Invalid update version \(level) for feature \(name). \(reason)"
        )
    }

    @Test func metadataThatWouldBeLostIsKept() {
        let image = image([FeatureName.metadataVersion: 30])
        #expect(update(FeatureName.metadataVersion, to: 29, 2, on: image).message?.contains("might delete metadata information") == true)
        #expect(update(FeatureName.metadataVersion, to: 29, 3, on: image).message?.contains("Unsafe metadata downgrade is not supported") == true)
    }
}
