import KafkaClient
import KafkaProtocol
import LogStorage
import Vocabulary

/// Transactional programs and readers of what they commit, beside the other clients of a cluster.
final class ReplicatedTransactions {
    static let topic: (name: String, partitions: Int32, replicas: Int16) = ("x", 2, 3)
    /// Records of this one are deleted, in the middle of transactions, too.
    static let passing: (name: String, partitions: Int32, replicas: Int16) = ("y", 2, 3)
    private static let groups = ["g0", "g1", "g2"]

    private let world: World
    private let newClient: () -> SimulatedClient
    private var programs: [TransactionalProgram] = []
    private var readers: [TransactionReader] = []
    private var isOver = false
    private var lastOffsets: [GroupOffset: Int64] = [:]

    init(_ world: World, newClient: @escaping () -> SimulatedClient) { (self.world, self.newClient) = (world, newClient) }

    func begin() {
        for index in 0..<2 { addProgram("x\(index)") }
        addReader()
        next()
    }

    private func addProgram(_ transactionalId: String) {
        programs.append(
            TransactionalProgram(
                world, newClient(), number: programs.count, transactionalId: transactionalId,
                topics: [Self.topic, Self.passing].map { ($0.name, $0.partitions) }))
    }

    private func addReader() {
        let partitions = (0..<Self.topic.partitions).map { TopicPartition(Self.topic.name, $0) }
        readers.append(TransactionReader(world, newClient(), partitions: partitions, committedOnly: true))
    }

    private func next() {
        world.after(Int64(1_000 + world.below(8_000))) { [self] in
            guard !isOver else { return }
            if world.isOneIn(3) { addReader() } else { replaceProgram() }
            next()
        }
    }

    /// A program dies, or is fenced by another one and goes on.
    private func replaceProgram() {
        let id = "x\(world.below(2))"
        if let old = programs.last(where: { $0.transactionalId == id && !$0.isOver }), world.isOneIn(2) { old.kill() }
        addProgram(id)
    }

    /// What is open is ended, by its program or by the coordinator.
    func end() {
        isOver = true
        for program in programs where !program.isOver {
            program.isStopping = true
            if world.isOneIn(3) { program.kill() }
        }
    }

    var unrest: String? {
        programs.first { !$0.isOver }.map { "program \($0.number) of \($0.transactionalId) \($0.standing)" }
    }

    /// Asks for the groups' offsets as they are in the end.
    func askForOffsets(_ client: SimulatedClient) {
        for group in Self.groups {
            client.fetchOffsets(of: group, requireStable: true) { [self] found in for row in found { lastOffsets[row.place] = row.offset } }
        }
    }

    /// - Parameters:
    ///   - logs: of the programs' topic
    ///   - passingLogs: of the one that loses records
    ///   - offsets: of the groups' topic
    func violations(_ logs: [DecidedLog], passingLogs: [DecidedLog], offsets: [DecidedLog]) throws -> [String] {
        var check = TransactionCheck(stories: [:], logs: logs, passingLogs: passingLogs)
        for program in programs { for story in program.stories { check.stories[story.id] = story } }
        check.offsets = try offsets.flatMap { try DecidedOffset.all(in: $0) }.filter { Self.groups.contains($0.place.group) }
        check.reads = readers.reduce(into: []) { $0.formUnion($1.reads) }
        check.lastOffsets = lastOffsets
        return check.violations() + programs.flatMap(\.complaints) + readers.flatMap(\.complaints)
    }

    func count(_ report: inout ReplicatedWorkload.Report) {
        let ends = programs.flatMap(\.stories).map(\.end)
        report.committed = ends.filter { $0 == .committed }.count
        report.aborted = ends.filter { $0 == .aborted }.count
        report.unknown = ends.filter { $0 == .commitAsked || $0 == .abortAsked }.count
    }
}
