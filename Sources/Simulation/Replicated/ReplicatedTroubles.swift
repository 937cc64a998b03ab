import Coordination
import KafkaProtocol
import Vocabulary

/// What happens to the brokers of a cluster and the ways between them.
final class ReplicatedTroubles {
    private let world: World
    private let network: Network
    private let controller: ScriptedClusterController
    private let members: [SimulatedMember]
    private var kills = 0
    private var stops = 0
    private var powerFailures = 0
    private var cuts = 0
    private var moves = 0
    private var shifts = 0
    private var lostDisks = 0
    private(set) var violations: [String] = []
    private var isOver = false
    /// Nothing happens to brokers and the ways between them: somebody is about to lose power, or has lost it and is not fenced yet.
    private var isHeld = false

    init(_ world: World, _ network: Network, _ controller: ScriptedClusterController, _ members: [SimulatedMember]) {
        (self.world, self.network, self.controller, self.members) = (world, network, controller, members)
    }

    func count(_ report: inout ReplicatedWorkload.Report) {
        (report.kills, report.stops, report.powerFailures, report.cuts, report.moves) = (kills, stops, powerFailures, cuts, moves)
        (report.shifts, report.lostDisks) = (shifts, lostDisks)
    }

    func begin() {
        world.after(500) { [self] in next() }
        if controller.sabotage == .changesAReplica { changeReplica() }
    }

    /// Everything heals, and everybody comes back.
    func end() {
        isOver = true
        heal()
        for member in members where member.server.missing != nil { bringDiskBack(member) }
        for link in members.flatMap(\.server.links) where link.losesRequests || link.losesReplies { link.end(reportedAfter: 0) }
        bringBack()
    }

    private func bringBack() {
        // One that was stopping goes down yet.
        for member in members where !member.isUp { start(member) }
        world.after(500) { [weak self] in self?.bringBack() }
    }

    private func heal() {
        world.tell("the network heals")
        network.heal()
        for member in members { member.metadataLagMs = 0 }
    }

    // MARK: One after another

    private func next() {
        guard !isOver else { return }
        switch world.below(20) {
        case 0, 1, 2: cutClient { $0.end(reportedAfter: Int64(self.world.below(50))) }
        case 3, 4: cutClient { if self.world.isOneIn(2) { $0.losesRequests = true } else { $0.losesReplies = true } }
        default: if !isHeld { troubleBrokers() }
        }
        world.after(Int64(50 + world.below(1_500))) { [self] in next() }
    }

    private func cutClient(_ how: (Link) -> Void) {
        let links = members.flatMap(\.server.links)
        guard !links.isEmpty else { return }
        cuts += 1
        how(links[world.below(links.count)])
    }

    private func troubleBrokers() {
        let member = members[world.below(members.count)]
        switch world.below(member.server.spareDirectories.isEmpty ? 20 : 26) {
        case 20, 21, 22, 23, 24: shift(member)
        case 25: loseDisk(member)
        case 0, 1, 2: kill(member)
        case 3: stop(member)
        case 4: calm()
        case 5, 6, 7: silence(member.id, members[world.below(members.count)].id)
        case 8: isolate(member.id)
        case 9, 10: silenceController(member.id)
        case 11, 12: delayMetadata(member)
        case 13, 14: withPartition { controller.electPreferred($0, $1) }
        case 15, 16, 17: withPartition { move($0, $1) }
        default: break
        }
    }

    // MARK: Brokers

    private func start(_ member: SimulatedMember) {
        guard !member.isUp else { return }
        do { try member.server.start() } catch { violations.append("broker \(member.id) does not start: \(error)") }
    }

    private func startLater(_ member: SimulatedMember) { world.after(Int64(world.below(6_000))) { [self] in start(member) } }

    private func kill(_ member: SimulatedMember) {
        guard member.isUp else { return }
        kills += 1
        member.server.kill()
        startLater(member)
    }

    private func stop(_ member: SimulatedMember) {
        guard member.isUp else { return }
        stops += 1
        member.stop()
        world.after(Int64(1_000 + world.below(8_000))) { [self] in start(member) }
    }

    /// Changes the checksum of the first batch that a follower in sync has, now and then.
    private func changeReplica() {
        world.after(1_000) { [self] in
            guard !isOver else { return }
            changeReplica()
            let index = Int32(world.below(3)), partition = controller.image.topic("t")?.partition(index)
            guard let id = partition?.isr.first(where: { $0 != partition?.leader }), let server = members.first(where: { $0.id == id })?.server,
                let log = server.broker?.partitions.partition("t", index)?.log, log.offsets.highWatermark > .zero
            else { return }
            _ = try? server.disk.openFile("data/t-\(index)/00000000000000000000.log", create: false).write([Bytes("?")], at: 18)
        }
    }

    // MARK: Log directories

    /// Has some of a broker's logs moved to other directories of its own, as a client asks for it.
    private func shift(_ member: SimulatedMember) {
        guard let broker = member.server.broker else { return }
        shifts += 1
        var request = AlterReplicaLogDirsRequest()
        for partition in broker.partitions.all where world.isOneIn(4) {
            var row = AlterReplicaLogDirsRequest.AlterReplicaLogDir()
            row.path = member.server.directories[world.below(member.server.directories.count)]
            row.topics = [AlterReplicaLogDirsRequest.AlterReplicaLogDir.AlterReplicaLogDirTopic()]
            (row.topics[0].name, row.topics[0].partitions) = (partition.topic, [partition.index])
            request.dirs.append(row)
        }
        var writer = WireWriter()
        let version = AlterReplicaLogDirsRequest.versions.upperBound
        RequestHeader(apiKey: AlterReplicaLogDirsRequest.apiKey, version: version, correlationId: Int32(shifts), clientId: "operator")
            .encode(into: &writer, version: RequestHeader.version(for: AlterReplicaLogDirsRequest.self, version: version))
        request.encode(into: &writer, version: version)
        member.server.deliverAgain(writer.finishedBytes())
    }

    /// A log directory is gone for a while, perhaps also at the next start.
    private func loseDisk(_ member: SimulatedMember) {
        guard member.server.missing == nil, member.isUp else { return }
        lostDisks += 1
        let spare = member.server.spareDirectories
        member.server.missing = spare[world.below(spare.count)]
        world.tell("broker \(member.id) cannot use \(member.server.missing ?? "")")
        if world.isOneIn(3) { world.after(Int64(world.below(5_000))) { [self] in if world.isOneIn(2) { kill(member) } else { stop(member) } } }
        world.after(Int64(1_000 + world.below(12_000))) { [self] in bringDiskBack(member) }
    }

    /// The broker finds it again when it starts anew.
    private func bringDiskBack(_ member: SimulatedMember) {
        guard member.server.missing != nil else { return }
        world.tell("broker \(member.id) can use all its directories again")
        if member.isUp {
            kills += 1
            member.server.kill()
        }
        member.server.missing = nil
        if !isOver { startLater(member) }
    }

    // MARK: Power

    /// All come back and in sync, and then one loses its power.
    private func calm() {
        isHeld = true
        heal()
        for member in members { start(member) }
        awaitCalm(since: nil, until: world.now + 30_000)
    }

    private var isCalm: Bool {
        members.allSatisfy { member in member.isUp && controller.image.brokers[member.id].map { !$0.isFenced && !$0.isInControlledShutdown } ?? false }
            && controller.image.topicsByName.values.allSatisfy { topic in
                topic.partitions.allSatisfy { Set($0.isr) == Set($0.replicas) && $0.addingReplicas.isEmpty && $0.removingReplicas.isEmpty }
            }
    }

    /// - Parameter since: from when on all has been in sync
    private func awaitCalm(since: Int64?, until end: Int64) {
        guard !isOver, world.now < end else { return isHeld = false }
        let since = isCalm ? since ?? world.now : nil
        // Longer than a replica may lag: nobody is about to be left behind.
        if let since, world.now - since > 4_000 { return failPower(members[world.below(members.count)]) }
        world.after(100) { [self] in
            for member in members { start(member) }
            awaitCalm(since: since, until: end)
        }
    }

    private func failPower(_ member: SimulatedMember) {
        powerFailures += 1
        let epoch = controller.image.brokers[member.id]?.epoch
        member.server.losePower()
        if let disk = member.server.spareDirectories.first, world.isOneIn(2) {
            lostDisks += 1
            do { try member.server.replace(disk) } catch { violations.append("the disk of broker \(member.id) cannot be replaced: \(error)") }
        }
        startLater(member)
        awaitFence(member.id, epoch)
    }

    private func awaitFence(_ id: Int32, _ epoch: Int64?) {
        if let broker = controller.image.brokers[id], broker.isFenced || broker.epoch != epoch { return isHeld = false }
        world.after(50) { [self] in awaitFence(id, epoch) }
    }

    // MARK: Ways

    private func forAWhile(_ body: () -> Void, _ undo: @escaping () -> Void) {
        cuts += 1
        body()
        world.after(Int64(200 + world.below(8_000)), undo)
    }

    private func silence(_ from: Int32, _ to: Int32) {
        guard from != to else { return }
        world.tell("nothing arrives from \(from) at \(to)")
        forAWhile({ network.lose(from, to) }, { [self] in network.find(from, to) })
    }

    private func isolate(_ id: Int32) { for other in members.map(\.id) where other != id { cutOff(id, other) } }

    private func cutOff(_ one: Int32, _ other: Int32) {
        silence(one, other)
        silence(other, one)
    }

    /// It is fenced, and does not know it.
    private func silenceController(_ id: Int32) {
        if world.isOneIn(2) { silence(id, ScriptedClusterController.id) }
        silence(ScriptedClusterController.id, id)
    }

    private func delayMetadata(_ member: SimulatedMember) {
        world.tell("the metadata comes late to \(member.id)")
        forAWhile({ member.metadataLagMs = 500 + world.below(6_000) }, { member.metadataLagMs = 0 })
    }

    // MARK: Partitions

    private func withPartition(_ body: (TopicImage, Int32) -> Void) {
        let topics = controller.image.topicsByName.values.sorted { $0.name < $1.name }
        guard !topics.isEmpty else { return }
        let topic = topics[world.below(topics.count)]
        body(topic, Int32(world.below(topic.partitions.count)))
    }

    private func move(_ topic: TopicImage, _ index: Int32) {
        moves += 1
        var ids = members.map(\.id)
        for index in ids.indices { ids.swapAt(index, world.below(index + 1)) }
        controller.reassign(topic, index, to: Array(ids.prefix(2 + world.below(2))))
    }
}
