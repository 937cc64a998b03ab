import KafkaProtocol
import Testing

@testable import KafkaClient

/// A client that was given controllers (KIP-919).
@Suite struct BootstrapControllersTests {
    private func cluster() throws -> ScriptedCluster {
        var config = try ClientConfig(bootstrap: "a:1", properties: ["default.api.timeout.ms": "5000"], clientId: "test")
        config.asksControllers = true
        return ScriptedCluster(config)
    }

    private func controllers(_ nodes: [Int32: String], active: Int32) -> DescribeClusterResponse {
        let same = metadata(nodes)
        var response = DescribeClusterResponse()
        response.controllerId = active
        response.brokers = same.brokers.map { node in
            var row = DescribeClusterResponse.DescribeClusterBroker()
            row.brokerId = node.nodeId
            row.host = node.host
            row.port = node.port
            return row
        }
        return response
    }

    @Test func theActiveControllerIsAskedWhateverAnyBrokerCouldAnswer() throws {
        let cluster = try cluster()
        let nodes: [Int32: String] = [1: "a:1", 2: "b:2"]
        let script: ScriptedCluster.Script = { request, _ in
            if let request = request as? DescribeClusterRequest { return request.endpointType == 2 ? self.controllers(nodes, active: 2) : nil }
            return request is DescribeConfigsRequest ? DescribeConfigsResponse() : nil
        }
        cluster.brokers = ["a:1": .answers(script), "b:2": .answers(script)]
        #expect(throws: Never.self) { try cluster.send(DescribeConfigsRequest(), to: .any)?.get() }
        #expect(cluster.served.filter { $0.key != .apiVersions }.map { "\($0.key) \($0.address)" } == ["describeCluster a:1", "describeConfigs b:2"])
    }

    @Test func anotherControllerIsSoughtWhenTheOneAskedIsNoLongerActive() throws {
        let cluster = try cluster()
        let nodes: [Int32: String] = [1: "a:1", 2: "b:2"]
        var active: Int32 = 1
        func script(_ id: Int32) -> ScriptedCluster.Script {
            { request, _ in
                if request is DescribeClusterRequest { return self.controllers(nodes, active: active) }
                var topic = CreateTopicsResponse.CreatableTopicResult()
                topic.name = "t"
                if id == 1 {
                    topic.errorCode = .notController
                    active = 2
                }
                var response = CreateTopicsResponse()
                response.topics = [topic]
                return response
            }
        }
        cluster.brokers = ["a:1": .answers(script(1)), "b:2": .answers(script(2))]
        #expect(try cluster.send(CreateTopicsRequest(), to: .controller)?.get().topics.first?.errorCode == ErrorCode.none)
    }

    @Test func aBrokerInPlaceOfAControllerIsAFailureAtOnce() throws {
        let cluster = try cluster()
        cluster.brokers["a:1"] = .answers { _, _ in
            var refusal = DescribeClusterResponse()
            refusal.errorCode = .mismatchedEndpointType
            refusal.errorMessage = "a broker"
            return refusal
        }
        let began = cluster.now
        guard case .failure(let error) = cluster.send(DescribeConfigsRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(error.code == .mismatchedEndpointType && error.message == "a broker")
        #expect(cluster.now - began < 1_000)
    }

    @Test func whatControllersDoNotServeIsSaidInKafkasWords() throws {
        let cluster = try cluster()
        cluster.versions = [.apiVersions: 0...4, .describeCluster: 0...2]
        cluster.brokers["a:1"] = .answers { _, _ in self.controllers([1: "a:1"], active: 1) }
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(error.code == .unsupportedEndpointType)
        #expect(error.message == "This Admin API is not yet supported when communicating directly with the controller quorum.")
    }
}
