import Broker
import KafkaProtocol
import Vocabulary

/// Members of a group of the consumer protocol (KIP-848) that join, leave, fall silent, lose answers and commit offsets, while partitions are added and
/// the broker restarts and loses power. At no time may two members have the same partition; no committed offset may be lost; in the end
/// the members share all partitions. Everything follows from the seed.
public struct GroupWorkload {
    public let seed: UInt64
    public let steps: Int

    /// What a run did, for a test to see that it did something.
    public struct Report: Sendable {
        public var assignments = 0
        public var commits = 0
        public var crashes = 0
        public var expired = 0
        public var violations: [String] = []

        public init() {}
    }

    private struct Member {
        let id: String
        var epoch: Int32 = 0
        var owned: Set<Int32> = []
        /// Whether the next heartbeat says everything: after joining, and when an answer was lost.
        var saysAll = true
        var heartbeat: SimulatedBroker.Pending<ConsumerGroupHeartbeatRequest>?
        /// When the heartbeat was sent whose answer came last; the session counts from then.
        var heard: Int64
        var sent: Int64 = 0
        var commit: (pending: SimulatedBroker.Pending<OffsetCommitRequest>, partition: Int32, offset: Int64)?
        var isSilent = false
    }

    private struct Run {
        let node: SimulatedBroker
        var topicId: Uuid
        var random: SeededGenerator
        var members: [Member] = []
        var partitions: Int32 = 3
        var created = 0
        /// The last offset that was committed for sure, and the last that anybody tried to commit.
        var acknowledged: [Int32: Int64] = [:]
        var tried: [Int32: Int64] = [:]
        var report = Report()

        mutating func chance(_ n: UInt64) -> Bool { random.next() % n == 0 }
    }

    private static let sessionMs: Int64 = 45_000

    public init(seed: UInt64, steps: Int = 500) {
        self.seed = seed
        self.steps = steps
    }

    public func run() throws -> Report {
        let node = try SimulatedBroker(seed: seed, properties: ["offsets.topic.num.partitions": "1"])
        var run = Run(node: node, topicId: try createTopic(node), random: SeededGenerator(seed: seed))
        for _ in 0..<steps {
            try act(&run)
            check(&run)
        }
        // Left alone, everybody who is still there comes to rest.
        for index in run.members.indices { run.members[index].isSilent = false }
        for _ in 0..<60 {
            node.advance(ms: 2_000)
            for index in run.members.indices {
                try step(&run, index, losesAnswers: false)
                node.sync()
                try step(&run, index, losesAnswers: false)
            }
            check(&run)
        }
        let owned = run.members.reduce(into: 0) { $0 += $1.owned.count }
        if !run.members.isEmpty && owned != run.partitions { run.report.violations.append("\(owned) of \(run.partitions) partitions are assigned in the end") }
        try checkOffsets(&run)
        return run.report
    }

    private func act(_ run: inout Run) throws {
        let node = run.node
        switch run.random.next() % 24 {
        case 0:
            var random = run.random
            try node.losePower(using: &random)
            run.random = random
            forgetPending(&run)
            run.report.crashes += 1
        case 1:
            try node.restart()
            forgetPending(&run)
        case 2:
            node.advance(ms: Int64(run.random.next() % 15_000))
            dropExpired(&run)
        case 3...8: node.sync()
        case 9 where run.members.count < 5:
            run.created += 1
            run.members.append(Member(id: "m\(run.created)", heard: node.now))
        case 10 where !run.members.isEmpty: leave(&run)
        case 11 where run.chance(4): try addPartition(&run)
        case 12 where !run.members.isEmpty:
            let index = Int(run.random.next() % UInt64(run.members.count))
            run.members[index].isSilent.toggle()
        case 13...15 where !run.members.isEmpty: try commit(&run, Int(run.random.next() % UInt64(run.members.count)))
        default:
            guard !run.members.isEmpty else { return }
            let index = Int(run.random.next() % UInt64(run.members.count))
            if !run.members[index].isSilent { try step(&run, index, losesAnswers: true) }
        }
    }

    // MARK: Members

    /// Takes the answer to the member's heartbeat, or sends the next one.
    private func step(_ run: inout Run, _ index: Int, losesAnswers: Bool) throws {
        guard let pending = run.members[index].heartbeat else { return send(&run, index) }
        guard let response = try pending.response() else { return }
        run.members[index].heartbeat = nil
        if losesAnswers && run.chance(8) {
            run.members[index].saysAll = true
            return
        }
        switch response.errorCode {
        case .none:
            run.members[index].heard = run.members[index].sent
            run.members[index].saysAll = false
            run.members[index].epoch = response.memberEpoch
            guard let assignment = response.assignment else { return }
            run.report.assignments += 1
            run.members[index].owned = Set(assignment.topicPartitions.flatMap(\.partitions))
        case .fencedMemberEpoch, .unknownMemberId:
            if response.errorMessage?.contains("greater member epoch") == true {
                run.report.violations.append("\(run.members[index].id) was told an epoch that is not in the log: \(response.errorMessage ?? "")")
            }
            rejoin(&run.members[index])
        case .notCoordinator, .coordinatorNotAvailable, .coordinatorLoadInProgress: run.members[index].saysAll = true
        default: throw SimulationError("seed \(seed): a heartbeat was refused with \(response.errorCode): \(response.errorMessage ?? "")")
        }
    }

    private func send(_ run: inout Run, _ index: Int) {
        let member = run.members[index]
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = "g"
        request.memberId = member.id
        request.memberEpoch = member.epoch
        if member.saysAll || member.epoch == 0 {
            request.rebalanceTimeoutMs = 300_000
            request.subscribedTopicNames = ["t"]
        }
        var row = ConsumerGroupHeartbeatRequest.TopicPartitions()
        row.topicId = run.topicId
        row.partitions = member.owned.sorted()
        request.topicPartitions = member.epoch == 0 || member.owned.isEmpty ? [] : [row]
        run.members[index].sent = run.node.now
        run.members[index].heartbeat = run.node.submit(request)
    }

    private func rejoin(_ member: inout Member) {
        member.epoch = 0
        member.owned = []
        member.saysAll = true
        member.commit = nil
    }

    private func leave(_ run: inout Run) {
        let member = run.members.remove(at: Int(run.random.next() % UInt64(run.members.count)))
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = "g"
        request.memberId = member.id
        request.memberEpoch = -1
        // Nobody waits for the answer; if the request is lost, the session ends the membership.
        _ = run.node.submit(request)
    }

    /// A member that has not been answered for its session's time gives everything up: the coordinator may have given it to others.
    private func dropExpired(_ run: inout Run) {
        for index in run.members.indices where run.members[index].epoch != 0 && run.node.now - run.members[index].heard >= Self.sessionMs {
            run.report.expired += 1
            run.members[index].heartbeat = nil
            rejoin(&run.members[index])
        }
    }

    private func forgetPending(_ run: inout Run) {
        for index in run.members.indices {
            run.members[index].commit = nil
            if run.members[index].heartbeat != nil { run.members[index].saysAll = true }
            run.members[index].heartbeat = nil
        }
    }

    private func check(_ run: inout Run) {
        var owners: [Int32: String] = [:]
        for member in run.members {
            for partition in member.owned {
                if let other = owners.updateValue(member.id, forKey: partition) {
                    run.report.violations.append("partition \(partition) belongs to \(other) and to \(member.id)")
                }
            }
        }
    }

    // MARK: Offsets

    private func commit(_ run: inout Run, _ index: Int) throws {
        if let open = run.members[index].commit {
            guard let response = try open.pending.response() else { return }
            run.members[index].commit = nil
            guard response.topics.first?.partitions.first?.errorCode == ErrorCode.none else { return }
            run.report.commits += 1
            run.acknowledged[open.partition] = max(open.offset, run.acknowledged[open.partition] ?? -1)
            return
        }
        guard let partition = run.members[index].owned.min() else { return }
        let offset = (run.tried[partition] ?? 0) + 1
        run.tried[partition] = offset
        var row = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
        row.partitionIndex = partition
        row.committedOffset = offset
        var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
        topic.topicId = run.topicId
        topic.partitions = [row]
        var request = OffsetCommitRequest()
        request.groupId = "g"
        request.memberId = run.members[index].id
        request.generationIdOrMemberEpoch = run.members[index].epoch
        request.topics = [topic]
        run.members[index].commit = (run.node.submit(request), partition, offset)
    }

    private func checkOffsets(_ run: inout Run) throws {
        var group = OffsetFetchRequest.OffsetFetchRequestGroup()
        group.groupId = "g"
        group.memberId = nil
        group.memberEpoch = -1
        group.topics = nil
        var request = OffsetFetchRequest()
        request.groups = [group]
        let rows = try run.node.call(request).groups.first?.topics.first?.partitions ?? []
        let found = Dictionary(rows.map { ($0.partitionIndex, $0.committedOffset) }) { first, _ in first }
        for (partition, offset) in run.acknowledged where !(offset...max(offset, run.tried[partition] ?? 0)).contains(found[partition] ?? -1) {
            run.report.violations.append("offset \(offset) of partition \(partition) was committed, and \(found[partition] ?? -1) is there")
        }
    }

    // MARK: Topic

    private func createTopic(_ node: SimulatedBroker) throws -> Uuid {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "t"
        topic.numPartitions = 3
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        guard let created = try node.call(request).topics.first, created.errorCode == .none else { throw SimulationError("the topic could not be created") }
        var coordinator = FindCoordinatorRequest()
        coordinator.coordinatorKeys = ["g"]
        _ = try node.call(coordinator)
        return created.topicId
    }

    private func addPartition(_ run: inout Run) throws {
        guard run.partitions < 12 else { return }
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        topic.name = "t"
        topic.count = run.partitions + 1
        topic.assignments = nil
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        if try run.node.call(request).results.first?.errorCode == ErrorCode.none { run.partitions += 1 }
    }
}
