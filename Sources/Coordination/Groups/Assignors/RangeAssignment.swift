import KafkaProtocol

/// The range assignor: each topic on its own is cut into one run of partitions per subscriber, the first runs one longer than the others.
///
/// Subscribers take their runs in the same order in every topic, so topics of the same size and subscribers are co-partitioned.
enum RangeAssignment {
    static func assign(members: [String: AssignorMember], partitions: [Uuid: Int32]) -> [String: AssignedPartitions] {
        var subscribers: [Uuid: [String]] = [:]
        for (id, member) in members.sorted(by: { precedes($0, $1) }) {
            for topic in member.topics { subscribers[topic, default: []].append(id) }
        }
        var result = members.mapValues { _ in AssignedPartitions() }
        for (topic, ids) in subscribers {
            let (quota, longer) = Int(partitions[topic] ?? 0).quotientAndRemainder(dividingBy: ids.count)
            var start: Int32 = 0
            for (position, id) in ids.enumerated() {
                let end = start + Int32(quota) + (position < longer ? 1 : 0)
                if start < end { result[id]?[topic] = Set(start..<end) }
                start = end
            }
        }
        return result
    }

    /// Static members first, by instance id: they come back under another member id, and then find the range that they had.
    private static func precedes(_ a: (key: String, value: AssignorMember), _ b: (key: String, value: AssignorMember)) -> Bool {
        switch (a.value.instanceId, b.value.instanceId) {
        case (let x?, let y?) where x != y: x < y
        case (_?, nil): true
        case (nil, _?): false
        default: a.key < b.key
        }
    }
}
