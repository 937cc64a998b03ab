import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// What every error code that a coordinator can answer leaves of a transaction, request by request, compared with what Kafka's producer does.
@Suite struct TransactionErrorTests {
    enum Consequence: Hashable {
        case triedAgain
        /// Tried again with the coordinator that is found next.
        case lookedUp
        case abortable
        case fatal
        case uninitialized
    }

    static let codes = (Int16(-1)...133).map { ErrorCode(rawValue: $0) }.filter { $0 != .none && !$0.message.hasPrefix("Unexpected error code") }
    static let fenced: [ErrorCode] = [.invalidProducerEpoch, .producerFenced]

    /// Codes that mean something else than "try again" when retriable, and "the end" when not.
    static let exceptions: [APIKey: [ErrorCode: Consequence]] = [
        .initProducerId: [
            .notCoordinator: .lookedUp, .coordinatorNotAvailable: .lookedUp, .transactionAbortable: .abortable,
            .transactionalIdAuthorizationFailed: .uninitialized, .clusterAuthorizationFailed: .uninitialized,
        ],
        .addOffsetsToTxn: [
            .notCoordinator: .lookedUp, .coordinatorNotAvailable: .lookedUp, .transactionAbortable: .abortable, .unknownProducerId: .abortable,
            .groupAuthorizationFailed: .abortable,
        ],
        .txnOffsetCommit: [
            .notCoordinator: .lookedUp, .coordinatorNotAvailable: .lookedUp, .requestTimedOut: .lookedUp, .transactionAbortable: .abortable,
            .groupAuthorizationFailed: .abortable, .fencedInstanceId: .abortable, .unknownMemberId: .abortable, .illegalGeneration: .abortable,
        ],
        .endTxn: [
            .notCoordinator: .lookedUp, .coordinatorNotAvailable: .lookedUp, .transactionAbortable: .abortable, .unknownProducerId: .abortable,
        ],
    ]

    /// A partition's own error does not end the producer.
    static func ofAddingPartitions(_ code: ErrorCode) -> Consequence {
        let fatal: [ErrorCode] = fenced + [.transactionalIdAuthorizationFailed, .invalidTxnState, .invalidProducerIdMapping]
        if code == .notCoordinator || code == .coordinatorNotAvailable { return .lookedUp }
        return code.isRetriable ? .triedAgain : fatal.contains(code) ? .fatal : .abortable
    }

    static func expected(_ key: APIKey, _ code: ErrorCode) -> Consequence {
        if key == .addPartitionsToTxn { return ofAddingPartitions(code) }
        return exceptions[key]?[code] ?? (code.isRetriable ? .triedAgain : .fatal)
    }

    /// A scene in which a request of this kind is under way.
    static func scene(_ key: APIKey, version: Int16) throws -> (TransactionScene, TransactionRequest) {
        var scene = TransactionScene(transactionVersion: version)
        if key == .initProducerId {
            try scene.call { manager, call, now in try manager.initTransactions(call, now) }
            return try given(&scene)
        }
        try scene.initialize()
        try scene.manager.begin()
        try scene.manager.admit(TransactionScene.t0)
        if key == .addPartitionsToTxn { return try given(&scene, isDrained: false) }
        if case .addPartitions(let request)? = scene.next(isDrained: false) { scene.answerPartitions(request) }
        if key == .endTxn {
            try scene.call { manager, call, now in try manager.commit(call, now) }
            return try given(&scene)
        }
        try scene.call { manager, call, now in try manager.sendOffsets(call, TransactionScene.offsets, TransactionScene.group, now) }
        if key == .txnOffsetCommit, version < 2 {
            _ = scene.next()
            scene.answer(.addOffsets(AddOffsetsToTxnResponse()))
        }
        return try given(&scene)
    }

    private static func given(_ scene: inout TransactionScene, isDrained: Bool = true) throws -> (TransactionScene, TransactionRequest) {
        let request = scene.next(isDrained: isDrained)
        return (scene, try #require(request))
    }

    static func answer(_ scene: inout TransactionScene, _ request: TransactionRequest, _ code: ErrorCode) {
        switch request {
        case .initProducerId: scene.answerInit(code)
        case .addPartitions(let request): scene.answerPartitions(request) { _ in code }
        case .addOffsets:
            var answer = AddOffsetsToTxnResponse()
            answer.errorCode = code
            scene.answer(.addOffsets(answer))
        case .commitOffsets(let request, _): scene.answerOffsets(request, code)
        case .end: scene.answerEnd(code)
        }
    }

    /// What can be seen to have become of the request.
    static func seen(_ scene: inout TransactionScene, _ key: APIKey) -> Consequence? {
        switch scene.manager.state {
        case .fatalError: return .fatal
        case .abortableError: return .abortable
        case .uninitialized: return .uninitialized
        default: break
        }
        let isForgotten = scene.actions.contains { if case .forgetCoordinator = $0 { true } else { false } }
        guard scene.next() == nil else { return nil }
        scene.now += 100
        return scene.next()?.key == key ? (isForgotten ? .lookedUp : .triedAgain) : nil
    }

    @Test(arguments: [Int16(1), 2], [APIKey.initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .txnOffsetCommit, .endTxn])
    func everyErrorCodeHasTheConsequenceItHasInKafka(version: Int16, key: APIKey) throws {
        if version >= 2, key == .addPartitionsToTxn || key == .addOffsetsToTxn { return }
        for code in Self.codes {
            var (scene, request) = try Self.scene(key, version: version)
            #expect(request.key == key)
            scene.ended = [:]
            Self.answer(&scene, request, code)
            // Adding a transaction's first partitions does not wait long for the one before it.
            if key == .addPartitionsToTxn, code == .concurrentTransactions {
                scene.now += 20
                let again = scene.next()
                #expect(again?.key == key)
                continue
            }
            let wanted = Self.expected(key, code)
            let seen = Self.seen(&scene, key)
            #expect(seen == wanted, "\(key.name) answered \(code.name)")
            let mayWait = wanted == .triedAgain || wanted == .lookedUp || key == .addPartitionsToTxn
            #expect(mayWait == scene.ended.isEmpty, "\(key.name) answered \(code.name): \(scene.ended)")
        }
    }

    @Test(arguments: codes) func anAbortThatIsRefusedIsNotTriedAsAnotherAbort(code: ErrorCode) throws {
        for version in [Int16(1), 2] {
            var scene = TransactionScene(transactionVersion: version)
            try scene.initialize()
            try scene.begin()
            let call = try scene.call { manager, call, now in try manager.abort(call, now) }
            guard case .end(let request, _)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
            #expect(!request.committed)
            scene.answerEnd(code)
            switch Self.expected(.endTxn, code) {
            case .triedAgain, .lookedUp: #expect(scene.manager.state == .aborting && scene.ended[call] == nil)
            case .abortable where code == .unknownProducerId: #expect(scene.manager.state == .aborting && scene.ended[call]??.code == code)
            default: #expect(scene.manager.state == .fatalError && scene.ended[call] != nil, "\(code.name)")
            }
        }
    }

    @Test(arguments: fenced) func aFencedProducerSaysSoWhateverTheCoordinatorsVersion(code: ErrorCode) throws {
        for key in [APIKey.initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .txnOffsetCommit, .endTxn] {
            var (scene, request) = try Self.scene(key, version: 1)
            Self.answer(&scene, request, code)
            #expect(scene.manager.lastError?.code == .producerFenced)
            let refused = scene.refusal { manager, _, _ in try manager.begin() }
            #expect(refused?.exceptionName == "ProducerFencedException")
            if key == .endTxn {
                #expect(
                    refused?.message
                        == "Producer with transactionalId 'tx' and (producerId=7, epoch=0) has been fenced by another producer with the same transactionalId")
            }
        }
    }

    @Test func whatIsUnknownAfterALossOfStateIsFatalWithoutAnEpochToBump() throws {
        for (version, bumps, state, mustBump) in [
            (Int16(1), true, TransactionalProducerState.abortableError, true), (1, false, .fatalError, false), (2, false, .abortableError, false),
        ] {
            var scene = TransactionScene(transactionVersion: version, bumpsEpochs: bumps)
            try scene.initialize()
            try scene.begin()
            try scene.call { manager, call, now in try manager.commit(call, now) }
            _ = scene.next()
            scene.answerEnd(.unknownProducerId)
            #expect(scene.manager.state == state && scene.manager.mustBumpEpoch == mustBump)
        }
    }

    // MARK: Batches

    @Test(arguments: codes) func aBatchThatFailsLeavesTheTransactionToBeAborted(code: ErrorCode) throws {
        let fatal: [ErrorCode] = [
            .clusterAuthorizationFailed, .transactionalIdAuthorizationFailed, .producerFenced, .unsupportedVersion, .invalidProducerIdMapping,
        ]
        for version in [Int16(1), 2] {
            var scene = TransactionScene(transactionVersion: version)
            try scene.initialize()
            try scene.begin()
            scene.manager.batchFailed(ClientError(code: code), wasSent: true)
            #expect(scene.manager.state == (fatal.contains(code) ? .fatalError : .abortableError))
            #expect(scene.manager.mustBumpEpoch == (version < 2 && !fatal.contains(code)))
            if fatal.contains(code) { continue }
            let isWrapped = code.isRetriable || code == .invalidTxnState
            #expect(scene.manager.lastError?.code == (isWrapped ? .transactionAbortable : code))
        }
    }

    @Test func aBatchThatMayBeWrittenEndsAProducerWhoseEpochNobodyBumps() throws {
        for wasSent in [true, false] {
            var scene = TransactionScene(transactionVersion: 0, bumpsEpochs: false)
            try scene.initialize()
            try scene.begin()
            scene.manager.batchFailed(ClientError(code: .requestTimedOut), wasSent: wasSent)
            #expect(scene.manager.state == (wasSent ? .fatalError : .abortableError))
        }
    }

    // MARK: No answer

    @Test(arguments: [ClientError.Kind.timeout, .disconnected]) func aRequestWithoutAnswerGoesToTheCoordinatorThatIsFoundNext(kind: ClientError.Kind) throws {
        for key in [APIKey.initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .txnOffsetCommit, .endTxn] {
            var (scene, _) = try Self.scene(key, version: 1)
            scene.answer(.failed(ClientError(kind, message: "gone")))
            let target: Target = key == .txnOffsetCommit ? .groupCoordinator("g") : .transactionCoordinator("tx")
            #expect(scene.actions.contains(.forgetCoordinator(target)))
            let seen = Self.seen(&scene, key)
            #expect(seen == .lookedUp)
        }
    }

    @Test(arguments: [ClientError.Kind.authentication, .unsupportedVersion, .malformed, .closed])
    func whatTryingAgainCannotMendIsFatal(kind: ClientError.Kind) throws {
        var (scene, _) = try Self.scene(.endTxn, version: 2)
        scene.answer(.failed(ClientError(kind, message: "no")))
        #expect(scene.manager.state == .fatalError && scene.manager.lastError?.kind == kind)
    }

    @Test func whereNoBrokerIsThereTheCallFailsAtOnceAndGoesOn() throws {
        var scene = TransactionScene()
        let call = try scene.call { manager, call, now in try manager.initTransactions(call, now) }
        _ = scene.next()
        scene.answer(.failed(ClientError(.unreachable, message: "no broker")))
        #expect(scene.ended[call]??.kind == .unreachable && scene.manager.state == .initializing)
        let again = try scene.call { manager, call, now in try manager.initTransactions(call, now) }
        scene.now += 100
        let retry = scene.next()
        #expect(retry?.key == .initProducerId)
        scene.answerInit()
        #expect(scene.ended[again] == .some(nil) && scene.manager.state == .ready)
    }

    @Test(arguments: codes) func theSearchForACoordinatorHasErrorsOfItsOwn(code: ErrorCode) throws {
        for key in [APIKey.initProducerId, .txnOffsetCommit] {
            var (scene, _) = try Self.scene(key, version: 2)
            scene.answer(.failed(ClientError(code: code)))
            let expected: Consequence =
                switch code {
                case _ where code.isRetriable: .triedAgain
                case .transactionAbortable: .abortable
                case .groupAuthorizationFailed where key == .txnOffsetCommit: .abortable
                default: .fatal
                }
            let seen = Self.seen(&scene, key)
            #expect(seen == expected, "\(key.name): \(code.name)")
        }
    }
}
