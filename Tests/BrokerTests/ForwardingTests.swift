import Coordination
import KafkaProtocol
import Security
import Testing

@testable import Broker

/// Requests that another node decides about: here a second broker, which is its own controller.
@Suite struct ForwardingTests {
    /// The way to the other broker, and what becomes of it there.
    private final class Link: ControllerLink, @unchecked Sendable {
        // Unchecked: one thread uses it.
        let controller: Broker
        var envelopes: [EnvelopeRequest] = []
        var failure: ErrorCode?
        var envelopeError = ErrorCode.none
        /// What is made of the answer that the controller gives.
        var damage: ([UInt8]) -> [UInt8] = { $0 }
        var known: [APIKey: ClosedRange<Int16>]?

        init(_ controller: Broker) { self.controller = controller }

        var isKnown: Bool { known != nil }

        func versions(_ key: APIKey) -> ClosedRange<Int16>? { known?[key] }

        func send<R: Request>(_ request: R, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
            if let failure { return then(.failure(failure)) }
            if let envelope = request as? EnvelopeRequest {
                envelopes.append(envelope)
                var answer = EnvelopeResponse()
                answer.errorCode = envelopeError
                answer.responseData = answerOf(envelope.requestData).map { Bytes(damage($0)) }
                if let answer = answer as? R.Response { then(.success(answer)) }
                return
            }
            // Of the member itself.
            guard let asked = request as? any ControllerRequest else { return then(.failure(.unsupportedVersion)) }
            decide(asked) { response in then((response as? R.Response).map { .success($0) } ?? .failure(.requestTimedOut)) }
        }

        private func decide<R: ControllerRequest>(_ request: R, then: @escaping @Sendable (R.Response?) -> Void) {
            controller.metadata.submit(request, principal: .anonymous) { then(try? $0.get()) }
        }

        /// Header and body, without the length.
        private func answerOf(_ frame: Bytes) -> [UInt8]? {
            let box = Box()
            controller.handle(frame, from: ClientConnection(id: 9, listener: "CONTROLLER", peerHost: "/127.0.0.1"), now: 1_000_000) { reply in
                guard case .frame(let pieces, _) = reply else { return }
                box.set(pieces.flatMap { piece -> [UInt8] in if case .bytes(let bytes) = piece { bytes.array } else { [] } })
            }
            controller.commits.drain()
            return box.bytes.map { Array($0.dropFirst(4)) }
        }

        private final class Box: @unchecked Sendable {
            private(set) var bytes: [UInt8]?
            func set(_ bytes: [UInt8]) { self.bytes = bytes }
        }
    }

    private let member: BrokerDriver
    private let controller: BrokerDriver
    private let link: Link

    init() throws {
        member = try BrokerDriver()
        controller = try BrokerDriver()
        link = Link(controller.broker)
        member.broker.metadata.use(link)
    }

    private func creation(_ name: String) -> CreateTopicsRequest {
        var topic = CreateTopicsRequest.CreatableTopic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = (name, 2, 1)
        var request = CreateTopicsRequest()
        request.topics = [topic]
        return request
    }

    @Test(arguments: CreateTopicsRequest.versions)
    func aRequestIsPassedOnAsItCameInEveryVersion(version: Int16) throws {
        let row = try #require(try member.send(creation("t"), version: version).topics.first)
        #expect(row.name == "t" && row.errorCode == .none)
        #expect(controller.broker.metadata.image.topic("t")?.partitions.count == 2)
        #expect(member.broker.metadata.image.topic("t") == nil)
    }

    /// Whatever may be passed on is, and what comes back is what the controller says to the same bytes.
    @Test func allThatTheControllerDecidesIsPassedOn() throws {
        let passedOn = Dispatch.apis.filter { $0.place == .controller }.map(\.key)
        #expect(passedOn.contains(.describeQuorum) && passedOn.contains(.createAcls) && !passedOn.contains(.produce))
        var quorum = DescribeQuorumRequest.TopicData()
        quorum.topicName = "__cluster_metadata"
        quorum.partitions = [.init()]
        var request = DescribeQuorumRequest()
        request.topics = [quorum]
        #expect(try member.send(request).topics.first?.partitions.first?.leaderId == controller.broker.settings.nodeId)
        #expect(link.envelopes.count == 1)
        #expect(try member.send(ListPartitionReassignmentsRequest()).errorCode == .none)
        #expect(link.envelopes.count == 2)
    }

    @Test func theEnvelopeSaysWhoAsksAndFromWhere() throws {
        member.connection = ClientConnection(
            id: 3, listener: "SASL", peerHost: "/10.1.2.3", peerAddress: [10, 1, 2, 3], session: Session(asksForCredentials: true))
        member.connection.advance { $0.authenticated(as: Principal(name: "alice")) }
        _ = try member.send(creation("t"), version: 7)
        let envelope = try #require(link.envelopes.first)
        let who = try #require(envelope.requestPrincipal.flatMap { DefaultPrincipalData.decodeVersioned($0) })
        #expect(who.type == "User" && who.name == "alice" && !who.tokenAuthenticated)
        #expect(envelope.clientHostAddress.array == [10, 1, 2, 3])
        // Key 19, version 7, and the client's own correlation and client ids.
        #expect(envelope.requestData.array.starts(with: [0, 19, 0, 7, 0, 0, 0, 1, 0, 4] + Array("test".utf8)))
    }

    @Test func whatCannotBePassedOnIsAnswered() throws {
        link.failure = .requestTimedOut
        #expect(try member.send(creation("t")).topics.first?.errorCode == .requestTimedOut)
        link.failure = .unsupportedVersion
        #expect(throws: BrokerDriver.Failure.self) { try member.send(creation("t")) }
        link.failure = nil
        link.envelopeError = .unsupportedVersion
        #expect(throws: BrokerDriver.Failure.self) { try member.send(creation("t")) }
        link.envelopeError = .clusterAuthorizationFailed
        #expect(try member.send(creation("t")).topics.first?.errorCode == .unknownServerError)
        link.envelopeError = .none
        for damage in [{ _ in [] }, { Array($0.prefix(6)) }, { [$0[0], $0[1], $0[2], $0[3] ^ 1] + $0.dropFirst(4) }] as [([UInt8]) -> [UInt8]] {
            link.damage = damage
            #expect(try member.send(creation("t2")).topics.first?.errorCode == .unknownServerError)
        }
    }

    /// Versions that the controller does not take are not shown, nor APIs that it does not know; what is decided here stays.
    @Test func apiVersionsAreThoseOfBoth() throws {
        func row(_ key: APIKey) throws -> ApiVersionsResponse.ApiVersion? {
            try member.send(ApiVersionsRequest(), version: 2).apiKeys.first { $0.apiKey == key.rawValue }
        }
        #expect(try row(.createTopics)?.maxVersion == 7)
        link.known = [.createTopics: 0...5, .deleteTopics: 90...99]
        #expect(try row(.createTopics)?.minVersion == 2 && row(.createTopics)?.maxVersion == 5)
        #expect(try row(.deleteTopics) == nil && row(.electLeaders) == nil)
        #expect(try row(.metadata)?.maxVersion == MetadataRequest.versions.upperBound)
    }

    @Test func producerIdsComeFromTheController() throws {
        let before = controller.broker.metadata.image.nextProducerId
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        request.transactionTimeoutMs = 1000
        request.producerId = -1
        request.producerEpoch = -1
        #expect(try member.send(request, version: 5).producerId >= before)
        #expect(controller.broker.metadata.image.nextProducerId > before)
    }

    @Test func aMalformedRequestIsNotPassedOn() throws {
        var writer = WireWriter()
        RequestHeader(apiKey: .createTopics, version: 7, correlationId: 1, clientId: nil).encode(into: &writer, version: 2)
        let answer = Answer()
        member.broker.handle(writer.finishedBytes(), from: member.connection, now: 1) { answer.reply = $0 }
        guard case .close = answer.reply else {
            Issue.record("a request without a body was not refused")
            return
        }
        #expect(link.envelopes.isEmpty)
    }

    private final class Answer: @unchecked Sendable { var reply: Reply? }
}
