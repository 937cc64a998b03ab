import Simulation
import Testing

@Suite struct DirectoryTests {
    @Test func aLogIsInOnePlaceWithAllThatWasDurableWhateverHappensToItsMoves() throws {
        var total = DirectoryWorkload.Report()
        Seeds.play(1...100) {
            try DirectoryWorkload(seed: $0).run()
        } violations: {
            $0.violations
        } then: {
            total.add($0)
        }
        #expect(
            Seeds.areGiven
                || total.moved > 300 && total.givenUp > 50 && total.resumed > 50 && total.adopted > 5 && total.cuts > 250 && total.journaled > 500
                    && total.crashes > 500,
            "\(total)")
    }
}
