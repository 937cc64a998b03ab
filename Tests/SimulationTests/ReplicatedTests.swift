import Simulation
import Testing

@Suite struct ReplicatedTests {
    @Test func aClusterInTroubleLosesAndRepeatsNothing() throws {
        var total = ReplicatedWorkload.Report()
        var withElr = 0
        var versions: Set<Int16> = []
        for seed in Seeds.all(1...4) {
            let report = try ReplicatedWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.records.acknowledged += report.records.acknowledged
            total.kills += report.kills
            total.stops += report.stops
            total.powerFailures += report.powerFailures
            total.leaderChanges += report.leaderChanges
            total.moves += report.moves
            total.shifts += report.shifts
            total.lostDisks += report.lostDisks
            withElr += report.hasElr ? 1 : 0
            total.deletions += report.deletions
            total.widened += report.widened
            total.samples += report.samples
            versions.insert(report.transactionVersion)
        }
        #expect(Seeds.areGiven || total.records.acknowledged > 6_000 && total.leaderChanges > 40 && total.moves > 5)
        #expect(Seeds.areGiven || total.kills > 6 && total.stops > 1 && total.powerFailures > 1 && (1...3).contains(withElr))
        #expect(Seeds.areGiven || total.deletions > 5 && total.widened > 6 && total.samples > 3_000 && versions.count > 1)
        #expect(Seeds.areGiven || total.shifts > 5 && total.lostDisks > 1)
    }

    private struct Wrong: Sendable, CustomTestStringConvertible {
        let sabotage: ReplicatedWorkload.Sabotage
        /// Of what is found in one of these seeds.
        let texts: [String]

        var testDescription: String { "\(sabotage)" }
    }

    private static let wrongs: [Wrong] = [
        Wrong(sabotage: .electsAnybody, texts: ["all is committed", "was acknowledged at", "was read at"]),
        Wrong(sabotage: .countsAnybodyIn, texts: ["all is committed"]),
        Wrong(sabotage: .changesAReplica, texts: ["is not what it was once"]),
        Wrong(sabotage: .deletesMore, texts: ["was to be deleted"]),
        Wrong(sabotage: .deletesLess, texts: ["all was deleted"]),
        Wrong(sabotage: .neverAsksAgain, texts: ["nobody has written to"]),
    ]

    /// A checker that finds nothing says nothing.
    @Test(arguments: wrongs) private func whatIsAgainstTheRulesIsFoundOut(wrong: Wrong) throws {
        var found = false
        // Some of these faults show in every second seed, and without deterministic hashing a seed runs otherwise in each process.
        for seed in 1...20 as ClosedRange<UInt64> where !found {
            let report = try ReplicatedWorkload(seed: seed, sabotage: wrong.sabotage).run()
            found = report.violations.contains { violation in wrong.texts.contains { violation.contains($0) } }
        }
        #expect(found)
    }
}
