import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

@Suite struct QuorumConfigTests {
    /// What `kafka-nodes properties` writes, in short.
    private static let given = [
        "process.roles": "broker", "node.id": "3", "listeners": "PLAINTEXT://127.0.0.1:9093", "advertised.listeners": "PLAINTEXT://b3:9093",
        "controller.listener.names": "CONTROLLER", "controller.quorum.bootstrap.servers": "c1:9090,[::1]:9091",
        "controller.quorum.voters": "1001@c1:9090,1002@c2:9090",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL",
    ]

    private static func config(_ changes: [String: String?] = [:]) throws -> QuorumConfig {
        var properties = given
        for (name, value) in changes { properties[name] = value }
        return try QuorumConfig(properties)
    }

    private static func refusal(_ changes: [String: String?]) -> String {
        do {
            _ = try config(changes)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func aBrokersPropertiesAreRead() throws {
        let config = try Self.config(["broker.rack": "r1", "broker.heartbeat.interval.ms": "500"])
        #expect(config.nodeId == 3 && config.rack == "r1" && config.controllerListener == "CONTROLLER" && config.interBrokerListener == "PLAINTEXT")
        #expect(config.bootstrapServers == [HostPort(host: "c1", port: 9090), HostPort(host: "::1", port: 9091)])
        #expect(config.voters == [QuorumVoter("1001@c1:9090"), QuorumVoter("1002@c2:9090")])
        #expect(config.listeners == [Endpoint(listener: "PLAINTEXT", host: "127.0.0.1", port: 9093)])
        #expect(config.advertised == [Endpoint(listener: "PLAINTEXT", host: "b3", port: 9093)])
        #expect(config.timing.heartbeatIntervalMs == 500 && config.timing.sessionTimeoutMs == 9000 && config.timing.initialRegistrationTimeoutMs == 60_000)
        #expect(config.fetchTimeoutMs == 2000 && config.requestTimeoutMs == 2000 && config.retryBackoffMs == 20)
        #expect(config.fetchMaxBytes == 1 << 20 && config.fetchSnapshotMaxBytes == 1 << 20 && config.warnings.isEmpty)
    }

    @Test func whatIsLeftOutHasKafkasDefaults() throws {
        let config = try QuorumConfig([
            "process.roles": "broker", "broker.id": "7", "controller.listener.names": "ctl", "controller.quorum.voters": "1@h:1",
        ])
        #expect(config.nodeId == 7 && config.controllerListener == "CTL" && config.voters == [QuorumVoter("1@h:1")])
        #expect(config.listeners == [Endpoint(listener: "PLAINTEXT", host: "", port: 9092)] && config.advertised == config.listeners)
    }

    @Test func theObserverIsStartedWithWhatIsConfigured() throws {
        let settings = try Self.config(["controller.quorum.fetch.timeout.ms": "700", "controller.quorum.fetch.max.bytes": "9000"])
            .observer(directoryId: Uuid(high: 1, low: 2), clusterId: "c")
        #expect(settings.nodeId == 3 && settings.clusterId == "c" && settings.directoryId == Uuid(high: 1, low: 2) && settings.listener == "CONTROLLER")
        #expect(settings.voters.map(\.id) == [1001, 1002] && settings.bootstrapServers.count == 2)
        #expect(settings.fetchTimeoutMs == 700 && settings.requestTimeoutMs == 2000 && settings.retryBackoffMs == 20)
        #expect(settings.fetchMaxBytes == 9000 && settings.fetchSnapshotMaxBytes == 1 << 20)
    }

    @Test func theRoleIsTold() {
        #expect(QuorumConfig.isBrokerOnly(["process.roles": "broker"]) && QuorumConfig.isBrokerOnly(["process.roles": " broker,broker "]))
        #expect(!QuorumConfig.isBrokerOnly(["process.roles": "broker,controller"]) && !QuorumConfig.isBrokerOnly([:]))
    }

    @Test(
        arguments: [
            (["node.id": nil], "Missing required configuration \"node.id\" which has no default value."),
            (["node.id": "-1"], "Invalid value -1 for configuration node.id: Value must be at least 0"),
            (["broker.id": "4"], "You must set `node.id` to the same value as `broker.id`."),
            (
                ["controller.quorum.voters": nil, "controller.quorum.bootstrap.servers": nil],
                "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or controller.quorum.voters must "
                    + "contain a parseable set of controllers."
            ),
            (
                ["controller.quorum.voters": "3@c1:1,1@c2:2"],
                "requirement failed: If process.roles contains just the 'broker' role, the node id 3 must not be included in the set of voters "
                    + "controller.quorum.voters=Set(1, 3)"
            ),
            (
                ["controller.quorum.voters": "c1:1"],
                "Invalid configuration value for controller.quorum.voters. Each entry should be in the form `{id}@{host}:{port}`."
            ),
            (["controller.quorum.voters": "x@c1:1"], "Failed to parse voter ID as an integer from x"),
            (["controller.quorum.voters": "1@0.0.0.0:1"], "Host string (0.0.0.0) is not routeable"),
            (
                ["controller.quorum.voters": "1@c_1!:1"],
                "Failed to parse host name from entry 1@c_1!:1 for the configuration controller.quorum.voters. Each entry should be in the form `{id}@{host}:{port}`."
            ),
            (
                ["controller.quorum.bootstrap.servers": "c1"],
                "Failed to parse host name from c1 for the configuration controller.quorum.bootstrap.servers. Each entry should be in the form \"{host}:{port}\""
            ),
            (
                ["controller.listener.names": nil],
                "requirement failed: controller.listener.names must contain at least one value when running KRaft with just the broker role"
            ),
            (
                ["listeners": "PLAINTEXT://:1,CONTROLLER://:2"],
                "requirement failed: controller.listener.names must not contain a value appearing in the 'listeners' configuration when running KRaft with just the broker "
                    + "role"
            ),
            (
                ["controller.listener.names": "ELSE"],
                "Controller listener with name ELSE defined in controller.listener.names not found in listener.security.protocol.map  (an explicit security mapping for "
                    + "each controller listener is required if listener.security.protocol.map is non-empty, or if there are security protocols other than PLAINTEXT in use)"
            ),
            (
                ["controller.quorum.auto.join.enable": "true"],
                "requirement failed: controller.quorum.auto.join.enable is only supported when process.roles contains the 'controller' role."
            ),
            (
                ["inter.broker.listener.name": "SSL"],
                "requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured "
                    + "listeners are PLAINTEXT"
            ),
            (
                ["inter.broker.listener.name": "NONE"],
                "Listener with name NONE defined in inter.broker.listener.name not found in listener.security.protocol.map."
            ),
            (
                ["inter.broker.listener.name": "PLAINTEXT", "security.inter.broker.protocol": "PLAINTEXT"],
                "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set."
            ),
            (
                ["advertised.listeners": "PLAINTEXT://0.0.0.0:1"],
                "requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address."
            ),
            (
                ["advertised.listeners": "PLAINTEXT://h:1,SSL://h:2"],
                "requirement failed: advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found PLAINTEXT,SSL. The valid "
                    + "options based on the current configuration are PLAINTEXT"
            ),
            (
                ["advertised.listeners": "CONTROLLER://h:1"],
                "requirement failed: There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?"
            ),
            (
                ["listeners": "PLAINTEXT://:1,SSL://:1"],
                "Error creating broker listeners from '[PLAINTEXT://:1, SSL://:1]': Each listener must have a different port unless exactly one listener has an IPv4 "
                    + "address and the other IPv6 address, listeners: [PLAINTEXT://:1, SSL://:1], port: 1"
            ),
            (["listeners": "ODD://:1"], "Error creating broker listeners from '[ODD://:1]': No security protocol defined for listener ODD"),
            (["listener.security.protocol.map": "CONTROLLER:TLS"], "Invalid security protocol `TLS` defined in listener.security.protocol.map"),
            (["broker.heartbeat.interval.ms": "0"], "Invalid value 0 for configuration broker.heartbeat.interval.ms: Value must be at least 1"),
            (["controller.quorum.fetch.max.bytes": "0"], "Invalid value 0 for configuration controller.quorum.fetch.max.bytes: Value must be at least 1"),
            // What Kafka takes and this broker does not serve.
            (["listener.security.protocol.map": "CONTROLLER:SSL,PLAINTEXT:PLAINTEXT"], "the listener CONTROLLER speaks SSL: only PLAINTEXT is served yet"),
            (["listeners": "PLAINTEXT://:1,SSL://:2"], "the listener SSL speaks SSL: only PLAINTEXT is served yet"),
        ] as [([String: String?], String)]) func whatCannotBeIsRefusedInKafkasWords(changes: [String: String?], reason: String)
    {
        #expect(Self.refusal(changes) == reason)
    }

    @Test func twoFamiliesShareAPort() throws {
        let config = try Self.config([
            "listeners": "PLAINTEXT://127.0.0.1:1,B://[::1]:1", "advertised.listeners": nil,
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,B:PLAINTEXT",
        ])
        #expect(config.listeners.map(\.host) == ["127.0.0.1", "::1"])
    }

    @Test func whatIsDoubtfulIsTold() throws {
        let warnings = try Self.config([
            "broker.session.timeout.ms": "3000", "controller.listener.names": "CONTROLLER,SSL", "num.partitions": "2",
            "create.topic.policy.class.name": "Policy",
        ]).warnings
        #expect(warnings.count == 4)
        #expect(warnings[0].hasPrefix("broker.heartbeat.interval.ms (2000 ms) must be less than or equal to half of the broker.session.timeout.ms (3000 ms)."))
        #expect(
            warnings[1].contains("only the first will be used") && warnings[2].contains("create.topic.policy.class.name")
                && warnings[3].contains("num.partitions"))
    }
}
