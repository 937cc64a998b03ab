import Simulation
import Testing

@Suite struct GroupTests {
    @Test func noPartitionHasTwoOwnersAndNoCommitIsLostOverPowerFailures() throws {
        var total = GroupWorkload.Report()
        for seed in Seeds.all(1...25) {
            let report = try GroupWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.assignments += report.assignments
            total.commits += report.commits
            total.crashes += report.crashes
            total.expired += report.expired
        }
        #expect(Seeds.areGiven || total.assignments > 0 && total.commits > 0 && total.crashes > 0 && total.expired > 0)
    }
}
