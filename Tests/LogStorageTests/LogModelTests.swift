import KafkaProtocol
import Testing
import Vocabulary

@testable import LogStorage

/// Random work on a log and on a plain list beside it; both must hold the same.
@Suite struct LogModelTests {
    private struct Model {
        var records: [(offset: Offset, timestamp: Int64, value: String)] = []
        var start: Offset = 0
        var end: Offset = 0
        var sequences: [Int64: Int32] = [:]
        var epoch: Int16 = 0
        var visible: [String] { records.filter { $0.offset >= start }.map { "\($0.offset):\($0.value)" } }
    }

    @Test(arguments: 0..<12) func aLogHoldsWhatAListHolds(_ index: UInt64) throws {
        let seed = UInt64.random(in: 0 ..< .max) &+ index
        var generator = SeededGenerator(seed: seed)
        var config = LogConfig()
        config.segmentBytes = Int.random(in: 200...3000, using: &generator)
        config.indexIntervalBytes = Int.random(in: 0...400, using: &generator)
        config.segmentIndexBytes = Int.random(in: 24...400, using: &generator)
        config.retentionMs = -1
        config.messageTimestampAfterMaxMs = .max
        var fixture = try LogFixture(config)
        var model = Model()
        for step in 0..<250 {
            try act(&fixture, &model, step, &generator)
            try #require(fixture.log.logEndOffset == model.end && fixture.log.logStartOffset == model.start, "seed \(seed), step \(step)")
            let from = model.start + Int64.random(in: 0...(model.end - model.start), using: &generator)
            let expected = model.records.filter { $0.offset >= from }.map { "\($0.offset):\($0.value)" }
            try #require(try fixture.values(from: from, maxBytes: Int.random(in: 1...2000, using: &generator)) == expected, "seed \(seed), step \(step)")
            let time = LogFixture.start + Int64.random(in: -10...1100, using: &generator)
            let found = try fixture.log.offset(forTimestamp: time)
            let first = model.records.first { $0.offset >= model.start && $0.timestamp >= time }
            try #require(found?.offset == first?.offset && found?.timestamp == first?.timestamp, "seed \(seed), step \(step)")
        }
        #expect(try fixture.values() == model.visible, "seed \(seed)")
    }

    private func act(_ fixture: inout LogFixture, _ model: inout Model, _ step: Int, _ generator: inout SeededGenerator) throws {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<75: try append(fixture, &model, step, &generator)
        case 75..<80: fixture = try fixture.restarted()
        case 80..<83: fixture = try fixture.crashed()
        case 83..<86:
            // A page cache that is lost to the last byte: what was synced must be there.
            try fixture.directory.writeCheckpoints()
            fixture = try fixture.crashed { _, durable, _ in durable }
        case 86..<90:
            let offset = model.start + Int64.random(in: 0...(model.end - model.start), using: &generator)
            #expect(try fixture.log.deleteRecords(before: offset) == offset)
            model.start = offset
            try fixture.directory.writeCheckpoints()
        case 90..<93:
            try fixture.log.applyRetention(now: LogFixture.start)
        case 93:
            let asked = model.start + Int64.random(in: 0...(model.end - model.start), using: &generator)
            let end = try fixture.log.truncate(to: asked, now: LogFixture.start)
            #expect(end <= asked && (asked - end < 5 || asked == model.start))
            model.records.removeAll { $0.offset >= end }
            model.end = end
            // Their batches may be gone, so the producers begin anew.
            model.sequences = model.sequences.mapValues { _ in 0 }
            model.epoch += 1
        case 94..<96:
            try fixture.log.roll(now: LogFixture.start)
        default:
            let synced = try fixture.log.sync()
            #expect(synced == model.end)
        }
    }

    private func append(_ fixture: LogFixture, _ model: inout Model, _ step: Int, _ generator: inout SeededGenerator) throws {
        let values = (0..<Int.random(in: 1...5, using: &generator)).map { "\(step)-\($0)" }
        let timestamp = LogFixture.start + Int64.random(in: 0...1000, using: &generator)
        var producer: (Int64, Int16, Int32)?
        if Bool.random(using: &generator) {
            let id = Int64.random(in: 0..<3, using: &generator)
            producer = (id, model.epoch, model.sequences[id] ?? 0)
            model.sequences[id] = (producer?.2 ?? 0) + Int32(values.count)
        }
        let codec = [Compression.none, .gzip, .snappy, .lz4, .zstd][Int.random(in: 0..<5, using: &generator)]
        let info = try fixture.append(values, timestamp: timestamp, compression: codec, producer: producer)
        #expect(info.firstOffset == model.end)
        if producer != nil, Bool.random(using: &generator) {
            #expect(try fixture.append(values, timestamp: timestamp, compression: codec, producer: producer).firstOffset == info.firstOffset)
        }
        for (index, value) in values.enumerated() { model.records.append((model.end + Int64(index), timestamp + Int64(index), value)) }
        model.end += Int64(values.count)
    }
}
