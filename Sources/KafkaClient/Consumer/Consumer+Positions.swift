import KafkaProtocol
import Vocabulary

/// Finding out where to read: committed offsets, offsets by time, and whether a position survived a change of leader.
extension Consumer {
    /// What a partition without an offset needs.
    var resetNeed: PartitionState.Need {
        config.resetPolicy == .none ? .undefined : .offset(timestamp: config.resetPolicy.timestamp(wallClockMs: wallClockMs()))
    }

    /// Asks what the partitions that were looked at need.
    func resolvePositions(_ needy: [PartitionState], _ now: Int64) {
        let undefined = needy.filter { $0.need == .undefined }
        if !undefined.isEmpty { return failUndefined(undefined.map(\.partition)) }
        var byLeader: [Int32: [PartitionState]] = [:]
        for state in needy where !state.isAsking {
            let partition = state.partition
            if now < state.retryAt {
                agenda.addWhenDue(state)
            } else if state.need == .committedOffset {
                uncommitted.append(state)
            } else if let leader = port.metadata.leader(partition.topic, partition.partition) {
                byLeader[leader.id, default: []].append(state)
            } else {
                leaderless.insert(partition)
            }
        }
        askCommitted()
        for (leader, states) in byLeader.sorted(by: { $0.key < $1.key }) {
            askOffsets(leader, states.filter { $0.need != .validation })
            askEpochs(leader, states.filter { $0.need == .validation })
        }
    }

    private func byTopic(_ states: [PartitionState]) -> [(topic: String, states: [PartitionState])] {
        Dictionary(grouping: states, by: \.partition.topic).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The partition's state if it is still the one that the question was about.
    private func current(_ state: PartitionState, _ stamp: Int) -> PartitionState? {
        guard states[state.partition] === state, state.stamp == stamp else { return nil }
        state.isAsking = false
        return state
    }

    private func retry(_ state: PartitionState) { state.retryAt = port.now + Int64(port.retryBackoffMs) }

    // MARK: Committed offsets

    private func askCommitted() {
        guard let groupId = config.groupId, !isAskingCommitted, !uncommitted.isEmpty else { return }
        let states = uncommitted.filter { self.states[$0.partition] === $0 && $0.need == .committedOffset && !$0.isAsking }
        uncommitted = []
        if states.isEmpty { return }
        isAskingCommitted = true
        let asked = states.map { (state: $0, stamp: $0.stamp) }
        for state in states { state.isAsking = true }
        let topics = byTopic(states)
        let generation = member?.generation ?? (-1, "")
        let usesEpochs = config.groupProtocol == .consumer && member != nil
        let requiresStable = config.readsCommittedOnly
        _ = port.submit(
            to: .groupCoordinator(groupId), options: RequestOptions(versions: 1...9),
            build: { version in
                var request = OffsetFetchRequest()
                request.requireStable = requiresStable
                if version >= 8 {
                    var group = OffsetFetchRequest.OffsetFetchRequestGroup()
                    group.groupId = groupId
                    if usesEpochs { (group.memberEpoch, group.memberId) = generation }
                    group.topics = topics.map { topic, states in
                        var entry = OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics()
                        entry.name = topic
                        entry.partitionIndexes = states.map(\.partition.partition)
                        return entry
                    }
                    request.groups = [group]
                } else {
                    request.groupId = groupId
                    request.topics = topics.map { topic, states in
                        var entry = OffsetFetchRequest.OffsetFetchRequestTopic()
                        entry.name = topic
                        entry.partitionIndexes = states.map(\.partition.partition)
                        return entry
                    }
                }
                return request
            }, retryCode: { CommittedOffsets($0).retryCode }
        ) { [weak self] (result: Result<OffsetFetchResponse, ClientError>) in
            guard let self else { return }
            self.isAskingCommitted = false
            let states = asked.compactMap { self.current($0.state, $0.stamp) }
            switch result {
            case .success(let answer): self.committedAnswered(CommittedOffsets(answer), states)
            case .failure(let error):
                if self.port.isFatal(error) { self.fail(error) }
                for state in states { self.retry(state) }
            }
        }
    }

    private func committedAnswered(_ answer: CommittedOffsets, _ states: [PartitionState]) {
        if answer.error != .none {
            for state in states {
                state.trouble = answer.error
                retry(state)
            }
            if [.unknownMemberId, .staleMemberEpoch].contains(answer.error) {
                member?.commitWasRefused(answer.error)
            } else if !answer.error.isRetriable {
                fail(ClientError(code: answer.error, message: groupMessage(answer.error)))
            }
            return
        }
        for state in states {
            guard let found = answer.offsets[state.partition] else {
                retry(state)
                continue
            }
            if found.error == .topicAuthorizationFailed {
                fail(ClientError(code: found.error, message: "Not authorized to access topics: [\(state.partition.topic)]"))
            } else if found.error != .none {
                state.trouble = found.error
                if found.error.isRetriable { retry(state) } else { fail(ClientError(code: found.error)) }
            } else if found.offset >= 0 {
                state.seek(to: found.offset, epoch: found.leaderEpoch)
                state.committedPosition = found.offset
                state.leaderEpoch = found.leaderEpoch
            } else {
                state.need = resetNeed
            }
        }
    }

    private func failUndefined(_ partitions: [TopicPartition]) {
        let list = partitions.sorted().map(\.description).joined(separator: ", ")
        fail(
            ClientError(
                .broker, exceptionClass: "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
                message: "Undefined offset with no reset policy for partitions: [\(list)]"))
    }

    /// Kafka's text for an error of the whole group.
    func groupMessage(_ code: ErrorCode) -> String? {
        code == .groupAuthorizationFailed ? "Not authorized to access group: \(config.groupId ?? "")" : nil
    }

    // MARK: Offsets by time

    private func askOffsets(_ leader: Int32, _ states: [PartitionState]) {
        if states.isEmpty { return }
        var asked: [TopicPartition: (state: PartitionState, stamp: Int)] = [:]
        var request = ListOffsetsRequest()
        request.replicaId = -1
        request.isolationLevel = config.readsCommittedOnly ? 1 : 0
        request.timeoutMs = Int32(clamping: port.requestTimeoutMs)
        for (topic, group) in byTopic(states) {
            var entry = ListOffsetsRequest.ListOffsetsTopic()
            entry.name = topic
            for state in group {
                guard case .offset(let timestamp) = state.need else { continue }
                state.isAsking = true
                asked[state.partition] = (state, state.stamp)
                var field = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition()
                field.partitionIndex = state.partition.partition
                field.currentLeaderEpoch = port.metadata.partition(topic, state.partition.partition)?.leaderEpoch ?? -1
                field.timestamp = timestamp
                entry.partitions.append(field)
            }
            request.topics.append(entry)
        }
        _ = port.submit(
            to: .node(leader), options: RequestOptions(timeoutMs: port.requestTimeoutMs, retry: .no), build: { [request] _ in request }, retryCode: nil
        ) {
            [weak self] (result: Result<ListOffsetsResponse, ClientError>) in
            guard let self else { return }
            switch result {
            case .success(let answer): self.offsetsAnswered(answer, &asked)
            case .failure(let error): if self.port.isFatal(error) { self.fail(error) }
            }
            // Whatever was not answered is asked again.
            for (_, rest) in asked { if let state = self.current(rest.state, rest.stamp) { self.retry(state) } }
            if !asked.isEmpty { self.port.refreshMetadata() }
        }
    }

    private func offsetsAnswered(_ answer: ListOffsetsResponse, _ asked: inout [TopicPartition: (state: PartitionState, stamp: Int)]) {
        for topic in answer.topics {
            for field in topic.partitions {
                let partition = TopicPartition(topic.name, field.partitionIndex)
                guard let entry = asked[partition] else { continue }
                switch field.errorCode {
                case .none:
                    asked[partition] = nil
                    guard let state = current(entry.state, entry.stamp) else { continue }
                    if field.offset >= 0 {
                        state.seek(to: field.offset, epoch: field.leaderEpoch)
                        state.leaderEpoch = port.metadata.partition(partition.topic, partition.partition)?.leaderEpoch ?? -1
                    } else {
                        // No record is as young as the reset policy's duration asks.
                        state.need = .offset(timestamp: ListOffsetsTimestamp.latest)
                    }
                case .topicAuthorizationFailed:
                    fail(ClientError(code: field.errorCode, message: "Not authorized to access topics: [\(topic.name)]"))
                default:
                    entry.state.trouble = field.errorCode
                    if !field.errorCode.isRetriable { fail(ClientError(code: field.errorCode)) }
                }
            }
        }
    }

    // MARK: Validation after a change of leader

    private func askEpochs(_ leader: Int32, _ states: [PartitionState]) {
        if states.isEmpty { return }
        var asked: [TopicPartition: (state: PartitionState, stamp: Int, epoch: Int32)] = [:]
        var request = OffsetForLeaderEpochRequest()
        request.replicaId = -1
        for (topic, group) in byTopic(states) {
            var entry = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
            entry.topic = topic
            for state in group {
                state.isAsking = true
                let epoch = port.metadata.partition(topic, state.partition.partition)?.leaderEpoch ?? -1
                asked[state.partition] = (state, state.stamp, epoch)
                var field = OffsetForLeaderEpochRequest.OffsetForLeaderTopic.OffsetForLeaderPartition()
                field.partition = state.partition.partition
                field.currentLeaderEpoch = epoch
                field.leaderEpoch = state.fetchEpoch
                entry.partitions.append(field)
            }
            request.topics.append(entry)
        }
        _ = port.submit(
            to: .node(leader), options: RequestOptions(timeoutMs: port.requestTimeoutMs, retry: .no), build: { [request] _ in request }, retryCode: nil
        ) {
            [weak self] (result: Result<OffsetForLeaderEpochResponse, ClientError>) in
            guard let self else { return }
            if case .success(let answer) = result { self.epochsAnswered(answer, &asked) }
            if case .failure(let error) = result, error.kind == .unsupportedVersion {
                // A broker that cannot tell: go on as before leader epochs existed.
                for (_, entry) in asked { if let state = self.current(entry.state, entry.stamp) { (state.need, state.leaderEpoch) = (.nothing, entry.epoch) } }
                return
            }
            for (_, rest) in asked { if let state = self.current(rest.state, rest.stamp) { self.retry(state) } }
            if !asked.isEmpty { self.port.refreshMetadata() }
        }
    }

    private func epochsAnswered(
        _ answer: OffsetForLeaderEpochResponse, _ asked: inout [TopicPartition: (state: PartitionState, stamp: Int, epoch: Int32)]
    ) {
        for topic in answer.topics {
            for field in topic.partitions {
                let partition = TopicPartition(topic.topic, field.partition)
                guard field.errorCode == .none else {
                    asked[partition]?.state.trouble = field.errorCode
                    continue
                }
                guard let entry = asked.removeValue(forKey: partition), let state = current(entry.state, entry.stamp) else { continue }
                (state.need, state.trouble) = (.nothing, nil)
                state.leaderEpoch = entry.epoch
                guard field.endOffset < 0 || field.endOffset < state.fetchOffset else { continue }
                truncated(state, endOffset: field.endOffset, epoch: field.leaderEpoch)
            }
        }
    }

    /// The new leader's log ends before what was read: what followed was lost with the old leader.
    private func truncated(_ state: PartitionState, endOffset: Int64, epoch: Int32) {
        if config.resetPolicy == .none {
            let offsets = "Truncated partition \(state.partition) from offset \(state.fetchOffset) to \(endOffset)"
            fail(ClientError(.broker, exceptionClass: "org.apache.kafka.clients.consumer.LogTruncationException", message: offsets))
        } else if endOffset >= 0 {
            state.seek(to: endOffset, epoch: epoch)
        } else {
            state.reset(resetNeed)
        }
    }
}

/// The answer to OffsetFetch, the same for all its versions.
struct CommittedOffsets {
    struct Entry {
        var offset: Int64
        var leaderEpoch: Int32
        var error: ErrorCode
    }

    var error: ErrorCode
    var offsets: [TopicPartition: Entry] = [:]

    init(_ answer: OffsetFetchResponse) {
        error = answer.errorCode
        for topic in answer.topics {
            for field in topic.partitions {
                offsets[TopicPartition(topic.name, field.partitionIndex)] = Entry(
                    offset: field.committedOffset, leaderEpoch: field.committedLeaderEpoch, error: field.errorCode)
            }
        }
        guard let group = answer.groups.first else { return }
        error = group.errorCode
        for topic in group.topics {
            for field in topic.partitions {
                offsets[TopicPartition(topic.name, field.partitionIndex)] = Entry(
                    offset: field.committedOffset, leaderEpoch: field.committedLeaderEpoch, error: field.errorCode)
            }
        }
    }

    /// The code that decides whether to ask again.
    var retryCode: ErrorCode {
        if error != .none { return error }
        return offsets.values.first { $0.error.isRetriable }?.error ?? .none
    }
}
