import Simulation
import Testing

@Suite struct DirectoryTests {
    @Test func aLogIsInOnePlaceWithAllThatWasDurableWhateverHappensToItsMoves() throws {
        var total = DirectoryWorkload.Report()
        for seed in Seeds.all(1...100) {
            let report: DirectoryWorkload.Report
            do {
                report = try DirectoryWorkload(seed: seed).run()
            } catch {
                Issue.record("OTTLA_SEED=\(seed): \(error)")
                continue
            }
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.add(report)
        }
        #expect(
            Seeds.areGiven || total.moved > 300 && total.givenUp > 50 && total.resumed > 50 && total.adopted > 5 && total.cuts > 300 && total.crashes > 500,
            "\(total)")
    }
}
