/// The members of a classic group in the order in which they came, with what a join must know of all of them counted along: one change costs the
/// same however many they are.
struct ClassicMemberList: Sendable {
    private(set) var byId: [String: ClassicMember] = [:]
    /// Ids at the members' `order`; nil where one has left.
    private var arrivals: [String?] = []
    /// Nobody comes before this place.
    private var head = 0
    /// How many members support each protocol.
    private var supporters: [String: Int] = [:]
    /// How many wait for their join to be answered.
    private(set) var awaitingJoins = 0

    var count: Int { byId.count }

    /// In the order in which they came.
    var ordered: [ClassicMember] { arrivals[head...].compactMap { $0.flatMap { byId[$0] } } }

    /// The id of the member that has been there longest.
    var firstId: String? { head < arrivals.count ? arrivals[head] : nil }

    /// The protocols that every member supports.
    var commonProtocols: Set<String> { Set(supporters.filter { $0.value == count }.keys) }

    func isSupportedByAll(_ name: String) -> Bool { supporters[name, default: 0] == count }

    /// Adds a member behind all others.
    mutating func append(_ member: ClassicMember) {
        remove(member.memberId)
        var member = member
        member.order = arrivals.count
        arrivals.append(member.memberId)
        put(member)
    }

    /// Stores a changed member.
    mutating func put(_ member: ClassicMember) {
        let old = byId.updateValue(member, forKey: member.memberId)
        awaitingJoins += (member.awaitingJoin == nil ? 0 : 1) - (old?.awaitingJoin == nil ? 0 : 1)
        if let old {
            if old.protocols.elementsEqual(member.protocols, by: { $0.name == $1.name }) { return }
            count(old, -1)
        }
        count(member, 1)
    }

    @discardableResult
    mutating func remove(_ memberId: String) -> ClassicMember? {
        guard let removed = take(memberId) else { return nil }
        arrivals[removed.order] = nil
        while head < arrivals.count, arrivals[head] == nil { head += 1 }
        if arrivals.count > 2 * count + 16 { renumber() }
        return removed
    }

    /// Gives a member's place to another one.
    mutating func replace(_ memberId: String, by member: ClassicMember) {
        guard let old = take(memberId) else { return }
        var member = member
        member.order = old.order
        arrivals[old.order] = member.memberId
        put(member)
    }

    private mutating func take(_ memberId: String) -> ClassicMember? {
        guard let member = byId.removeValue(forKey: memberId) else { return nil }
        if member.awaitingJoin != nil { awaitingJoins -= 1 }
        count(member, -1)
        return member
    }

    private mutating func count(_ member: ClassicMember, _ change: Int) {
        for name in Set(member.protocols.map(\.name)) {
            let count = supporters[name, default: 0] + change
            supporters[name] = count > 0 ? count : nil
        }
    }

    /// Drops the places of those who have left.
    private mutating func renumber() {
        arrivals = arrivals[head...].filter { $0 != nil }
        head = 0
        for (order, memberId) in arrivals.enumerated() { if let memberId { byId[memberId]?.order = order } }
    }
}
