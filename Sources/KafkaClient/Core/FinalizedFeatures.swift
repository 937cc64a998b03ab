import KafkaProtocol

/// The levels of features that a cluster has agreed on (KIP-584), as brokers tell with ApiVersions.
public struct FinalizedFeatures: Sendable, Equatable {
    /// Grows with every change; -1 when no broker has told.
    public var epoch: Int64 = -1
    public var levels: [String: Int16] = [:]

    public init() {}

    init(_ response: ApiVersionsResponse) {
        epoch = response.finalizedFeaturesEpoch
        for feature in response.finalizedFeatures { levels[feature.name] = feature.maxVersionLevel }
    }
}
