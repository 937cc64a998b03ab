import Coordination
import KafkaProtocol
import Vocabulary

/// What becomes of a partition when its replicas in sync, its places or its brokers change, by the rules of Kafka's controller (KIP-455, KIP-841, KIP-966):
/// who leads, who may lead later, and when a reassignment is done. Nobody is elected who may lack something.
struct PartitionChange {
    enum Election {
        /// Only where the leader cannot go on.
        case online
        /// The first of the replicas if it can.
        case preferred
    }

    let old: PartitionImage
    var inSync: [Int32]
    var replicas: [Int32]
    var adding: [Int32]
    var removing: [Int32]
    var election = Election.online
    /// 1 from the election of somebody who may lack something until that leader says otherwise.
    var recoveryState: Int8
    /// A replica whose broker did not stop in order: it may have lost records.
    var unclean: Int32?
    /// Against the rules, to see that it is found out: any replica that is there may be elected.
    var electsAnybody = false
    /// `eligible.leader.replicas.version` is 1.
    private let hasElr: Bool
    private let minInSync: Int
    private let mayLead: (Int32) -> Bool
    private var eligible: [Int32]
    private var leader: Int32
    private var isUnclean = false

    private static let nobody: Int32 = -1

    init(_ old: PartitionImage, hasElr: Bool, minInSync: Int, mayLead: @escaping (Int32) -> Bool) {
        self.old = old
        (inSync, replicas, adding, removing) = (old.isr, old.replicas, old.addingReplicas, old.removingReplicas)
        (eligible, leader, recoveryState) = (old.eligibleLeaderReplicas, old.leader, old.leaderRecoveryState)
        self.hasElr = hasElr
        self.minInSync = min(minInSync, old.replicas.count)
        self.mayLead = mayLead
    }

    /// The record that makes the change; nil when there is none.
    /// - Parameter directory: of a replica that is new to the partition
    func record(_ topicId: Uuid, _ partition: Int32, directory: (Int32) -> Uuid) -> MetadataRecord? {
        var change = self
        change.finishReassignment()
        change.noteEligible()
        change.elect()
        return change.difference(topicId, partition, directory)
    }

    // MARK: Steps

    /// Done once all that come are in sync, and somebody who stays.
    private mutating func finishReassignment() {
        guard !adding.isEmpty || !removing.isEmpty else { return }
        let staying = inSync.filter { !removing.contains($0) }, places = replicas.filter { !removing.contains($0) }
        guard !staying.isEmpty, !places.isEmpty, adding.allSatisfy(staying.contains) else { return }
        if adding.count < removing.count, !places.allSatisfy(staying.contains) { return }
        (inSync, replicas, adding, removing) = (staying, places, [], [])
    }

    /// Who leaves the replicas in sync while those are fewer than there must be has all that is committed, for nothing is from then on.
    private mutating func noteEligible() {
        guard hasElr else { return eligible = [] }
        guard inSync.count < minInSync else { return eligible = [] }
        // Unlike Kafka 4.3, not one that a reassignment takes away: moved back later, with nothing, it would be elected there.
        eligible = Set(eligible + old.isr).filter { !inSync.contains($0) && $0 != unclean && replicas.contains($0) }.sorted()
    }

    private func isValid(_ id: Int32) -> Bool {
        guard mayLead(id) else { return false }
        return electsAnybody || inSync.contains(id) || inSync.isEmpty && eligible.contains(id)
    }

    private mutating func elect() {
        let first = election == .preferred ? replicas.first.flatMap { isValid($0) ? $0 : nil } : nil
        if let chosen = first ?? (isValid(old.leader) ? old.leader : replicas.first(where: isValid)) {
            leader = chosen
        } else if hasElr, eligible.isEmpty, inSync.isEmpty, old.lastKnownElr.count == 1, mayLead(old.lastKnownElr[0]) {
            // All have stopped out of order: whoever led last has the most.
            (leader, isUnclean) = (old.lastKnownElr[0], true)
        } else {
            leader = Self.nobody
        }
        guard leader != old.leader else { return }
        if eligible.contains(leader) {
            inSync = [leader]
            eligible.removeAll { $0 == leader }
        } else if isUnclean || electsAnybody && leader >= 0 && !inSync.contains(leader) {
            (inSync, eligible) = ([leader], [])
        }
    }

    private func difference(_ topicId: Uuid, _ partition: Int32, _ directory: (Int32) -> Uuid) -> MetadataRecord? {
        var record = PartitionChangeRecord()
        (record.topicId, record.partitionId) = (topicId, partition)
        let unchanged = record
        // A replica that goes takes the leader's epoch with it, so that nobody counts on it any more.
        if leader != old.leader || !old.replicas.allSatisfy(replicas.contains) { record.leader = leader }
        // Without eligible leaders the last one stays in sync, though nobody leads.
        if inSync != old.isr, hasElr || !inSync.isEmpty { record.isr = inSync }
        if eligible != old.eligibleLeaderReplicas { record.eligibleLeaderReplicas = eligible }
        if hasElr {
            if record.leader == Self.nobody, old.lastKnownElr.isEmpty {
                record.lastKnownElr = [old.leader]
            } else if record.leader >= 0, !old.lastKnownElr.isEmpty {
                record.lastKnownElr = []
            }
        }
        let state = isUnclean ? 1 : recoveryState
        if state != old.leaderRecoveryState { record.leaderRecoveryState = state }
        if replicas != old.replicas {
            let known = Dictionary(zip(old.replicas, old.directories), uniquingKeysWith: { first, _ in first })
            record.replicas = replicas
            record.directories = replicas.map { known[$0] ?? directory($0) }
        }
        if adding != old.addingReplicas { record.addingReplicas = adding }
        if removing != old.removingReplicas { record.removingReplicas = removing }
        return record.encoded(version: 2) == unchanged.encoded(version: 2) ? nil : MetadataRecord(record, version: 2)
    }
}
