import KafkaProtocol
import Vocabulary

/// Something in a cluster's metadata for which this broker must not be one of its brokers: it would break a promise that the cluster has made.
public struct JoinObstacle: Sendable, Equatable {
    public enum Kind: Sendable, Hashable { case feature, accessControl, quotas, credentials, delegationTokens, configuration, listener }

    public let kind: Kind
    /// Names the thing and what lets the broker in; a line for the operator.
    public let text: String
}

/// What a cluster may hold for this broker to join it and to stay. Asked with images up to the high watermark: before a start has caught up, an image may still
/// show what the log takes back later.
public struct JoinRules: Sendable {
    public var nodeId: Int32
    /// The listener at which brokers reach one another (`inter.broker.listener.name`), in capitals.
    public var interBrokerListener: String
    /// The first of `controller.listener.names`, in capitals.
    public var controllerListener: String
    public var features: [String: ClosedRange<Int16>]

    public init(
        nodeId: Int32, interBrokerListener: String, controllerListener: String, features: [String: ClosedRange<Int16>] = FeatureName.supported
    ) {
        self.nodeId = nodeId
        self.interBrokerListener = interBrokerListener
        self.controllerListener = controllerListener
        self.features = features
    }

    /// Everything that keeps this broker out, in a fixed order; empty when it may join.
    public func obstacles(in image: MetadataImage) -> [JoinObstacle] {
        Self.unserved(image.features, features) + accessControl(image) + quotas(image) + credentials(image) + delegationTokens(image)
            + configurations(image)
            + listeners(image)
    }

    // MARK: Features

    /// Finalized levels that are not served, by name.
    static func unserved(_ finalized: [String: Int16], _ served: [String: ClosedRange<Int16>]) -> [JoinObstacle] {
        finalized.sorted { $0.key < $1.key }.compactMap { name, level in
            let levels = served[name] ?? 0...0
            if level == 0 || levels.contains(level) { return nil }
            if level < levels.lowerBound {
                let raise = "kafka-features --bootstrap-server HOST:PORT upgrade --feature \(name)=\(levels.lowerBound)"
                return JoinObstacle(
                    kind: .feature, text: "the cluster finalized \(name) \(level), and this broker serves it from \(levels.lowerBound) on: `\(raise)`")
            }
            let what = levels.upperBound == 0 ? "which this broker does not serve" : "and this broker serves it up to \(levels.upperBound)"
            let lower = "kafka-features --bootstrap-server HOST:PORT downgrade --feature \(name)=\(levels.upperBound)"
            return JoinObstacle(kind: .feature, text: "the cluster finalized \(name) \(level), \(what): `\(lower)` lets it in")
        }
    }

    // MARK: What is not enforced

    private func accessControl(_ image: MetadataImage) -> [JoinObstacle] {
        let entries = image.acls.sorted { $0.key < $1.key }.map { "\($0.value.principal) on \($0.value.resourceName)" }
        guard !entries.isEmpty else { return [] }
        return [
            JoinObstacle(
                kind: .accessControl,
                text: "the cluster has \(entries.count) access control entries (\(entries.shortened)), which this broker does not enforce: "
                    + "remove them with `kafka-acls --remove`, or leave the cluster to brokers that do")
        ]
    }

    private func quotas(_ image: MetadataImage) -> [JoinObstacle] {
        let entities = image.quotas.filter { !$0.value.isEmpty }.keys.map { entity in
            entity.names.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value ?? "<default>")" }.joined(separator: " ")
        }
        guard !entities.isEmpty else { return [] }
        return [
            JoinObstacle(
                kind: .quotas,
                text: "the cluster has client quotas for \(entities.sorted().shortened), which this broker does not enforce: "
                    + "remove them with `kafka-configs --alter --delete-config`")
        ]
    }

    private func credentials(_ image: MetadataImage) -> [JoinObstacle] {
        let users = Set(image.scramCredentials.keys.map(\.user)).sorted()
        guard !users.isEmpty else { return [] }
        return [
            JoinObstacle(
                kind: .credentials,
                text: "the cluster has SCRAM credentials of \(users.shortened), and this broker authenticates nobody: "
                    + "remove them with `kafka-configs --alter --delete-config` if clients need not say who they are")
        ]
    }

    private func delegationTokens(_ image: MetadataImage) -> [JoinObstacle] {
        let owners = image.delegationTokens.sorted { $0.key < $1.key }.map { "\($0.key) of \($0.value.owner)" }
        guard !owners.isEmpty else { return [] }
        return [
            JoinObstacle(
                kind: .delegationTokens,
                text:
                    "the cluster has delegation tokens (\(owners.shortened)), which this broker does not accept: let them expire with `kafka-delegation-tokens --expire`"
            )
        ]
    }

    /// Dynamic configuration that would be refused in a file, and topics that are kept in a way that is not served.
    private func configurations(_ image: MetadataImage) -> [JoinObstacle] {
        image.configs.sorted { ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name) }.flatMap { resource, texts in
            texts.sorted { $0.key < $1.key }.compactMap { name, text in configuration(resource, name, text) }
        }
    }

    private func configuration(_ resource: ConfigResource, _ name: String, _ text: String) -> JoinObstacle? {
        let key: ConfigKey?
        let owner: String
        switch resource.kind {
        case .topic: (key, owner) = (ConfigTable.topic[name], "topic \(resource.name)")
        case .broker where resource.name.isEmpty: (key, owner) = (ConfigTable.brokerKey(name), "all brokers")
        case .broker where resource.name == String(nodeId): (key, owner) = (ConfigTable.brokerKey(name), "broker \(nodeId)")
        default: return nil
        }
        guard let key, case .refused(let reason) = key.treatment, key.isChanged(by: text) else { return nil }
        let shown = key.isSensitive ? name : "\(name)=\(text)"
        return JoinObstacle(
            kind: .configuration, text: "\(shown) is set for \(owner), and \(reason): remove it with `kafka-configs --alter --delete-config \(name)`")
    }

    // MARK: Listeners

    /// Nodes that this broker could not connect to. One that is fenced now may be back at any time.
    private func listeners(_ image: MetadataImage) -> [JoinObstacle] {
        let brokers = image.sortedBrokers.filter { $0.id != nodeId }.compactMap { broker -> JoinObstacle? in
            guard let endpoint = broker.endpoint(interBrokerListener) else {
                let names = broker.endpoints.map(\.listener).joined(separator: ", ")
                return JoinObstacle(
                    kind: .listener,
                    text: "broker \(broker.id) has no listener \(interBrokerListener) (it has \(names)), at which brokers reach one another: "
                        + "set inter.broker.listener.name of this broker to the cluster's, or take a broker that is gone out with "
                        + "`kafka-cluster unregister --id \(broker.id)`")
            }
            return unreachable("broker \(broker.id)", interBrokerListener, endpoint.securityProtocol)
        }
        let controllers = image.controllers.sorted { $0.key < $1.key }.compactMap { id, controller in
            controller.endPoints.first { $0.name == controllerListener }.flatMap { unreachable("controller \(id)", controllerListener, $0.securityProtocol) }
        }
        return brokers + controllers
    }

    private func unreachable(_ node: String, _ listener: String, _ number: Int16) -> JoinObstacle? {
        guard number != 0 else { return nil }
        let spoken = Endpoint.securityProtocols.indices.contains(Int(number)) ? Endpoint.securityProtocols[Int(number)] : "protocol \(number)"
        return JoinObstacle(
            kind: .listener,
            text: "the listener \(listener) of \(node) speaks \(spoken), and this broker connects to PLAINTEXT listeners only: "
                + "give the cluster a PLAINTEXT listener for its nodes among themselves")
    }
}

extension Endpoint {
    /// Names of `securityProtocol`, by number.
    static let securityProtocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
}

extension Array where Element == String {
    /// The first three, and how many more.
    fileprivate var shortened: String { prefix(3).joined(separator: ", ") + (count > 3 ? " and \(count - 3) more" : "") }
}
