import Coordination
import KafkaProtocol
import Vocabulary

/// A controller quorum in memory that follows Kafka's rules as far as an observer can see: leaders of growing epochs, also such as do not know yet that they
/// are none any more, logs that differ behind what is committed, snapshots. What happens comes from the caller, or from a seed (`disturb`).
public final class ScriptedQuorum {
    public static let clusterId = "c2NyaXB0ZWQtcXVvcnVtMQ"

    public private(set) var controllers: [ScriptedController]
    /// What is committed: all metadata records by offset.
    public private(set) var committed: [Int64: Bytes] = [:]
    public private(set) var committedEnd: Int64 = 0
    private var lastCommitted: Bytes?
    /// They folded.
    public private(set) var fold = MetadataFold()
    /// Breaches of the quorum's own promises: there must be none.
    public private(set) var violations: [String] = []
    public var random: SeededGenerator
    private var names = 0

    public init(size: Int, seed: UInt64) {
        controllers = (1...size).map { ScriptedController(id: Int32($0)) }
        random = SeededGenerator(seed: seed)
        elect(0)
    }

    private var majority: Int { controllers.count / 2 + 1 }

    /// The controller of the newest epoch's leader; nil when it is down.
    public var leaderIndex: Int? {
        let epoch = controllers.map(\.epoch).max() ?? 0
        return controllers.firstIndex { $0.isLeader && $0.epoch == epoch && !$0.isDown }
    }

    public func index(at address: HostPort) -> Int? { controllers.firstIndex { $0.address == address && !$0.isDown } }

    public func setDown(_ index: Int, _ isDown: Bool) { controllers[index].isDown = isDown }

    /// Where a controller says that the leader is that it believes in.
    public func leaderAddress(_ index: Int) -> HostPort? {
        controllers[index].leaderId.flatMap { leader in controllers.first { $0.id == leader }?.address }
    }

    // MARK: What happens

    /// Elects a controller, if a majority that is up lets its log lead. The others hear of the epoch, and of the leader later.
    @discardableResult
    public func elect(_ index: Int) -> Bool {
        guard !controllers[index].isDown else { return false }
        let candidate = controllers[index]
        let voters = controllers.indices.filter {
            !controllers[$0].isDown && (controllers[$0].lastEpoch, controllers[$0].logEnd) <= (candidate.lastEpoch, candidate.logEnd)
        }
        guard voters.count >= majority else { return false }
        let epoch = (controllers.map(\.epoch).max() ?? 0) + 1
        for voter in voters.prefix(majority) + [index] { controllers[voter].learn(epoch: epoch, leader: nil) }
        controllers[index].leaderId = candidate.id
        controllers[index].matches = [:]
        append(index, control: .leaderChange, LeaderChangeMessage().encoded(version: 0))
        // A transaction that the leader before could not end.
        if leaderFold(index).isInTransaction { append(index, [MetadataRecord(AbortTransactionRecord())]) }
        return true
    }

    public func append(_ index: Int, _ records: [MetadataRecord]) {
        let builder = RecordBatchBuilder(baseOffset: controllers[index].logEnd, partitionLeaderEpoch: controllers[index].epoch)
        for record in records { builder.append(timestamp: 1, key: nil, value: record.encoded()) }
        write(index, builder)
    }

    public func append(_ index: Int, control type: ControlRecordType, _ value: Bytes) {
        let builder = RecordBatchBuilder(baseOffset: controllers[index].logEnd, partitionLeaderEpoch: controllers[index].epoch, isControl: true)
        builder.append(timestamp: 1, key: type.key, value: value)
        write(index, builder)
    }

    private func write(_ index: Int, _ builder: RecordBatchBuilder) {
        // What was just built is a batch.
        guard let batch = try? RecordBatch.parse(builder.build()) else { return violations.append("a batch that is none was built") }
        controllers[index].append(batch)
        commit(index)
    }

    /// Brings a follower's log nearer to a leader's, unless one of them hears that it is late.
    public func replicate(_ leader: Int, to follower: Int, count: Int = .max) {
        guard leader != follower, controllers[leader].isLeader, !controllers[leader].isDown, !controllers[follower].isDown else { return }
        guard controllers[follower].epoch <= controllers[leader].epoch else {
            return controllers[leader].learn(epoch: controllers[follower].epoch, leader: controllers[follower].leaderId)
        }
        controllers[follower].learn(epoch: controllers[leader].epoch, leader: controllers[leader].id)
        controllers[follower].follow(controllers[leader], count: count)
        controllers[leader].matches[controllers[follower].id] = controllers[follower].logEnd
        commit(leader)
    }

    /// Moves a leader's high watermark: to what a majority has, if that is of its own epoch.
    private func commit(_ index: Int) {
        let leader = controllers[index]
        let ends = ([leader.logEnd] + controllers.filter { $0.id != leader.id }.map { leader.matches[$0.id] ?? 0 }).sorted(by: >)
        let end = ends[majority - 1]
        guard end > leader.highWatermark, end > 0, leader.epoch(at: end - 1) == leader.epoch else { return }
        controllers[index].highWatermark = end
        for batch in leader.batches where batch.baseOffset >= committedEnd && batch.nextOffset <= end {
            guard batch.baseOffset == committedEnd, let records = try? batch.records() else {
                return violations.append("offset \(committedEnd) was committed and is not in the log of the leader \(leader.id)")
            }
            for record in records where !batch.isControl {
                do {
                    guard let value = record.value else { throw SimulationError("it has no value") }
                    try fold.replay(try MetadataRecord.decode(value), offset: record.offset)
                    committed[record.offset] = value
                } catch {
                    return violations.append("what was committed at offset \(record.offset) cannot be folded: \(error)")
                }
            }
            committedEnd = batch.nextOffset
            lastCommitted = batch.bytes
            fold.skip(to: committedEnd - 1)
        }
    }

    /// What all that a leader has amounts to, its uncommitted end included.
    private func leaderFold(_ index: Int) -> MetadataFold {
        var whole = fold
        for batch in controllers[index].batches where batch.baseOffset >= committedEnd && !batch.isControl {
            for record in (try? batch.records()) ?? [] {
                guard let value = record.value, let decoded = try? MetadataRecord.decode(value) else { continue }
                try? whole.replay(decoded, offset: record.offset)
            }
        }
        return whole
    }

    /// Has a controller write a snapshot of what is committed, if it has all of that. Those of two controllers are never the same bytes.
    public func takeSnapshot(_ index: Int) {
        guard !fold.isInTransaction, controllers[index].batches.contains(where: { $0.bytes == lastCommitted }) else { return }
        let snapshot = MetadataSnapshot(endOffset: committedEnd, epoch: controllers[index].epoch(at: committedEnd - 1))
        var contents = MetadataSnapshot.Contents()
        contents.values = fold.image.records.map { $0.encoded() }
        contents.lastContainedLogTimestamp = 1
        var bytes: [UInt8] = []
        snapshot.write(contents, now: 1000 + Int64(controllers[index].id)) { (batch) throws(Never) in bytes += batch.array }
        controllers[index].keep(snapshot, Bytes(bytes))
    }

    public func trim(_ index: Int, keeping count: Int) {
        let snapshots = controllers[index].snapshots.keys.sorted()
        guard snapshots.count >= count, let oldest = snapshots.suffix(count).first else { return }
        controllers[index].trim(to: oldest)
    }

    // MARK: A life from a seed

    /// One random event.
    public func disturb() {
        let index = controllers.indices.randomElement(using: &random) ?? 0
        let other = controllers.indices.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40:
            if let leader = controllers.indices.filter({ controllers[$0].isLeader && !controllers[$0].isDown }).randomElement(using: &random) { change(leader) }
        case 40..<80:
            if let leader = controllers.indices.filter({ controllers[$0].isLeader }).randomElement(using: &random) {
                replicate(leader, to: other, count: Int.random(in: 1...4, using: &random))
            }
        case 80..<84: elect(index)
        case 84..<91: takeSnapshot(index)
        case 91..<95: trim(index, keeping: Int.random(in: 1...2, using: &random))
        case 95..<97: if controllers.filter(\.isDown).count + 1 < majority { setDown(index, true) }
        default: setDown(index, false)
        }
    }

    /// Writes something that fits the leader's log.
    private func change(_ index: Int) {
        let state = leaderFold(index)
        if state.isInTransaction, Int.random(in: 0..<3, using: &random) == 0 {
            return append(index, [Bool.random(using: &random) ? MetadataRecord(EndTransactionRecord()) : MetadataRecord(AbortTransactionRecord())])
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0 where !state.isInTransaction: append(index, [MetadataRecord(BeginTransactionRecord())])
        // In a transaction the image does not say which topics there are.
        case 1 where !state.isInTransaction:
            guard let topic = state.image.topicsByName.values.sorted(by: { $0.name < $1.name }).randomElement(using: &random) else { return }
            var removal = RemoveTopicRecord()
            removal.topicId = topic.id
            append(index, [MetadataRecord(removal)])
        case 2, 3, 4:
            names += 1
            var topic = TopicRecord()
            (topic.name, topic.topicId) = ("t\(names)", Uuid(high: 7, low: UInt64(names)))
            var partition = PartitionRecord()
            (partition.topicId, partition.partitionId, partition.replicas, partition.isr, partition.leader) = (topic.topicId, 0, [1], [1], 1)
            append(index, [MetadataRecord(topic), MetadataRecord(partition, version: 1)])
        case 5:
            append(index, [MetadataRecord(NoOpRecord())])
        default:
            var config = ConfigRecord()
            (config.resourceType, config.resourceName) = (ConfigResource.Kind.topic.rawValue, "t\(Int.random(in: 1...8, using: &random))")
            (config.name, config.value) = ("retention.ms", Bool.random(using: &random) ? "\(Int.random(in: 1...99, using: &random))" : nil)
            append(index, [MetadataRecord(config)])
        }
    }

    /// Ends the disturbance: all are up, one leads, and everything is committed.
    public func settle() {
        for index in controllers.indices { setDown(index, false) }
        for index in controllers.indices where elect(index) { break }
        guard let leader = leaderIndex else { return violations.append("nobody can be elected") }
        if leaderFold(leader).isInTransaction { append(leader, [MetadataRecord(AbortTransactionRecord())]) }
        for _ in 0..<2 { for other in controllers.indices { replicate(leader, to: other) } }
    }
}
