import Simulation
import Testing

@Suite struct ReplicaTests {
    @Test func aFollowerBecomesItsLeaderWhateverHappened() throws {
        var total = ReplicaWorkload.Report()
        Seeds.play(1...60) {
            try ReplicaWorkload(seed: $0).run()
        } violations: {
            $0.violations
        } then: {
            total.add($0)
        }
        #expect(
            Seeds.areGiven || total.appended > 2000 && total.fetched > 1000 && total.cuts > 200 && total.crashes > 300 && total.refused > 100, "\(total)")
    }
}
