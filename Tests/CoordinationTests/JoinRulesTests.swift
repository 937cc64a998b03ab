import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

@Suite struct JoinRulesTests {
    private let rules = JoinRules(nodeId: 3, interBrokerListener: "PLAINTEXT", controllerListener: "CONTROLLER")

    private func obstacles(_ change: (inout MetadataImage) -> Void) -> [JoinObstacle] {
        var image = MetadataImage()
        image.features = [FeatureName.metadataVersion: 30, FeatureName.group: 1, FeatureName.transaction: 2, FeatureName.eligibleLeaderReplicas: 1]
        change(&image)
        return rules.obstacles(in: image)
    }

    private func broker(_ id: Int32, _ endpoints: [Endpoint]) -> BrokerImage {
        BrokerImage(
            id: id, incarnationId: .zero, epoch: 1, endpoints: endpoints, rack: nil, isFenced: true, isInControlledShutdown: false, logDirs: [],
            cordonedLogDirs: [], features: [:])
    }

    @Test func aClusterOfWhatIsServedIsJoined() {
        #expect(obstacles { $0.brokers[1] = broker(1, [Endpoint(listener: "PLAINTEXT", host: "h", port: 1)]) }.isEmpty)
        #expect(obstacles { $0.features[FeatureName.share] = 0 }.isEmpty)
    }

    @Test(arguments: [
        ("share.version", 1, "downgrade --feature share.version=0", "does not serve"),
        ("streams.version", 1, "downgrade --feature streams.version=0", "does not serve"),
        ("tomorrow.version", 4, "downgrade --feature tomorrow.version=0", "does not serve"),
        ("group.version", 2, "downgrade --feature group.version=1", "up to 1"), ("metadata.version", 31, "downgrade --feature metadata.version=30", "up to 30"),
        ("metadata.version", 6, "upgrade --feature metadata.version=7", "from 7 on"),
    ]) func aFeatureThatIsNotServedNamesItsCommand(name: String, level: Int16, command: String, reason: String) {
        let found = obstacles { $0.features[name] = level }
        #expect(found.map(\.kind) == [.feature])
        #expect(found.allSatisfy { $0.text.contains("\(name) \(level)") && $0.text.contains(command) && $0.text.contains(reason) })
    }

    @Test func whatIsNotEnforcedIsNamed() {
        let entry = obstacles { image in
            var entry = AccessControlEntryRecord()
            (entry.principal, entry.resourceName) = ("User:alice", "orders")
            image.acls[Uuid(high: 1, low: 1)] = entry
        }
        #expect(entry.map(\.kind) == [.accessControl] && entry[0].text.contains("User:alice on orders") && entry[0].text.contains("kafka-acls --remove"))
        let quota = obstacles { $0.quotas[QuotaEntity(["user": nil, "client-id": "app"])] = ["producer_byte_rate": 1] }
        #expect(quota.map(\.kind) == [.quotas] && quota[0].text.contains("client-id app user <default>"))
        #expect(obstacles { $0.quotas[QuotaEntity(["user": "a"])] = [:] }.isEmpty)
        let credentials = obstacles { image in
            for user in ["d", "c", "b", "a"] { image.scramCredentials[ScramKey(user: user, mechanism: 1)] = UserScramCredentialRecord() }
        }
        #expect(credentials.map(\.kind) == [.credentials] && credentials[0].text.contains("of a, b, c and 1 more"))
        let token = obstacles { image in
            var token = DelegationTokenRecord()
            token.owner = "User:bob"
            image.delegationTokens["t1"] = token
        }
        #expect(token.map(\.kind) == [.delegationTokens] && token[0].text.contains("t1 of User:bob"))
    }

    @Test func configurationThatWouldBeIgnoredIsNamed() {
        let tiered = obstacles { $0.configs[.topic("t")] = ["remote.storage.enable": "true"] }
        #expect(tiered.map(\.kind) == [.configuration] && tiered[0].text.contains("remote.storage.enable=true is set for topic t"))
        #expect(obstacles { $0.configs[.topic("t")] = ["remote.storage.enable": "false", "retention.ms": "1"] }.isEmpty)
        #expect(obstacles { $0.configs[.broker(3)] = ["create.topic.policy.class.name": "a.B"] }.map(\.kind) == [.configuration])
        #expect(obstacles { $0.configs[.broker(4)] = ["create.topic.policy.class.name": "a.B"] }.isEmpty, "another broker's")
    }

    @Test func nodesThatCannotBeReachedAreNamed() {
        let plain = Endpoint(listener: "PLAINTEXT", host: "h", port: 1)
        let secured = obstacles { $0.brokers[1] = broker(1, [Endpoint(listener: "PLAINTEXT", host: "h", port: 1, securityProtocol: 3)]) }
        #expect(secured.map(\.kind) == [.listener] && secured[0].text.contains("PLAINTEXT of broker 1 speaks SASL_SSL"))
        let other = obstacles { $0.brokers[2] = broker(2, [Endpoint(listener: "INTERNAL", host: "h", port: 1)]) }
        #expect(other.count == 1 && other[0].text.contains("broker 2 has no listener PLAINTEXT (it has INTERNAL)"))
        #expect(obstacles { $0.brokers[3] = broker(3, []) }.isEmpty, "itself")
        #expect(obstacles { $0.brokers[1] = broker(1, [plain, Endpoint(listener: "CLIENTS", host: "h", port: 2, securityProtocol: 1)]) }.isEmpty)
        let controller = obstacles { image in
            var endpoint = RegisterControllerRecord.ControllerEndpoint()
            (endpoint.name, endpoint.securityProtocol) = ("CONTROLLER", 1)
            var record = RegisterControllerRecord()
            record.endPoints = [endpoint]
            image.controllers[1001] = record
        }
        #expect(controller.count == 1 && controller[0].text.contains("CONTROLLER of controller 1001 speaks SSL"))
    }
}
