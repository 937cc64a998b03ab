import Coordination
import KafkaClient
import KafkaProtocol
import Vocabulary

/// The tree of a metadata image as Kafka 4.3's shell lays it out: `/image` and what is below, and `/local`.
struct MetadataTree {
    let metadata: LoadedMetadata

    private var image: MetadataImage { metadata.image }

    var root: MetadataNode {
        .directory([
            "local": { .directory(["version": { .leaf(Version.kafka) }, "commitId": { .leaf(Version.kafkaCommit) }]) },
            "image": { imageNode },
        ])
    }

    private var imageNode: MetadataNode {
        .directory([
            "provenance": { provenance }, "features": { features }, "cluster": { cluster }, "topics": { topics }, "configs": { configs },
            "clientQuotas": { quotas }, "producerIds": { .directory(["nextProducerId": { .leaf("\(nextProducerId)") }]) },
            "acls": {
                .directory([
                    "byId": { .directory(image.acls, name: \.description, key: { Uuid($0) }, node: { .leaf(MetadataTexts.text($0)) }) }
                ])
            },
            "scram": { .directory(Dictionary(uniqueKeysWithValues: ScramMechanism.allCases.map { mechanism in (mechanism.name, { scram(mechanism) }) })) },
            "delegationToken": { .directory(image.delegationTokens, node: { .leaf(MetadataTexts.text($0)) }) },
        ])
    }

    private var provenance: MetadataNode {
        .leaf("offset \(metadata.lastOffset), epoch \(metadata.lastEpoch), time \(MetadataTexts.zonedTime(metadata.lastTimestamp))")
    }

    /// The first id that no block holds; -1 before the first block.
    private var nextProducerId: Int64 { image.nextProducerId > 0 ? image.nextProducerId : -1 }

    private static let finalized = "finalized_"

    private var features: MetadataNode {
        let levels = image.features.filter { $0.key != FeatureName.metadataVersion }
        let version = image.features[FeatureName.metadataVersion].map { level in "Optional[\(KafkaRelease.of(level: level)?.name ?? "\(level)")]" }
        return .directory(
            .init(
                names: { ["metadataVersion"] + levels.keys.map { Self.finalized + $0 } },
                child: { name in
                    if name == "metadataVersion" { return .leaf(version ?? "Optional.empty") }
                    return name.hasPrefix(Self.finalized) ? .leaf("\(levels[String(name.dropFirst(Self.finalized.count))] ?? 0)") : nil
                }))
    }

    private var cluster: MetadataNode {
        .directory([
            "brokers": { .directory(image.brokers, name: \.description, key: { Int32(java: $0) }, node: { .leaf(MetadataTexts.text($0)) }) },
            "controllers": { .directory(image.controllers, name: \.description, key: { Int32(java: $0) }, node: { .leaf(MetadataTexts.text($0)) }) },
        ])
    }

    private var topics: MetadataNode {
        .directory([
            "byName": { .directory(image.topicsByName, node: Self.topic) },
            "byId": {
                .directory(
                    .init(
                        names: { image.topicNames.keys.map(\.description) }, child: { name in Uuid(name).flatMap { image.topic($0) }.map(Self.topic) }))
            },
        ])
    }

    private static func topic(_ topic: TopicImage) -> MetadataNode {
        .directory(
            .init(
                names: { ["name", "id"] + topic.partitions.indices.map(\.description) },
                child: { name in
                    switch name {
                    case "name": .leaf(topic.name)
                    case "id": .leaf("\(topic.id)")
                    default: Int32(java: name).flatMap(topic.partition).map { .leaf(MetadataTexts.text($0)) }
                    }
                }))
    }

    private var configs: MetadataNode {
        let named = Dictionary(image.configs.map { (MetadataTexts.name(of: $0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        return .directory(named) { values in .directory(values) { .leaf($0) } }
    }

    private var quotas: MetadataNode {
        let named = Dictionary(image.quotas.map { (MetadataTexts.name(of: $0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        return .directory(named) { values in .directory(values) { .leaf(JavaNumber.text($0)) } }
    }

    private func scram(_ mechanism: ScramMechanism) -> MetadataNode {
        let users = image.scramCredentials.filter { $0.key.mechanism == mechanism.rawValue }
        return .directory(Dictionary(users.map { ($0.key.user, $0.value) }, uniquingKeysWith: { first, _ in first })) { .leaf(MetadataTexts.text($0)) }
    }
}
