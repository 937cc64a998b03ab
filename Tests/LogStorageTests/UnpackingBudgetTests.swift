import KafkaProtocol
import Synchronization
import Testing

@testable import LogStorage

@Suite struct UnpackingBudgetTests {
    @Test func whatIsSmallNeedsNoPlaceAndWhatIsLargeGetsOne() throws {
        let budget = UnpackingBudget(share: 100, places: 2)
        func unpack(_ size: Int, _ inside: () throws -> Void = {}) throws -> [Int] {
            var limits: [Int] = []
            _ = try budget.unpack(upTo: 1000) { limit in
                limits.append(limit)
                if size > limit { throw RecordBatchError.decompressedTooLarge(limit: limit) }
                try inside()
            }
            return limits
        }
        #expect(try unpack(100) == [100])
        // Two large ones at once, and small ones meanwhile.
        var inner: [[Int]] = []
        #expect(try unpack(500) { inner.append(try unpack(900) { inner.append(try unpack(50)) }) } == [100, 1000])
        #expect(inner == [[100], [100, 1000]])
        #expect(throws: RecordBatchError.self) { try unpack(1001) }
    }
}
