import KafkaProtocol
import Security
import Vocabulary

/// Whose access a resource's configuration needs: topics and groups have their own, everything else belongs to the cluster.
extension RequestContext {
    func mayAlterConfigs(_ kind: Int8, _ name: String) -> Bool { allows(.alterConfigs, owner(kind, name)) }

    func mayDescribeConfigs(_ kind: Int8, _ name: String) -> Bool { allows(.describeConfigs, owner(kind, name)) }

    func denialOfConfigs(_ kind: Int8) -> ErrorCode { owner(kind, "").type.denial }

    private func owner(_ kind: Int8, _ name: String) -> Resource {
        switch ConfigResource.Kind(rawValue: kind) {
        case .topic: .topic(name)
        case .group: .group(name)
        case .broker, .brokerLogger, .clientMetrics, nil: .cluster
        }
    }
}
