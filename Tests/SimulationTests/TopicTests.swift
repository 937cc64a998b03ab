import Simulation
import Testing

@Suite struct TopicTests {
    @Test func whatWasAcknowledgedOfTopicsHoldsOverPowerFailures() throws {
        var total = TopicWorkload.Report()
        for seed in Seeds.all(1...60) {
            let report = try TopicWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.written += report.written
            total.deletions += report.deletions
            total.trims += report.trims
            total.crashes += report.crashes
        }
        #expect(Seeds.areGiven || total.written > 1000 && total.deletions > 100 && total.trims > 100 && total.crashes > 100, "\(total)")
    }
}
