import Foundation
import Testing
import Vocabulary

@Suite struct QuorumObserverRandomTests {
    /// `OTTLA_SEED=N` repeats one, `OTTLA_SEEDS=FROM-TO` runs as many as wanted.
    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["OTTLA_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let ends = (environment["OTTLA_SEEDS"] ?? "").split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? Array(ends[0]...ends[1]) : Array(1...24)
    }

    @Test func whatIsFoldedIsWhatTheQuorumHasCommitted() throws {
        var deeds: [String: Int] = [:]
        for seed in Self.seeds {
            let run = try QuorumObserverRun(seed: seed)
            do {
                for _ in 0..<1200 {
                    try run.disturb()
                    try run.turn()
                }
                try run.settle()
            } catch {
                Issue.record("OTTLA_SEED=\(seed): \(error)")
            }
            #expect(run.violations.isEmpty, "OTTLA_SEED=\(seed): \(run.violations.prefix(3))")
            deeds.merge(run.deeds, uniquingKeysWith: +)
        }
        guard Self.seeds.count >= 24 else { return }
        // All that may happen does happen.
        for deed in [
            "crash", "lost request", "divergence", "snapshot", "snapshot folded", "damage", "FENCED_LEADER_EPOCH", "UNKNOWN_LEADER_EPOCH",
            "NOT_LEADER_OR_FOLLOWER", "own snapshot", "trimmed", "snapshot piece NONE",
            "snapshot piece SNAPSHOT_NOT_FOUND",
            "snapshot piece FENCED_LEADER_EPOCH",
        ] { #expect(deeds[deed, default: 0] > 0, "\(deed) of \(deeds)") }
    }
}
