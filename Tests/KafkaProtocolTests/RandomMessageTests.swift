import Testing
import Vocabulary

@testable import KafkaProtocol

@Suite struct RandomMessageTests {
    @Test func everyMessageSurvivesARoundTripInEveryVersion() throws {
        for type in allMessages.values.sorted(by: { $0.name < $1.name }) {
            for version in type.versions {
                for seed in 1...6 { try roundTrip(type, version, UInt64(seed)) }
            }
        }
    }

    private func roundTrip<M: Message>(_ type: M.Type, _ version: Int16, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let filled = RandomFiller.message(M.self, version: version, using: &generator)
        let encoded = filled.encoded(version: version)
        do {
            let decoded = try M.decode(encoded, version: version)
            #expect(decoded.encoded(version: version) == encoded, "\(M.name) v\(version) seed \(seed)")
            #expect(JSONPrinter.print(decoded, version: version) == JSONPrinter.print(filled, version: version), "\(M.name) v\(version) seed \(seed)")
        } catch {
            Issue.record("\(M.name) v\(version) seed \(seed): \(error)")
        }
    }

    @Test func damagedMessagesNeverTrap() {
        var generator = SeededGenerator(seed: 99)
        for type in allMessages.values.sorted(by: { $0.name < $1.name }) {
            for version in type.versions { damage(type, version, &generator) }
        }
    }

    private func damage<M: Message>(_ type: M.Type, _ version: Int16, _ generator: inout SeededGenerator) {
        let whole = RandomFiller.message(M.self, version: version, using: &generator).encoded(version: version).array
        guard !whole.isEmpty else { return }
        for _ in 0..<10 {
            var damaged = whole
            for _ in 0..<(1 + Int(generator.next() % 3)) {
                damaged[Int(generator.next() % UInt64(damaged.count))] =
                    [0x00, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: generator.next())][Int(generator.next() % 5)]
            }
            // Whatever comes out is fine, as long as it comes back.
            _ = try? M.decode(Bytes(damaged), version: version)
        }
    }
}
