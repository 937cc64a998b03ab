import Simulation
import Testing

@Suite struct TransactionTests {
    @Test func transactionsAreAllOrNothingOverZombiesTimeoutsLateRequestsAndPowerFailures() throws {
        var total = TransactionWorkload.Report()
        var versions: Set<Int16> = []
        for seed in Seeds.all(1...8) {
            let report = try TransactionWorkload(seed: seed).run()
            #expect(report.violations.isEmpty, "OTTLA_SEED=\(seed): \(report.violations.prefix(3))")
            total.committed += report.committed
            total.aborted += report.aborted
            total.offsets += report.offsets
            total.crashes += report.crashes
            total.fenced += report.fenced
            total.repeated += report.repeated
            total.reads += report.reads
            total.full += report.full
            total.compacted += report.compacted
            total.usedEpochs = total.usedEpochs || report.usedEpochs
            versions.insert(report.transactionVersion)
        }
        #expect(Seeds.areGiven || total.committed > 500 && total.aborted > 100 && total.offsets > 50)
        #expect(Seeds.areGiven || total.crashes > 10 && total.fenced > 5 && total.repeated > 20 && total.reads > 1_000)
        #expect(Seeds.areGiven || total.full > 5 && total.compacted > 0 && total.usedEpochs && versions == [0, 1, 2])
    }
}
