@testable import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Simulation
import Vocabulary

/// An observer with its copy on a simulated disk and its metadata, beside a scripted quorum: messages go through their encoded form, with delays, losses and
/// damage; the node crashes. Whatever happens, what it folds must be what the quorum has committed.
final class QuorumObserverRun {
    let quorum: ScriptedQuorum
    private(set) var disk = SimulatedDisk()
    private(set) var observer: QuorumObserver
    private(set) var copy: MetadataLogCopy
    private(set) var store = MetadataStore()
    private(set) var next: Int64 = 0
    private(set) var violations: [String] = []
    /// What came to pass, by name.
    private(set) var deeds: [String: Int] = [:]
    private var storage: LogDirectories
    private var now: Int64 = 1000
    private var random: SeededGenerator
    private let version: Int16
    private let isStatic: Bool
    private var isSettling = false
    private var answers: [(atMs: Int64, deliver: (QuorumObserverRun) -> Void)] = []

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        quorum = ScriptedQuorum(size: [1, 3, 3, 5].randomElement(using: &random) ?? 3, seed: seed &+ 1)
        version = Int16.random(in: 12...18, using: &random)
        // Controllers that do not tell where the leader is are known by their configuration.
        isStatic = version < 17 || Bool.random(using: &random)
        (storage, copy, observer) = try Self.open(disk, quorum, isStatic: isStatic, now: now, &random)
    }

    private static func open(
        _ disk: SimulatedDisk, _ quorum: ScriptedQuorum, isStatic: Bool, now: Int64, _ random: inout SeededGenerator
    ) throws -> (LogDirectories, MetadataLogCopy, QuorumObserver) {
        let meta = "data/\(MetaProperties.fileName)"
        if !disk.exists(meta) {
            try disk.createDirectory("data")
            try disk.writeFile(meta, Bytes("version=1\nnode.id=9\ncluster.id=\(ScriptedQuorum.clusterId)\n"))
            try disk.syncDirectory(".")
        }
        var opening = LogDirectories.Opening(paths: ["data"], nodeId: 9)
        opening.followsQuorum = true
        let storage = try LogDirectories(disk: disk, opening, generator: &random)
        var broker = BrokerSettings(properties: [
            "internal.metadata.log.segment.bytes": "4096", "metadata.log.max.record.bytes.between.snapshots": "4000", "metadata.max.retention.bytes": "6000",
        ])
        broker.nodeId = 9
        var settings = QuorumSettings(nodeId: 9, directoryId: storage.metadata.directoryId, clusterId: ScriptedQuorum.clusterId, listener: "CONTROLLER")
        let rows = quorum.controllers
        if isStatic { settings.voters = rows.map { QuorumVoter(id: $0.id, address: $0.address) } } else { settings.bootstrapServers = rows.map(\.address) }
        settings.fetchMaxBytes = Int32.random(in: 100...2000, using: &random)
        settings.fetchSnapshotMaxBytes = Int32.random(in: 50...500, using: &random)
        let copy = try MetadataLogCopy(storage: storage, disk: disk, settings: broker, voters: settings.voters.map(\.id), isSynced: true, now: now)
        return (storage, copy, QuorumObserver(settings: settings, replica: copy, generator: &random, now: now))
    }

    private func did(_ deed: String) { deeds[deed, default: 0] += 1 }

    // MARK: Time

    /// One turn of the observer, or of the clock.
    func turn() throws {
        switch observer.next(now: now) {
        case .stop(let failure): throw SimulationError("stopped: \(failure)")
        case .send(let request): send(request)
        case .wait(let until):
            let due = answers.map(\.atMs).min() ?? until
            now = max(now, min(due, until))
        }
        for answer in answers.filter({ $0.atMs <= now }).sorted(by: { $0.atMs < $1.atMs }) { answer.deliver(self) }
        answers.removeAll { $0.atMs <= now }
        try takeCommitted()
    }

    func disturb() throws {
        quorum.disturb()
        if Int.random(in: 0..<10, using: &random) == 0 { maintain() }
        guard Int.random(in: 0..<120, using: &random) == 0 else { return }
        // The checkpoints of upkeep, or a clean stop; the process is killed, the disk is lost, or the power fails.
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return try storage.writeCheckpoints()
        case 1: try storage.close()
        case 2: disk = disk.copied()
        case 3: disk = SimulatedDisk()
        default: disk = disk.crashed(using: &random)
        }
        answers = []
        next = 0
        store = MetadataStore()
        (storage, copy, observer) = try Self.open(disk, quorum, isStatic: isStatic, now: now, &random)
        did("crash")
    }

    /// The upkeep of the copy, as the broker has it done now and then.
    private func maintain() {
        let (snapshot, start) = (copy.latestSnapshot, copy.logStartOffset)
        copy.maintain(store.image, now: now)
        if copy.latestSnapshot != snapshot { did("own snapshot") }
        if copy.logStartOffset > start { did("trimmed") }
    }

    // MARK: Messages

    private func send(_ request: QuorumRequest) {
        guard Int.random(in: 0..<20, using: &random) > 0 else { return did("lost request") }
        let delay = Int.random(in: 0..<25, using: &random) == 0 ? 2500 : Int64.random(in: 0...60, using: &random)
        guard let index = quorum.index(at: request.place.address) else {
            return later(delay) { $0.observer.failed(request.id, reason: "connection refused", now: $0.now) }
        }
        let leader = version >= 17 ? quorum.leaderAddress(index) : nil
        switch request.message {
        case .fetch(let message):
            guard let read = try? FetchRequest.decode(message.encoded(version: version), version: version) else {
                return violations.append("Fetch is unreadable")
            }
            guard version >= 15 ? read.replicaState.replicaId == 9 : read.replicaId == 9 else { return violations.append("who asks is not said") }
            let answer = quorum.controllers[index].answer(read, clusterId: ScriptedQuorum.clusterId, leader: leader)
            note(answer)
            let bytes = damaged(answer.encoded(version: version), where: answer.responses.first?.partitions.first?.records?.bytes)
            later(delay) { run in
                guard let response = try? FetchResponse.decode(bytes, version: run.version) else { return run.violations.append("Fetch answer is unreadable") }
                run.observer.answered(request.id, response, now: run.now)
            }
        case .fetchSnapshot(let message):
            let version: Int16 = version >= 17 ? 1 : 0
            guard let read = try? FetchSnapshotRequest.decode(message.encoded(version: version), version: version) else {
                return violations.append("FetchSnapshot is unreadable")
            }
            let answer = quorum.controllers[index].answer(read, clusterId: ScriptedQuorum.clusterId, leader: leader)
            did("snapshot piece \(answer.topics.first?.partitions.first?.errorCode.name ?? "")")
            let bytes = damaged(answer.encoded(version: version), where: answer.topics.first?.partitions.first?.unalignedRecords?.bytes)
            later(delay) { run in
                guard let response = try? FetchSnapshotResponse.decode(bytes, version: version) else {
                    return run.violations.append("FetchSnapshot answer is unreadable")
                }
                run.observer.answered(request.id, response, now: run.now)
            }
        }
    }

    private func later(_ delay: Int64, _ deliver: @escaping (QuorumObserverRun) -> Void) { answers.append((now + delay, deliver)) }

    private func note(_ answer: FetchResponse) {
        guard let partition = answer.responses.first?.partitions.first else { return }
        if partition.divergingEpoch.epoch >= 0 { did("divergence") }
        if partition.snapshotId.epoch >= 0 { did("snapshot") }
        did(partition.errorCode.name)
    }

    /// A bit that is wrong somewhere in the records, behind the batch's length.
    private func damaged(_ message: Bytes, where records: Bytes?) -> Bytes {
        guard !isSettling, let records, records.count > 70, Int.random(in: 0..<40, using: &random) == 0 else { return message }
        var bytes = message.array
        let start = (0...(bytes.count - records.count)).first { bytes[$0..<$0 + 20].elementsEqual(records.prefix(20).array) } ?? 0
        let at = start + Int.random(in: 61..<70, using: &random)
        bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        did("damage")
        return Bytes(bytes)
    }

    // MARK: What is committed

    private func takeCommitted() throws {
        guard observer.committedOffset <= quorum.committedEnd else { return violations.append("\(observer.committedOffset) is not committed") }
        while let piece = try copy.committed(from: next, to: observer.committedOffset, maxBytes: 500) {
            check(piece)
            try store.fold(piece)
            next = piece.nextOffset
            if let delta = try store.commit() {
                check(delta)
                store.publish(delta)
            }
        }
    }

    private func check(_ piece: CommittedMetadata) {
        switch piece {
        case .snapshot(let snapshot, _):
            did("snapshot folded")
            if snapshot.endOffset <= next { violations.append("\(snapshot.fileName) after offset \(next)") }
        case .records(let records, let end):
            let expected = (next..<end).compactMap { offset in quorum.committed[offset].map { CommittedMetadata.Record(offset: offset, value: $0) } }
            if records != expected {
                violations.append("offsets \(next) to \(end) are not what was committed: \(records.count) records, not \(expected.count)")
            }
            if end > quorum.committedEnd { violations.append("\(end) was handed on and is not committed") }
        }
    }

    /// What records may have changed must include what has changed.
    private func check(_ delta: MetadataDelta) {
        let whole = MetadataDelta(from: store.image, to: delta.new)
        let isWhole =
            whole.changedConfigs == delta.changedConfigs && whole.removedTopics.map(\.name) == delta.removedTopics.map(\.name)
            && whole.changedTopics.map(\.topic) == delta.changedTopics.map(\.topic)
        if !isWhole { violations.append("the difference up to \(delta.new.offset) is not that of the images") }
    }

    // MARK: The end

    /// Lets the quorum rest and the observer catch up; then everything must be the same.
    func settle() throws {
        quorum.settle()
        isSettling = true
        violations.insert(contentsOf: quorum.violations, at: 0)
        for _ in 0..<4000 where next < quorum.committedEnd { try turn() }
        if next != quorum.committedEnd { violations.append("it stays at \(next) of \(quorum.committedEnd): \(observer.obstacle ?? "nothing is in the way")") }
        if store.image != quorum.fold.image { violations.append("the images differ at \(next)") }
        guard let leader = quorum.leaderIndex else { return violations.append("there is no leader") }
        try compareFiles(quorum.controllers[leader])
    }

    /// The copy's segments are the leader's batches, byte for byte.
    private func compareFiles(_ leader: ScriptedController) throws {
        let directory = "data/__cluster_metadata-0"
        var bytes: [UInt8] = []
        for name in try disk.names(in: directory) where name.hasSuffix(".log") { bytes += try disk.readFile(directory + "/" + name).array }
        let own = try RecordBatches.all(in: Bytes(bytes)).filter { $0.baseOffset >= leader.logStart }
        let start = own.first?.baseOffset ?? copy.logEndOffset
        let theirs = leader.batches.filter { $0.baseOffset >= start }
        if own.map(\.bytes) != theirs.map(\.bytes) { violations.append("the files differ from offset \(start) on") }
        if copy.logEndOffset != leader.logEnd || copy.lastEpoch != leader.lastEpoch { violations.append("the ends differ") }
    }
}
