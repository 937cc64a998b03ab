import Simulation
import Testing

@Suite struct ClientTests {
    @Test func realClientsOverATroubledNetworkLoseAndRepeatNothing() throws {
        var total = ClientWorkload.Report()
        for seed in Seeds.all(1...12) {
            let report = try ClientWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.records.acknowledged += report.records.acknowledged
            total.records.delivered += report.records.delivered
            total.crashes += report.crashes
            total.cuts += report.cuts
            total.members += report.members
            total.topics += report.topics
            total.widened += report.widened
        }
        #expect(Seeds.areGiven || total.records.acknowledged > 20_000 && total.records.delivered >= total.records.acknowledged)
        #expect(Seeds.areGiven || total.crashes > 25 && total.cuts > 50 && total.members > 50 && total.topics > 25 && total.widened > 6)
    }
}
