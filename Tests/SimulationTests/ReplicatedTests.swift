import Simulation
import Testing

@Suite struct ReplicatedTests {
    @Test func aClusterInTroubleLosesAndRepeatsNothing() throws {
        var total = ReplicatedWorkload.Report()
        var withElr = 0
        for seed in Seeds.all(1...4) {
            let report = try ReplicatedWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.records.acknowledged += report.records.acknowledged
            total.kills += report.kills
            total.stops += report.stops
            total.powerFailures += report.powerFailures
            total.leaderChanges += report.leaderChanges
            total.moves += report.moves
            withElr += report.hasElr ? 1 : 0
        }
        #expect(Seeds.areGiven || total.records.acknowledged > 6_000 && total.leaderChanges > 40 && total.moves > 5)
        #expect(Seeds.areGiven || total.kills > 6 && total.stops > 1 && total.powerFailures > 1 && (1...3).contains(withElr))
    }

    /// A checker that finds nothing says nothing.
    @Test func aControllerThatElectsReplicasOutOfSyncIsFoundOut() throws {
        var found = false
        for seed in 1...5 as ClosedRange<UInt64> where !found {
            let report = try ReplicatedWorkload(seed: seed, sabotage: .electsAnybody).run()
            found = report.violations.contains { $0.contains("was acknowledged at") || $0.contains("was read at") }
        }
        #expect(found)
    }

    @Test func aControllerThatTakesReplicasForInSyncIsFoundOut() throws {
        var found = false
        for seed in 1...3 as ClosedRange<UInt64> where !found {
            let report = try ReplicatedWorkload(seed: seed, sabotage: .countsAnybodyIn).run()
            found = report.violations.contains { $0.contains("is in sync for") }
        }
        #expect(found)
    }
}
