import KafkaProtocol
import Vocabulary

/// What a member claims to own, and since which generation.
struct OwnershipClaim {
    var partitions: [TopicPartition] = []
    var generation: Int32?
}

/// The sticky assignor's user data: the partitions of the last assignment and, from version 1, its generation.
struct StickyUserData: Message {
    static let name = "StickyAssignorUserData"
    static let versions: ClosedRange<Int16> = 0...1
    static let flexibleFrom: Int16 = .max

    var previousAssignment: [TopicAssignment] = []
    var generation: Int32 = -1

    mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        w.name("previousAssignment")
        try w.value(&previousAssignment)
        if w.version >= 1 {
            w.name("generation")
            try w.value(&generation)
        }
    }

    struct TopicAssignment: WireStruct {
        var topic = ""
        var partitions: [Int32] = []

        mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            w.name("topic")
            try w.value(&topic)
            w.name("partitions")
            try w.value(&partitions)
        }
    }

    static func encode(_ partitions: [TopicPartition], generation: Int32) -> Bytes {
        var data = StickyUserData()
        for (topic, group) in Dictionary(grouping: partitions, by: \.topic).sorted(by: { $0.key < $1.key }) {
            var entry = TopicAssignment()
            entry.topic = topic
            entry.partitions = group.map(\.partition)
            data.previousAssignment.append(entry)
        }
        data.generation = generation
        return data.encoded(version: 1)
    }

    /// Reads a member's claim. Bytes that are neither version mean a member without history, as in Java.
    static func claim(_ member: MemberSubscription) -> OwnershipClaim {
        guard let bytes = member.userData, !bytes.isEmpty else { return OwnershipClaim() }
        for version in [Int16(1), 0] {
            guard let data = try? StickyUserData.decode(bytes, version: version, allowsTrailing: true) else { continue }
            let partitions = data.previousAssignment.flatMap { entry in entry.partitions.map { TopicPartition(entry.topic, $0) } }
            return OwnershipClaim(partitions: partitions, generation: version == 1 ? data.generation : nil)
        }
        return OwnershipClaim(generation: -1)
    }
}

/// The cooperative-sticky assignor's user data: four bytes of generation, for members too old to name it in the subscription.
enum CooperativeUserData {
    static func encode(generation: Int32) -> Bytes {
        withUnsafeBytes(of: generation.bigEndian) { Bytes(Array($0)) }
    }

    static func claim(_ member: MemberSubscription) -> OwnershipClaim {
        if let generation = member.generationId { return OwnershipClaim(partitions: member.ownedPartitions, generation: generation) }
        guard let bytes = member.userData else { return OwnershipClaim(partitions: member.ownedPartitions) }
        return OwnershipClaim(partitions: member.ownedPartitions, generation: bytes.count >= 4 ? bytes.load(0, as: Int32.self) : -1)
    }

    /// Takes out of each member's share what another member still owns: it is given in the next rebalance, after the owner let go (KIP-429).
    static func withholdingTransfers(_ result: StickyAssignment.Result, _ members: [MemberSubscription]) -> [String: [TopicPartition]] {
        var partitions = result.partitions
        let transfers = result.transfers ?? transfers(in: partitions, members)
        for (partition, member) in transfers { partitions[member]?.removeAll { $0 == partition } }
        return partitions
    }

    private static func transfers(in partitions: [String: [TopicPartition]], _ members: [MemberSubscription]) -> [TopicPartition: String] {
        var added: [TopicPartition: String] = [:]
        var revoked: Set<TopicPartition> = []
        for member in members {
            let assigned = Set(partitions[member.memberId] ?? [])
            let owned = Set(member.ownedPartitions)
            for partition in assigned.subtracting(owned) { added[partition] = member.memberId }
            revoked.formUnion(owned.subtracting(assigned))
        }
        return added.filter { revoked.contains($0.key) }
    }
}
