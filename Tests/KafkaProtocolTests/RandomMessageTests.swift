import Testing

@testable import KafkaProtocol

/// A seeded generator (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct RandomMessageTests {
    @Test func everyMessageSurvivesARoundTripInEveryVersion() throws {
        for type in allMessages.values.sorted(by: { $0.name < $1.name }) {
            for version in type.versions {
                for seed in 1...6 { try roundTrip(type, version, UInt64(seed)) }
            }
        }
    }

    private func roundTrip<M: Message>(_ type: M.Type, _ version: Int16, _ seed: UInt64) throws {
        var generator = Seeded(state: seed)
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
        var generator = Seeded(state: 99)
        for type in allMessages.values.sorted(by: { $0.name < $1.name }) {
            for version in type.versions { damage(type, version, &generator) }
        }
    }

    private func damage<M: Message>(_ type: M.Type, _ version: Int16, _ generator: inout Seeded) {
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
