import Vocabulary

/// The sticky assignment (KIP-54, KIP-341, KIP-415): as balanced as possible, moving as few partitions as possible.
/// Groups whose members all subscribe to the same topics take a direct way (`UniformStickyAssignment`), others the general one.
struct StickyAssignment {
    struct Result {
        var partitions: [String: [TopicPartition]]
        /// Partitions that go from one member to another, with the receiver; nil when the algorithm did not keep track.
        var transfers: [TopicPartition: String]?
    }

    static let noGeneration: Int32 = -1

    let counts: [String: Int32]
    /// In Java's iteration order.
    let members: [MemberSubscription]
    let claims: [String: OwnershipClaim]
    let racks: RackInfo

    init(_ counts: [String: Int32], _ members: [MemberSubscription], claims: [OwnershipClaim], racks: [TopicPartition: Set<String>]) {
        self.racks = RackInfo(members, partitions: counts.flatMap { topic, count in (0..<count).map { TopicPartition(topic, $0) } }, racks: racks)
        self.counts = counts
        self.members = JavaHash.ordered(members) { JavaHash.of($0.memberId) }
        self.claims = Dictionary(zip(members, claims).map { ($0.memberId, $1) }, uniquingKeysWith: { first, _ in first })
    }

    func assign() -> Result {
        if members.isEmpty { return Result(partitions: [:], transfers: [:]) }
        let history = readClaims()
        if subscriptionsAreEqual {
            var uniform = UniformStickyAssignment(
                counts: counts, members: members.map(\.memberId), owned: history.owned, disputed: history.disputed, racks: racks)
            return uniform.assign()
        }
        var general = GeneralStickyAssignment(self, owned: history.owned, maxGeneration: history.maxGeneration)
        return Result(partitions: general.assign(), transfers: nil)
    }

    private var subscriptionsAreEqual: Bool {
        var reference: Set<String> = []
        for member in members {
            if reference.isEmpty {
                reference = Set(member.topics)
            } else if member.topics.count != reference.count || !reference.isSuperset(of: member.topics) {
                return false
            }
        }
        return true
    }

    /// Who owns what according to the members, each partition at most once: of two claims the later generation's counts; in one generation, neither.
    private func readClaims() -> (owned: [String: [TopicPartition]], disputed: Set<TopicPartition>, maxGeneration: Int32) {
        var owned: [String: [TopicPartition]] = [:]
        var disputed: Set<TopicPartition> = []
        var owner: [TopicPartition: String] = [:]
        var maxGeneration = Self.noGeneration
        let declared = Dictionary(members.map { ($0.memberId, $0.generationId ?? Self.noGeneration) }, uniquingKeysWith: { first, _ in first })
        for member in members {
            let id = member.memberId
            let claim = claims[id] ?? OwnershipClaim()
            let generation = claim.generation ?? Self.noGeneration
            maxGeneration = max(maxGeneration, generation)
            owned[id] = []
            for partition in claim.partitions where partition.partition >= 0 && partition.partition < (counts[partition.topic] ?? 0) {
                guard let other = owner[partition] else {
                    owned[id, default: []].append(partition)
                    owner[partition] = id
                    continue
                }
                let otherGeneration = declared[other] ?? Self.noGeneration
                if generation < otherGeneration { continue }
                owned[other]?.removeAll { $0 == partition }
                owner[partition] = id
                if generation == otherGeneration { disputed.insert(partition) } else { owned[id, default: []].append(partition) }
            }
        }
        return (owned, disputed, maxGeneration)
    }
}
