import Simulation
import Testing

@Suite struct DeliveryTests {
    @Test func nothingAcknowledgedIsLostDuplicatedOrReorderedOverPowerFailures() throws {
        var total = DeliveryWorkload.Report()
        for seed in Seeds.all(1...40) {
            let report = try DeliveryWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.acknowledged += report.acknowledged
            total.crashes += report.crashes
            total.retries += report.retries
            total.faults += report.faults
        }
        #expect(Seeds.areGiven || total.acknowledged > 0 && total.crashes > 0 && total.retries > 0 && total.faults > 0)
    }

    @Test func aSeedRepeatsItself() throws {
        let first = try DeliveryWorkload(seed: 5).run()
        let second = try DeliveryWorkload(seed: 5).run()
        #expect(first.acknowledged == second.acknowledged && first.retries == second.retries)
    }
}
