import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Testing

@testable import Broker

/// Allows what it was told of, and remembers what it was asked.
private final class Allowing: Authorizer {
    struct Question: Hashable {
        var principal: Principal
        var host: String
        var operation: Operation
        var resource: Resource
    }

    private let allowed: Mutex<Set<String>>
    private let asked = Mutex<Set<Question>>([])

    /// - Parameter allowed: `OPERATION TYPE NAME`, such as `read topic t`
    init(_ allowed: Set<String>) { self.allowed = Mutex(allowed) }

    var questions: Set<Question> { asked.withLock { $0 } }

    func allows(_ principal: Principal, from host: String, _ operation: Operation, on resource: Resource) -> Bool {
        asked.withLock { _ = $0.insert(Question(principal: principal, host: host, operation: operation, resource: resource)) }
        return allowed.withLock { $0.contains("\(operation) \(resource.type) \(resource.name)") }
    }

    func allowsAny(_ principal: Principal, from host: String, _ operation: Operation, type: ResourceType) -> Bool {
        allowed.withLock { $0.contains { $0.hasPrefix("\(operation) \(type) ") } }
    }

    func allow(_ what: String...) { allowed.withLock { $0.formUnion(what) } }
}

/// Holds up for as long as it is told, and notes what is charged.
private final class Charging: QuotaKeeper {
    let charged = Mutex<[(kind: String, bytes: Int)]>([])
    let delays: [String: Int32]

    init(_ delays: [String: Int32]) { self.delays = delays }

    func charge(_ kind: QuotaKind, _ principal: Principal, clientId: String?, bytes: Int, now: Int64) -> Int32 {
        charged.withLock { $0.append(("\(kind)", bytes)) }
        return delays["\(kind)"] ?? 0
    }
}

@Suite struct GateTests {
    private let ada = Principal(name: "ada")

    /// A broker with topics `open` and `shut`, whose client is ada.
    private func broker(_ authorizer: Allowing) throws -> BrokerDriver {
        authorizer.allow("create cluster kafka-cluster")
        let driver = try BrokerDriver { $0.authorizer = authorizer }
        for topic in ["open", "shut"] { try driver.create(topic) }
        driver.connection = ClientConnection(id: 2, listener: "SASL", peerHost: "/10.0.0.9", session: Session(asksForCredentials: true))
        driver.connection.advance { $0.authenticated(as: ada) }
        return driver
    }

    @Test func nothingButWhatLeadsToAPrincipalIsServedBeforeThereIsOne() throws {
        let driver = try BrokerDriver()
        driver.connection = ClientConnection(id: 2, listener: "SASL", peerHost: "/10.0.0.9", session: Session(asksForCredentials: true))
        #expect(try driver.send(ApiVersionsRequest(), version: 0).errorCode == .none)
        for api in Dispatch.apis where !api.isBeforeAuthentication {
            let closed = Mutex<String?>(nil)
            var writer = WireWriter()
            var header = RequestHeader(apiKey: api.key, version: api.versions.upperBound, correlationId: 1, clientId: "c")
            header.requestApiVersion = api.versions.upperBound
            header.encode(into: &writer, version: api.versions.upperBound >= api.requestFlexibleFrom ? 2 : 1)
            driver.broker.handle(writer.finishedBytes(), from: driver.connection, now: 0) { reply in
                if case .close(let reason) = reply { closed.withLock { $0 = reason } }
            }
            #expect(closed.withLock { $0 } == "\(api.key.name) before the client has said who it is")
        }
        driver.connection.advance { $0.authenticated(as: ada) }
        #expect(try driver.send(ListGroupsRequest()).errorCode == .none)
    }

    @Test func whatTheControllerDecidesIsHandedToIt() {
        // A node that is its own controller answers these itself; one that is not knows nothing about them.
        let others: Set<APIKey> = [.describeQuorum, .createAcls, .deleteAcls]
        for api in Dispatch.apis {
            let isDecided = api.key.messages.request is any ControllerRequest.Type
            #expect((api.place == .controller) == (isDecided || others.contains(api.key)), "\(api.key.name)")
        }
    }

    @Test func whatIsAskedIsAskedForTheClientWhoAsks() throws {
        let authorizer = Allowing([])
        let driver = try broker(authorizer)
        var heartbeat = HeartbeatRequest()
        heartbeat.groupId = "g"
        #expect(try driver.send(heartbeat).errorCode == .groupAuthorizationFailed)
        #expect(authorizer.questions.contains(.init(principal: ada, host: "/10.0.0.9", operation: .read, resource: .group("g"))))
        authorizer.allow("read group g")
        #expect(try driver.send(heartbeat).errorCode == .notCoordinator)
    }

    @Test func topicsAreShownToThoseWhoMayDescribeThem() throws {
        let driver = try broker(Allowing(["describe topic open", "alter topic open"]))
        var request = MetadataRequest()
        request.topics = nil
        request.allowAutoTopicCreation = false
        #expect(try driver.send(request).topics.map(\.name) == ["open"])
        request.topics = ["shut", "open", "none"].map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        request.includeTopicAuthorizedOperations = true
        let rows = try driver.send(request).topics
        #expect(rows.map(\.name) == ["open", "shut", "none"])
        // A topic that is not there is refused like one that is.
        #expect(rows.map(\.errorCode) == [.none, .topicAuthorizationFailed, .topicAuthorizationFailed])
        #expect(rows[1].partitions.isEmpty && rows[1].topicId == .zero)
        #expect(rows[0].topicAuthorizedOperations == 1 << 8 | 1 << 7)
        #expect(rows[1].topicAuthorizedOperations == .min)
        let shut = try #require(driver.broker.metadata.image.topic("shut")?.id)
        request.topics = [.init()]
        request.topics?[0].name = nil
        request.topics?[0].topicId = shut
        let row = try #require(try driver.send(request).topics.first)
        #expect(row.errorCode == .unknownTopicId && row.name == nil)
    }

    @Test func recordsAreWrittenAndReadByThoseWhoMay() throws {
        let driver = try broker(Allowing(["write topic open", "read topic open", "describe topic open"]))
        let builder = RecordBatchBuilder()
        builder.append(timestamp: 1, key: nil, value: Bytes("v"))
        var produce = ProduceRequest()
        produce.acks = -1
        produce.topicData = ["open", "shut"].map { name in
            var topic = ProduceRequest.TopicProduceData()
            topic.name = name
            topic.partitionData = [.init()]
            topic.partitionData[0].records = .bytes(builder.build())
            return topic
        }
        let produced = try driver.send(produce, version: 9).responses
        #expect(produced.map { $0.partitionResponses[0].errorCode } == [.none, .topicAuthorizationFailed])
        var fetch = FetchRequest()
        fetch.maxBytes = 1 << 20
        fetch.sessionEpoch = -1
        fetch.topics = ["open", "shut"].map { name in
            var topic = FetchRequest.FetchTopic()
            topic.topic = name
            topic.partitions = [.init()]
            topic.partitions[0].partitionMaxBytes = 1 << 20
            return topic
        }
        let fetched = try driver.send(fetch, version: 12).responses
        #expect(fetched.map { $0.partitions[0].errorCode } == [.none, .topicAuthorizationFailed])
        #expect(fetched[0].partitions[0].records?.count ?? 0 > 0 && fetched[1].partitions[0].records?.count ?? 0 == 0)
        var list = ListOffsetsRequest()
        list.topics = ["open", "shut"].map { name in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = name
            topic.partitions = [.init()]
            topic.partitions[0].timestamp = -1
            return topic
        }
        #expect(try driver.send(list).topics.map { $0.partitions[0].errorCode } == [.none, .topicAuthorizationFailed])
    }

    @Test func topicsAreMadeAndDeletedByThoseWhoMay() throws {
        let driver = try broker(Allowing([]))
        try driver.broker.shutDown(now: 0)
        let second = try BrokerDriver(disk: driver.disk) {
            $0.authorizer = Allowing(["create topic mine", "delete topic mine", "describe topic shut", "describeConfigs topic mine"])
        }
        #expect(try second.create("mine")?.errorCode == ErrorCode.none)
        let refused = try #require(try second.create("other"))
        #expect(refused.errorCode == .topicAuthorizationFailed && second.broker.metadata.image.topic("other") == nil)
        var delete = DeleteTopicsRequest()
        delete.topics = ["mine", "shut"].map { name in
            var topic = DeleteTopicsRequest.DeleteTopicState()
            topic.name = name
            return topic
        }
        let rows = try second.send(delete).responses
        #expect(Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.errorCode) }) == ["mine": .none, "shut": .topicAuthorizationFailed])
        #expect(second.broker.metadata.image.topic("mine") == nil && second.broker.metadata.image.topic("shut") != nil)
    }

    @Test func aRequestThatNeedsTheClusterIsRefusedAsAWhole() throws {
        let strict = try BrokerDriver { $0.authorizer = Allowing([]) }
        let before = strict.broker.metadata.image.offset
        #expect(try strict.send(DescribeLogDirsRequest()).errorCode == .clusterAuthorizationFailed)
        #expect(try strict.send(DescribeQuorumRequest()).errorCode == .clusterAuthorizationFailed)
        #expect(try strict.send(ListConfigResourcesRequest()).errorCode == .clusterAuthorizationFailed)
        #expect(try strict.send(ElectLeadersRequest()).errorCode == .clusterAuthorizationFailed)
        #expect(try strict.send(DescribeClientQuotasRequest()).errorCode == .clusterAuthorizationFailed)
        var idempotent = InitProducerIdRequest()
        idempotent.transactionalId = nil
        #expect(try strict.send(idempotent, version: 5).errorCode == .clusterAuthorizationFailed)
        #expect(strict.broker.metadata.image.offset == before)
    }

    @Test func whoUsesMoreThanAllowedIsHeldUp() throws {
        let quotas = Charging(["request": 40, "fetch": 70])
        let driver = try BrokerDriver { $0.quotas = quotas }
        #expect(try driver.send(ListGroupsRequest()).throttleTimeMs == 40)
        #expect(driver.throttleMs == 40)
        #expect(try driver.send(ApiVersionsRequest()).throttleTimeMs == 0)
        #expect(driver.throttleMs == 0)
        var fetch = FetchRequest()
        fetch.sessionEpoch = -1
        #expect(try driver.send(fetch, version: 12).throttleTimeMs == 70)
        let kinds = quotas.charged.withLock { $0.map(\.kind) }
        #expect(kinds == ["request", "exempt", "fetch", "fetch"])
        #expect(quotas.charged.withLock { $0.allSatisfy { $0.bytes > 8 } })
    }
}
