import Simulation
import Testing

@Suite struct ReplicaTests {
    @Test func aFollowerBecomesItsLeaderWhateverHappened() throws {
        var total = ReplicaWorkload.Report()
        for seed in Seeds.all(1...60) {
            let report: ReplicaWorkload.Report
            do {
                report = try ReplicaWorkload(seed: seed).run()
            } catch {
                Issue.record("OTTLA_SEED=\(seed): \(error)")
                continue
            }
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.add(report)
        }
        #expect(
            Seeds.areGiven || total.appended > 2000 && total.fetched > 1000 && total.cuts > 200 && total.crashes > 300 && total.refused > 100, "\(total)")
    }
}
