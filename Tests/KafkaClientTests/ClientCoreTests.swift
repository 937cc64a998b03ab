import KafkaProtocol
import Testing

@testable import KafkaClient

@Suite struct ClientCoreTests {
    static func groups(_ names: String...) -> ListGroupsResponse {
        var response = ListGroupsResponse()
        response.groups = names.map {
            var group = ListGroupsResponse.ListedGroup()
            group.groupId = $0
            return group
        }
        return response
    }

    // MARK: Negotiation

    @Test func picksTheHighestVersionThatBothSidesSpeak() throws {
        let cluster = try ScriptedCluster()
        cluster.versions = [.apiVersions: 0...4, .listGroups: 0...3]
        cluster.brokers["a:1"] = .answers { _, _ in Self.groups("g") }
        #expect(try cluster.send(ListGroupsRequest(), to: .any)?.get().groups.first?.groupId == "g")
        #expect(cluster.served.map(\.version) == [4, 3])
    }

    @Test func fallsBackToTheOldestApiVersionsWhenTheBrokerRefuses() throws {
        let cluster = try ScriptedCluster()
        cluster.newestApiVersions = 0
        cluster.brokers["a:1"] = .answers { _, _ in Self.groups() }
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(cluster.served.first?.version == 0)
    }

    @Test func saysSoWhenThereIsNoCommonVersion() throws {
        let cluster = try ScriptedCluster()
        cluster.versions = [.apiVersions: 0...4, .listGroups: 90...91]
        cluster.brokers["a:1"] = .answers { _, _ in nil }
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(error.kind == .unsupportedVersion)
        #expect(error.message == "The node does not support LIST_GROUPS with version in range [0,5]. The supported range is [90,91].")
        guard case .failure(let missing) = cluster.send(DescribeClusterRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(missing.message == "The node does not support DESCRIBE_CLUSTER")
    }

    // MARK: Routing

    @Test func oneConnectionServesWhenTheBootstrapAddressIsTheBrokersOwn() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { request, _ in
            if request is MetadataRequest { return metadata([1: "a:1"]) }
            return CreateTopicsResponse()
        }
        #expect(throws: Never.self) { try cluster.send(CreateTopicsRequest(), to: .controller)?.get() }
        #expect(cluster.keys == [.metadata, .createTopics])
        #expect(cluster.connects == ["a:1"])
    }

    @Test func anyBrokerWillDoWithoutMetadata() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in Self.groups() }
        _ = cluster.send(ListGroupsRequest(), to: .any)
        #expect(cluster.keys == [.listGroups])
    }

    @Test func goesToTheLeaderAndFollowsItWhenItMoves() throws {
        let cluster = try ScriptedCluster()
        var leader: Int32 = 1
        var epoch: Int32 = 0
        let brokers: [Int32: String] = [1: "a:1", 2: "b:2"]
        func script(_ id: Int32) -> ScriptedCluster.Script {
            { request, _ in
                if request is MetadataRequest { return metadata(brokers, topics: ["t": [leader]], epoch: epoch) }
                var response = InitProducerIdResponse()
                response.producerId = Int64(id)
                if id != 2 {
                    response.errorCode = .notLeaderOrFollower
                    leader = 2
                    epoch = 1
                }
                return response
            }
        }
        cluster.brokers = ["a:1": .answers(script(1)), "b:2": .answers(script(2))]
        let started = cluster.now
        #expect(try cluster.send(InitProducerIdRequest(), to: .leader("t", 0))?.get().producerId == 2)
        #expect(cluster.core.metadata.leader("t", 0)?.id == 2)
        #expect(cluster.now - started < 500)
    }

    @Test func anOlderLeaderEpochIsNotBelieved() throws {
        let cluster = try ScriptedCluster()
        var answer = metadata([1: "a:1", 2: "b:2"], topics: ["t": [2]], epoch: 5)
        cluster.brokers["a:1"] = .answers { _, _ in answer }
        cluster.core.track(["t"])
        #expect(cluster.run { cluster.core.metadata.leader("t", 0)?.id == 2 })
        answer = metadata([1: "a:1", 2: "b:2"], topics: ["t": [1]], epoch: 4)
        let version = cluster.core.metadata.version
        cluster.core.refreshMetadata()
        #expect(cluster.run { cluster.core.metadata.version > version + 1 })
        #expect(cluster.core.metadata.leader("t", 0)?.id == 2)
    }

    @Test func findsTheCoordinatorAndFindsItAgainWhenItMoves() throws {
        let cluster = try ScriptedCluster()
        var coordinator: Int32 = 1
        func script(_ id: Int32) -> ScriptedCluster.Script {
            { request, _ in
                if request is MetadataRequest { return metadata([1: "a:1", 2: "b:2"]) }
                if let request = request as? FindCoordinatorRequest {
                    var response = FindCoordinatorResponse()
                    response.coordinators = request.coordinatorKeys.map { key in
                        var answer = FindCoordinatorResponse.Coordinator()
                        answer.key = key
                        answer.nodeId = coordinator
                        answer.host = coordinator == 1 ? "a" : "b"
                        answer.port = coordinator
                        return answer
                    }
                    return response
                }
                var response = HeartbeatResponse()
                if id == 1 {
                    response.errorCode = .notCoordinator
                    coordinator = 2
                }
                return response
            }
        }
        cluster.brokers = ["a:1": .answers(script(1)), "b:2": .answers(script(2))]
        #expect(try cluster.send(HeartbeatRequest(), to: .groupCoordinator("g"))?.get().errorCode == ErrorCode.none)
        #expect(cluster.core.knownCoordinator(.groupCoordinator("g")) == 2)
        #expect(cluster.served.last?.address == "b:2")
    }

    @Test func coordinatorsOfManyGroupsAreAskedForAtOnce() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { request, _ in
            guard let request = request as? FindCoordinatorRequest else { return HeartbeatResponse() }
            var response = FindCoordinatorResponse()
            response.coordinators = request.coordinatorKeys.map { key in
                var answer = FindCoordinatorResponse.Coordinator()
                (answer.key, answer.nodeId, answer.host, answer.port) = (key, 1, "a", 1)
                return answer
            }
            return response
        }
        var done = 0
        for group in ["x", "y", "z"] { cluster.core.submit(HeartbeatRequest(), to: .groupCoordinator(group)) { _ in done += 1 } }
        #expect(cluster.run { done == 3 })
        #expect(cluster.keys.filter { $0 == .findCoordinator }.count == 1)
    }

    // MARK: Failures

    @Test func refusedEverywhereIsReportedWithinTwoSeconds() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1,b:2")
        let started = cluster.now
        guard case .failure(let error) = cluster.send(MetadataRequest(), to: .any, options: RequestOptions(call: "listTopics")) else {
            return #expect(Bool(false))
        }
        #expect(error.kind == .unreachable)
        #expect(error.javaDescription == "org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics")
        #expect(error.reason == "a:1: connection refused; b:2: connection refused")
        #expect((1_000...3_000).contains(cluster.now - started))
    }

    @Test(arguments: [Target.controller, .leader("t", 0), .groupCoordinator("g")])
    func aDeadBrokersRoleIsWaitedForUntilAnotherHasIt(_ target: Target) throws {
        let cluster = try ScriptedCluster()
        let started = cluster.now
        cluster.brokers["a:1"] = .answers { [unowned cluster] request, _ in
            // As long as its session lasts, the dead broker is named.
            let named: Int32 = cluster.now - started < 9_000 ? 2 : 1
            switch request {
            case is MetadataRequest: return metadata([1: "a:1", 2: "b:2"], controller: named, topics: ["t": [named]])
            case let request as FindCoordinatorRequest:
                var response = FindCoordinatorResponse()
                response.coordinators = request.coordinatorKeys.map { key in
                    var answer = FindCoordinatorResponse.Coordinator()
                    (answer.key, answer.nodeId, answer.host, answer.port) = (key, named, named == 1 ? "a" : "b", named)
                    return answer
                }
                return response
            default: return HeartbeatResponse()
            }
        }
        #expect(throws: Never.self) { try cluster.send(HeartbeatRequest(), to: target)?.get() }
        #expect(cluster.served.last?.address == "a:1")
        #expect((9_000...13_000).contains(cluster.now - started))
    }

    @Test func brokersThatNameAddressesOutOfReachAreReportedAtOnce() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { request, _ in request is MetadataRequest ? metadata([1: "inside:1", 2: "inside:2"], controller: 2) : nil }
        let started = cluster.now
        guard case .failure(let error) = cluster.send(HeartbeatRequest(), to: .controller) else { return #expect(Bool(false)) }
        #expect(error.kind == .unreachable && error.reason == "inside:2: connection refused")
        #expect((1_000...3_000).contains(cluster.now - started))
    }

    @Test func aNameThatDoesNotResolveIsReportedAtOnce() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .unresolvable
        let started = cluster.now
        guard case .failure(let error) = cluster.send(MetadataRequest(), to: .controller) else { return #expect(Bool(false)) }
        #expect(error.kind == .configuration)
        #expect(error.message == "No resolvable bootstrap urls given in bootstrap.servers")
        #expect(cluster.now - started < 100)
    }

    @Test func theNextBootstrapServerIsTriedWithoutDelay() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1,b:2")
        cluster.brokers["b:2"] = .answers { _, _ in Self.groups() }
        let started = cluster.now
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(cluster.now == started)
    }

    @Test func aSilentBootstrapServerGetsCompany() throws {
        let cluster = try ScriptedCluster(bootstrap: "a:1,b:2")
        cluster.brokers["a:1"] = .accepts
        cluster.brokers["b:2"] = .answers { _, _ in Self.groups() }
        let started = cluster.now
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(cluster.now - started <= 1_100)
    }

    @Test func aLostConnectionIsRetriedUntilTheDeadline() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .closesAfter(1) { _, _ in Self.groups() }
        _ = cluster.send(ListGroupsRequest(), to: .any)
        // The second request is lost with its connection; the retry finds a new one.
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(cluster.connects.count == 2)
    }

    @Test func aBrokerThatLeftTheClusterIsATransientFailure() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in metadata([1: "a:1"]) }
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .node(2), options: RequestOptions(retry: .no)) else {
            return #expect(Bool(false))
        }
        #expect(error.kind == .disconnected)
        #expect(error.isRetriable)
    }

    @Test func withoutRetryALostConnectionIsTheAnswer() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .closesAfter(0) { _, _ in nil }
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any, options: RequestOptions(retry: .no)) else {
            return #expect(Bool(false))
        }
        #expect(error.kind == .disconnected)
    }

    @Test func aBrokerThatNeverAnswersFailsTheCallAtItsDeadline() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in nil }
        let started = cluster.now
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any, options: RequestOptions(timeoutMs: 5_000)) else {
            return #expect(Bool(false))
        }
        #expect(error.kind == .timeout)
        #expect(cluster.now - started == 5_000)
    }

    @Test func aRetriableAnswerIsRetriedAndThenHandedOver() throws {
        let cluster = try ScriptedCluster()
        var answers = 0
        cluster.brokers["a:1"] = .answers { _, _ in
            answers += 1
            var response = ListGroupsResponse()
            if answers < 4 { response.errorCode = .coordinatorLoadInProgress }
            return response
        }
        #expect(try cluster.send(ListGroupsRequest(), to: .any)?.get().errorCode == ErrorCode.none)
        #expect(answers == 4)
    }

    @Test func answersThatNobodyAskedForCloseTheConnection() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { request, _ in request is ListGroupsRequest ? Self.groups() : nil }
        _ = cluster.send(ListGroupsRequest(), to: .any)
        let connection = try #require(cluster.served.last?.connection)
        cluster.deliver([0, 0, 0, 9, 1, 2, 3], on: connection)
        cluster.settle()
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(cluster.connects.count == 2)
    }

    @Test func unreadableAnswersFailTheRequest() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { request, _ in request is ListGroupsRequest ? HeartbeatResponse() : nil }
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(error.kind == .malformed)
    }

    @Test func aCancelledRequestNeverCompletes() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in Self.groups() }
        var completed = false
        let id = cluster.core.submit(ListGroupsRequest(), to: .any) { _ in completed = true }
        cluster.core.cancel(id)
        #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any)?.get() }
        #expect(!completed)
    }

    @Test func requestsOnOneConnectionKeepTheirOrder() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in Self.groups() }
        var order: [Int] = []
        for index in 0..<5 { cluster.core.submit(ListGroupsRequest(), to: .any) { _ in order.append(index) } }
        #expect(cluster.run { order.count == 5 })
        #expect(order == [0, 1, 2, 3, 4])
        #expect(cluster.connects.count == 1)
    }

    @Test func closingFailsWhatIsPending() throws {
        let cluster = try ScriptedCluster()
        cluster.brokers["a:1"] = .answers { _, _ in nil }
        var result: Result<ListGroupsResponse, ClientError>?
        cluster.core.submit(ListGroupsRequest(), to: .any) { result = $0 }
        cluster.settle()
        cluster.core.close()
        guard case .failure(let error)? = result else { return #expect(Bool(false)) }
        #expect(error.kind == .closed)
    }

    @Test func aShortDeadlineStillNamesTheReason() throws {
        let cluster = try ScriptedCluster()
        let options = RequestOptions(timeoutMs: 300, call: "createTopics")
        guard case .failure(let error) = cluster.send(CreateTopicsRequest(), to: .controller, options: options) else { return #expect(Bool(false)) }
        #expect(error.message == "Timed out waiting for a node assignment. Call: createTopics")
        #expect(error.reason == "a:1: connection refused")
    }

    @Test func endlessTimeoutsDoNotOverflow() throws {
        let cluster = try ScriptedCluster(properties: ["metadata.max.age.ms": "9223372036854775807", "reconnect.backoff.max.ms": "9223372036854775807"])
        cluster.brokers["a:1"] = .closesAfter(1) { _, _ in Self.groups() }
        let options = RequestOptions(timeoutMs: .max, attemptTimeoutMs: .max)
        cluster.core.track(["t"])
        for _ in 0..<3 { #expect(throws: Never.self) { try cluster.send(ListGroupsRequest(), to: .any, options: options)?.get() } }
    }

    // MARK: Authentication

    @Test func wrongCredentialsFailAtOnceWithTheBrokersWords() throws {
        let cluster = try ScriptedCluster(properties: [
            "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
            "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";",
        ])
        var token = Bytes.empty
        cluster.brokers["a:1"] = .answers { request, _ in
            guard let request = request as? SaslAuthenticateRequest else { return SaslHandshakeResponse() }
            token = request.authBytes
            var response = SaslAuthenticateResponse()
            response.errorCode = .saslAuthenticationFailed
            response.errorMessage = "Authentication failed: Invalid username or password"
            return response
        }
        let started = cluster.now
        guard case .failure(let error) = cluster.send(ListGroupsRequest(), to: .any) else { return #expect(Bool(false)) }
        #expect(error.kind == .authentication)
        #expect(error.message == "Authentication failed: Invalid username or password")
        #expect(token.array == [0] + Array("u".utf8) + [0] + Array("p".utf8))
        #expect(cluster.now == started)
    }
}
