import Vocabulary

/// Which places may be asked when: a place whose request failed or brought nothing new is left alone for a while, and those where the quorum is looked for
/// take turns, beginning with a random one.
struct QuorumPlaces: Sendable {
    private let known: [QuorumPlace]
    private let backoffMs: Int64
    private var turn: Int
    /// By address: a leader and a bootstrap server may be the same node.
    private var restsUntilMs: [HostPort: Int64] = [:]

    init(_ known: [QuorumPlace], backoffMs: Int64, generator: inout SeededGenerator) {
        self.known = known
        self.backoffMs = backoffMs
        turn = known.isEmpty ? 0 : Int.random(in: 0..<known.count, using: &generator)
    }

    func isReady(_ place: QuorumPlace, now: Int64) -> Bool { now >= restsUntilMs[place.address] ?? now }

    mutating func rest(_ place: QuorumPlace, now: Int64) { restsUntilMs[place.address] = now + backoffMs }

    mutating func clear(_ place: QuorumPlace) { restsUntilMs[place.address] = nil }

    /// A change of the quorum makes earlier failures old news.
    mutating func clearAll() { restsUntilMs.removeAll() }

    /// The next place whose turn it is; nil when all rest.
    mutating func takeTurn(now: Int64) -> QuorumPlace? {
        for step in 0..<known.count {
            let place = known[(turn + step) % known.count]
            guard isReady(place, now: now) else { continue }
            turn = (turn + step + 1) % known.count
            return place
        }
        return nil
    }

    /// When the first of the places where the quorum is looked for, or `leader`, may be asked again.
    func readyAtMs(with leader: QuorumPlace?, now: Int64) -> Int64 {
        (known + (leader.map { [$0] } ?? [])).map { restsUntilMs[$0.address] ?? now }.min() ?? now + backoffMs
    }
}
