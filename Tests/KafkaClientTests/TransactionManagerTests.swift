import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A transactional producer's states: which calls each allows, which requests follow in which order, and what becomes of the epoch.
@Suite struct TransactionManagerTests {
    enum Call: String, CaseIterable {
        case initTransactions
        case begin
        case send
        case sendOffsets
        case commit
        case abort
    }

    static func make(_ call: Call, _ manager: inout TransactionManager, _ id: TransactionCall, _ now: Int64) throws {
        switch call {
        case .initTransactions: try manager.initTransactions(id, now)
        case .begin: try manager.begin()
        case .send: try manager.admit(TransactionScene.t0)
        case .sendOffsets: try manager.sendOffsets(id, TransactionScene.offsets, TransactionScene.group, now)
        case .commit: try manager.commit(id, now)
        case .abort: try manager.abort(id, now)
        }
    }

    /// A producer that got to a state, where nobody waits for a call.
    static func scene(_ state: TransactionalProducerState, version: Int16) throws -> TransactionScene {
        var scene = TransactionScene(transactionVersion: version)
        if state == .uninitialized { return scene }
        if state == .initializing {
            try scene.call { manager, call, now in try manager.initTransactions(call, now) }
        } else {
            try scene.initialize()
        }
        if state == .ready || state == .initializing { return scene }
        try scene.begin()
        switch state {
        case .committing: try scene.call { manager, call, now in try manager.commit(call, now) }
        case .aborting: try scene.call { manager, call, now in try manager.abort(call, now) }
        case .abortableError: scene.manager.fail(abortably: ClientError(code: .messageTooLarge))
        case .fatalError: scene.manager.fail(fatally: ClientError(code: .producerFenced))
        case .uninitialized, .initializing, .ready, .inTransaction: break
        }
        scene.perform()
        return scene
    }

    /// What each state allows; all else is refused with the state left as it is. A call that is still under way may be made once more.
    static let allowed: [TransactionalProducerState: [Call]] = [
        .uninitialized: [.initTransactions], .initializing: [.initTransactions], .ready: [.begin], .inTransaction: [.send, .sendOffsets, .commit, .abort],
        .committing: [.commit], .aborting: [.abort], .abortableError: [.abort], .fatalError: [],
    ]

    @Test(arguments: TransactionalProducerState.allCases, [Int16(1), 2]) func aStateAllowsTheCallsThatKafkasAllows(
        state: TransactionalProducerState, version: Int16
    ) throws {
        for call in Call.allCases {
            var scene = try Self.scene(state, version: version)
            #expect(scene.manager.state == state)
            let refused = scene.refusal { manager, id, now in try Self.make(call, &manager, id, now) }
            #expect((refused == nil) == Self.allowed[state]?.contains(call), "\(call) in \(state): \(refused?.message ?? "taken")")
            guard let refused else { continue }
            #expect(scene.manager.state == state)
            switch state {
            case .fatalError: #expect(refused.exceptionName == "ProducerFencedException")
            case .abortableError:
                #expect(refused.message == "Cannot execute transactional method because we are in an error state")
                #expect(refused.reason == ErrorCode.messageTooLarge.message && refused.code == .messageTooLarge)
            default: #expect(refused.exceptionName == "IllegalStateException")
            }
        }
    }

    @Test func refusalsAreInKafkasWords() throws {
        func message(_ state: TransactionalProducerState, _ call: Call) throws -> String? {
            var scene = try Self.scene(state, version: 2)
            return scene.refusal { manager, id, now in try Self.make(call, &manager, id, now) }?.message
        }
        #expect(try message(.uninitialized, .send) == "Cannot add partition t-0 to transaction before completing a call to initTransactions")
        #expect(try message(.ready, .send) == "Cannot add partition t-0 to transaction while in state READY")
        #expect(try message(.ready, .sendOffsets) == "Cannot send offsets if a transaction is not in progress (currentState= READY)")
        #expect(try message(.ready, .commit) == "TransactionalId tx: Invalid transition attempted from state READY to state COMMITTING_TRANSACTION")
        #expect(
            try message(.committing, .begin)
                == "Cannot attempt operation `beginTransaction` because the previous call to `commitTransaction` timed out and must be retried")
    }

    // MARK: The newer protocol

    @Test func withVersion2NothingIsAddedAndTheEndGivesTheNextEpoch() throws {
        var scene = TransactionScene(transactionVersion: 2)
        try scene.initialize(id: 7, epoch: 3)
        #expect(scene.manager.isVersion2)
        try scene.manager.begin()
        #expect(!scene.manager.maySend(to: TransactionScene.t0))
        try scene.manager.admit(TransactionScene.t0)
        #expect(scene.manager.maySend(to: TransactionScene.t0))
        let nothing = scene.next(isDrained: false)
        #expect(nothing == nil)
        let offsets = try scene.call { manager, call, now in try manager.sendOffsets(call, TransactionScene.offsets, TransactionScene.group, now) }
        guard case .commitOffsets(let request, let versions)? = scene.next(isDrained: false) else { Issue.record("no offsets are sent"); return }
        #expect(versions == 3...5 && request.producerEpoch == 3 && request.generationId == 3 && request.memberId == "m" && request.groupInstanceId == "i")
        scene.answerOffsets(request)
        #expect(scene.ended[offsets] == .some(nil))
        let commit = try scene.call { manager, call, now in try manager.commit(call, now) }
        let early = scene.next(isDrained: false)
        #expect(early == nil, "records are still on their way")
        guard case .end(let end, let endVersions)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
        #expect(end.committed && end.producerEpoch == 3 && endVersions == 0...5)
        scene.answerEnd(id: 7, epoch: 4)
        #expect(scene.ended[commit] == .some(nil) && scene.manager.state == .ready)
        #expect(scene.actions.suffix(2) == [.adopt(ProducerIdentity(id: 7, epoch: 4)), .end(TransactionCall(value: commit), nil)])
    }

    @Test func anExhaustedEpochGoesOnUnderTheIdThatTheCoordinatorGives() throws {
        var scene = try Self.scene(.committing, version: 2)
        _ = scene.next()
        scene.answerEnd(id: 8, epoch: 0)
        #expect(scene.manager.identity == ProducerIdentity(id: 8, epoch: 0) && scene.manager.state == .ready)
    }

    // MARK: The classic protocol

    @Test func classicallyPartitionsAndGroupsAreAddedBeforeTheyAreWrittenTo() throws {
        var scene = TransactionScene(transactionVersion: 1)
        try scene.initialize()
        try scene.manager.begin()
        let second = TopicPartition("u", 3)
        try scene.manager.admit(TransactionScene.t0)
        try scene.manager.admit(second)
        #expect(!scene.manager.maySend(to: second))
        guard case .addPartitions(let request)? = scene.next(isDrained: false) else { Issue.record("no partition is added"); return }
        #expect(request.v3AndBelowTopics.map(\.name) == ["t", "u"] && request.v3AndBelowProducerId == 7)
        let busy = scene.next(isDrained: false)
        #expect(busy == nil, "one request at a time")
        scene.answerPartitions(request)
        #expect(scene.manager.maySend(to: TransactionScene.t0) && scene.manager.maySend(to: second))
        try scene.manager.admit(second)
        let known = scene.next(isDrained: false)
        #expect(known == nil, "it is known")
        let offsets = try scene.call { manager, call, now in try manager.sendOffsets(call, TransactionScene.offsets, TransactionScene.group, now) }
        guard case .addOffsets(let add)? = scene.next(isDrained: false) else { Issue.record("the group is not added"); return }
        #expect(add.groupId == "g")
        scene.answer(.addOffsets(AddOffsetsToTxnResponse()))
        #expect(scene.ended[offsets] == nil, "the offsets are not committed yet")
        guard case .commitOffsets(let commit, let versions)? = scene.next(isDrained: false) else { Issue.record("no offsets are sent"); return }
        #expect(versions == 3...4)
        scene.answerOffsets(commit)
        #expect(scene.ended[offsets] == .some(nil))
        try scene.call { manager, call, now in try manager.commit(call, now) }
        guard case .end(_, let endVersions)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
        #expect(endVersions == 0...4)
        scene.answerEnd()
        #expect(scene.manager.state == .ready && scene.manager.identity == ProducerIdentity(id: 7, epoch: 0), "the epoch stays")
    }

    @Test func aGroupWithoutMemberMayCommitAtAnyVersion() throws {
        var scene = try Self.scene(.inTransaction, version: 2)
        try scene.call { manager, call, now in
            try manager.sendOffsets(call, TransactionScene.offsets, ConsumerGroupMetadata(groupId: "g"), now)
        }
        guard case .commitOffsets(_, let versions)? = scene.next() else { Issue.record("no offsets are sent"); return }
        #expect(versions == 0...5)
    }

    @Test func partitionsThatAreRefusedFailTheTransactionTogether() throws {
        var scene = TransactionScene(transactionVersion: 1)
        try scene.initialize()
        try scene.manager.begin()
        for topic in ["a", "b", "c"] { try scene.manager.admit(TopicPartition(topic, 0)) }
        guard case .addPartitions(let request)? = scene.next(isDrained: false) else { Issue.record("no partition is added"); return }
        scene.answerPartitions(request) { $0.topic == "b" ? .topicAuthorizationFailed : .operationNotAttempted }
        #expect(scene.manager.state == .abortableError)
        #expect(scene.manager.lastError?.message == "Not authorized to access topics: [b]")
    }

    /// Where a topic is deleted in the middle of a transaction, its partitions cannot be added, and need not be once the transaction is aborted.
    @Test func anAbortDoesNotWaitForATopicThatIsGone() throws {
        var scene = TransactionScene(transactionVersion: 1)
        try scene.initialize()
        try scene.begin()
        try scene.manager.admit(TopicPartition("gone", 0))
        guard case .addPartitions(let request)? = scene.next(isDrained: false) else { Issue.record("no partition is added"); return }
        let abort = try scene.call { manager, call, now in try manager.abort(call, now) }
        scene.answerPartitions(request) { _ in .unknownTopicOrPartition }
        guard case .end(let end, _)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
        #expect(!end.committed)
        scene.answerEnd()
        #expect(scene.manager.state == .ready && scene.ended[abort] == .some(nil))
    }

    @Test func anAbortAfterAnErrorBumpsTheEpochWhereTheClientMust() throws {
        var scene = TransactionScene(transactionVersion: 1)
        try scene.initialize()
        try scene.begin()
        scene.manager.batchFailed(ClientError(code: .invalidRecord), wasSent: true)
        let abort = try scene.call { manager, call, now in try manager.abort(call, now) }
        guard case .end(let end, _)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
        #expect(!end.committed)
        scene.answerEnd()
        #expect(scene.manager.state == .initializing && scene.ended[abort] == nil)
        guard case .initProducerId(let bump)? = scene.next() else { Issue.record("the epoch is not bumped"); return }
        #expect(bump.producerId == 7 && bump.producerEpoch == 0 && bump.transactionalId == "tx")
        scene.answerInit(epoch: 1)
        #expect(scene.manager.state == .ready && scene.ended[abort] == .some(nil) && scene.manager.identity.epoch == 1)
    }

    @Test func aBatchThatFailsWhileTheTransactionIsAbortedStillHasTheEpochBumped() throws {
        var scene = try Self.scene(.aborting, version: 1)
        scene.manager.batchFailed(ClientError(code: .invalidRecord), wasSent: true)
        #expect(scene.manager.state == .aborting)
        _ = scene.next()
        scene.answerEnd()
        let bump = scene.next()
        #expect(bump?.key == .initProducerId)
        scene.answerInit(epoch: 1)
        #expect(scene.manager.state == .ready)
    }

    // MARK: Changes of the cluster

    @Test func theProtocolIsFixedFromBeginToEnd() throws {
        var scene = try Self.scene(.inTransaction, version: 1)
        scene.manager.features.epoch = 2
        scene.manager.features.levels = ["transaction.version": 2]
        #expect(!scene.manager.isVersion2)
        let commit = try scene.call { manager, call, now in try manager.commit(call, now) }
        guard case .end(_, let versions)? = scene.next() else { Issue.record("nothing ends the transaction"); return }
        #expect(versions == 0...4, "as it began")
        scene.answerEnd()
        let bump = scene.next()
        #expect(bump?.key == .initProducerId, "what the older protocol left behind is fenced")
        scene.answerInit(epoch: 1)
        #expect(scene.ended[commit] == .some(nil) && scene.manager.isVersion2)
    }

    @Test func anOlderWordOfTheClusterChangesNothing() throws {
        var scene = try Self.scene(.inTransaction, version: 2)
        scene.manager.features.epoch = 0
        scene.manager.features.levels = [:]
        try scene.call { manager, call, now in try manager.commit(call, now) }
        #expect(scene.manager.isVersion2)
    }

    // MARK: Ends

    @Test func aTransactionThatTheCoordinatorHasNotHeardOfEndsWithoutIt() throws {
        for version in [Int16(1), 2] {
            for call in [Call.commit, .abort] {
                var scene = TransactionScene(transactionVersion: version)
                try scene.initialize()
                try scene.manager.begin()
                let id = try scene.call { manager, id, now in try Self.make(call, &manager, id, now) }
                let request = scene.next()
                #expect(request == nil && scene.ended[id] == .some(nil) && scene.manager.state == .ready)
            }
        }
    }

    @Test func anAbortGivesUpWhatWasNotSent() throws {
        let scene = try Self.scene(.aborting, version: 2)
        #expect(scene.actions.last == .failUnsent(.transactionAborted))
        #expect(ClientError.transactionAborted.message == "Failing batch since transaction was aborted")
    }

    @Test func aRecordThatFailsDuringTheCommitFailsTheCommit() throws {
        for version in [Int16(1), 2] {
            var scene = TransactionScene(transactionVersion: version)
            try scene.initialize()
            try scene.begin()
            let commit = try scene.call { manager, call, now in try manager.commit(call, now) }
            scene.manager.batchFailed(ClientError(code: .notEnoughReplicas), wasSent: true)
            scene.perform()
            #expect(scene.ended[commit]??.code == .transactionAbortable && scene.manager.state == .abortableError)
            let request = scene.next()
            #expect(request == nil, "it must not be committed")
            try scene.call { manager, call, now in try manager.abort(call, now) }
            let end = scene.next()
            #expect(end?.key == .endTxn)
        }
    }

    @Test func aFatalErrorFailsAllThatWaits() throws {
        var scene = try Self.scene(.inTransaction, version: 1)
        let first = try scene.call { manager, call, now in try manager.sendOffsets(call, TransactionScene.offsets, TransactionScene.group, now) }
        _ = scene.next()
        let commit = try scene.call { manager, call, now in try manager.commit(call, now) }
        scene.manager.batchFailed(ClientError(code: .producerFenced), wasSent: true)
        scene.perform()
        #expect(scene.ended[first]??.code == .producerFenced && scene.ended[commit]??.code == .producerFenced)
        #expect(scene.actions.last == .failAll(ClientError(code: .producerFenced)))
        scene.answer(.addOffsets(AddOffsetsToTxnResponse()))
        let request = scene.next()
        #expect(request == nil && scene.manager.state == .fatalError, "a late answer changes nothing")
    }

    @Test func aMissingRightCanBeGivenAndTheProducerTriedAgain() throws {
        var scene = TransactionScene()
        let first = try scene.call { manager, call, now in try manager.initTransactions(call, now) }
        _ = scene.next()
        scene.answerInit(.transactionalIdAuthorizationFailed)
        #expect(scene.ended[first]??.code == .transactionalIdAuthorizationFailed && scene.manager.state == .uninitialized)
        try scene.initialize()
        #expect(scene.manager.state == .ready)
    }

    @Test func offsetsThatTheGroupTookAreNotCarriedIntoTheNextTransaction() throws {
        var scene = try Self.scene(.inTransaction, version: 2)
        try scene.call { manager, call, now in try manager.sendOffsets(call, TransactionScene.offsets, TransactionScene.group, now) }
        guard case .commitOffsets(let request, _)? = scene.next() else { Issue.record("no offsets are sent"); return }
        scene.answerOffsets(request, .illegalGeneration)
        #expect(scene.manager.lastError?.exceptionName == "CommitFailedException")
        try scene.call { manager, call, now in try manager.abort(call, now) }
        _ = scene.next()
        scene.answerEnd(id: 7, epoch: 1)
        try scene.manager.begin()
        let other = [TopicPartition("u", 0): CommitOffset(9)]
        try scene.call { manager, call, now in try manager.sendOffsets(call, other, TransactionScene.group, now) }
        guard case .commitOffsets(let next, _)? = scene.next() else { Issue.record("no offsets are sent"); return }
        #expect(next.topics.map(\.name) == ["u"])
    }

    // MARK: Time

    @Test func aCallThatTimesOutGoesOnAndIsJoinedByTheSameCallOnly() throws {
        var scene = try Self.scene(.inTransaction, version: 2)
        let commit = try scene.call { manager, call, now in try manager.commit(call, now) }
        _ = scene.next()
        #expect(scene.manager.nextDeadline(after: scene.now) == scene.now + 60_000)
        scene.now += 60_000
        _ = scene.next()
        #expect(scene.ended[commit]??.kind == .timeout && scene.manager.state == .committing)
        #expect(scene.ended[commit]??.message.hasPrefix("Timeout expired after 60000ms while awaiting EndTxn(true). CommitTransaction timed out") == true)
        let refused = scene.refusal { manager, call, now in try manager.abort(call, now) }
        #expect(
            refused?.message == "Cannot attempt operation `abortTransaction` because the previous call to `commitTransaction` timed out and must be retried")
        scene.answerEnd(id: 7, epoch: 1)
        #expect(scene.manager.state == .ready)
        #expect(scene.refusal { manager, _, _ in try manager.begin() } != nil, "whoever committed does not know yet that it is done")
        let again = try scene.call { manager, call, now in try manager.commit(call, now) }
        #expect(scene.ended[again] == .some(nil))
        try scene.manager.begin()
        #expect(scene.manager.state == .inTransaction)
    }

    @Test func aSecondCommitBesideTheFirstEndsWithIt() throws {
        var scene = try Self.scene(.inTransaction, version: 2)
        let first = try scene.call { manager, call, now in try manager.commit(call, now) }
        let second = try scene.call { manager, call, now in try manager.commit(call, now) }
        _ = scene.next()
        scene.answerEnd(id: 7, epoch: 1)
        #expect(scene.ended[first] == .some(nil) && scene.ended[second] == .some(nil))
    }

    @Test func aRetryWaitsForItsPauseAndGivesWayToWhatComesFirst() throws {
        var scene = TransactionScene(transactionVersion: 1)
        try scene.initialize()
        try scene.manager.begin()
        try scene.manager.admit(TransactionScene.t0)
        guard case .addPartitions(let request)? = scene.next(isDrained: false) else { Issue.record("no partition is added"); return }
        scene.answerPartitions(request) { _ in .coordinatorLoadInProgress }
        try scene.call { manager, call, now in try manager.abort(call, now) }
        let early = scene.next()
        #expect(early == nil)
        #expect(scene.manager.nextDeadline(after: scene.now) == scene.now + 100)
        scene.now += 100
        guard case .addPartitions(let retry)? = scene.next() else { Issue.record("it is not known whether the coordinator has begun"); return }
        scene.answerPartitions(retry)
        let end = scene.next()
        #expect(end?.key == .endTxn)
    }
}
