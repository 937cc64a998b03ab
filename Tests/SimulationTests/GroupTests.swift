import Foundation
import Simulation
import Testing

@Suite struct GroupTests {
    /// `OTTLA_SEED=N` repeats one seed.
    @Test func noPartitionHasTwoOwnersAndNoCommitIsLostOverPowerFailures() throws {
        let given = ProcessInfo.processInfo.environment["OTTLA_SEED"].flatMap { UInt64($0) }
        var total = GroupWorkload.Report()
        for seed in given.map({ [$0] }) ?? Array(1...25) {
            let report = try GroupWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.assignments += report.assignments
            total.commits += report.commits
            total.crashes += report.crashes
            total.expired += report.expired
        }
        #expect(total.assignments > 0 && total.commits > 0 && total.crashes > 0 && (given != nil || total.expired > 0))
    }
}
