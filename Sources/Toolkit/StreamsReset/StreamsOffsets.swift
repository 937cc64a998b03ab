import KafkaClient
import Vocabulary

/// The new offsets of an application's input: asked of the cluster, kept within what the partitions hold.
struct StreamsOffsets {
    let context: ToolContext
    let admin: Admin
    let group: String

    func offsets(of partitions: [TopicPartition], _ scenario: StreamsResetRequest.Scenario) throws -> [TopicPartition: Int64] {
        switch scenario {
        case .earliest: return try listed(partitions, .earliest).compactMapValues { $0 }
        case .latest: return try listed(partitions, .latest).compactMapValues { $0 }
        case .offset(let offset): return try within(Dictionary(uniqueKeysWithValues: partitions.map { ($0, offset) }))
        case .time(let milliseconds): return try atTime(partitions, milliseconds)
        case .shift(let count):
            // Where nothing is committed, reading begins at the end.
            let committed = try admin.committedOffsets(of: group)
            let ends = try listed(partitions.filter { committed[$0] == nil }, .latest).compactMapValues { $0 }
            return try within(
                Dictionary(uniqueKeysWithValues: partitions.map { ($0, clampedSum(committed[$0]?.offset ?? ends[$0] ?? 0, count)) }))
        case .file(let path):
            let plan = try ResetPlan(context, path)
            if let missing = partitions.first(where: { plan.offsets[$0] == nil }) { throw ToolError.invalid("\(path) has no offset for \(missing)") }
            if let other = plan.offsets.keys.sorted().first(where: { !partitions.contains($0) }) {
                throw ToolError.invalid("\(path) names \(other), which is no partition of the input topics")
            }
            return try within(plan.offsets)
        }
    }

    private func clampedSum(_ first: Int64, _ second: Int64) -> Int64 {
        let (sum, overflows) = first.addingReportingOverflow(second)
        return overflows ? (second < 0 ? .min : .max) : sum
    }

    /// Offsets that answer a question; nil where no record does.
    private func listed(_ partitions: [TopicPartition], _ spec: OffsetSpec) throws -> [TopicPartition: Int64?] {
        if partitions.isEmpty { return [:] }
        var offsets: [TopicPartition: Int64?] = [:]
        for (partition, result) in try admin.listOffsets(Dictionary(uniqueKeysWithValues: partitions.map { ($0, spec) })) {
            do throws(ClientError) {
                let offset = try result.get().offset
                offsets[partition] = .some(offset < 0 ? nil : offset)
            } catch {
                throw ToolError(error, message: "\(partition): \(error.description)")
            }
        }
        return offsets
    }

    private func atTime(_ partitions: [TopicPartition], _ milliseconds: Int64) throws -> [TopicPartition: Int64] {
        // Negative times mean something else to the broker.
        let found = try listed(partitions, .timestamp(max(0, milliseconds)))
        let empty = partitions.filter { (found[$0] ?? nil) == nil }
        for partition in empty {
            context.report.say(
                "Partition \(partition.partition) from topic \(partition.topic) is empty, without a committed record. Falling back to latest known offset.")
        }
        return found.compactMapValues { $0 }.merging(try listed(empty, .latest).compactMapValues { $0 }) { first, _ in first }
    }

    private func within(_ wanted: [TopicPartition: Int64]) throws -> [TopicPartition: Int64] {
        let partitions = wanted.keys.sorted()
        let ends = try listed(partitions, .latest)
        let beginnings = try listed(partitions, .earliest)
        var offsets: [TopicPartition: Int64] = [:]
        for partition in partitions {
            guard let offset = wanted[partition], let end = ends[partition] ?? nil, let beginning = beginnings[partition] ?? nil else { continue }
            offsets[partition] = min(max(offset, beginning), end)
            // Kafka's tool says so of the first and last offset, too.
            if offset >= end {
                context.report.say("New offset (\(offset)) is higher than latest offset. Value will be set to \(end)")
            } else if offset <= beginning {
                context.report.say("New offset (\(offset)) is lower than earliest offset. Value will be set to \(beginning)")
            }
        }
        return offsets
    }
}

/// A file of lines `topic,partition,offset`.
struct ResetPlan {
    private(set) var offsets: [TopicPartition: Int64] = [:]

    init(_ context: ToolContext, _ path: String) throws(ToolError) {
        let bytes: [UInt8]
        do { bytes = try context.readFile(path) } catch { throw .invalid("cannot read \(path): \(error.reason)") }
        if bytes.isEmpty { throw .invalid("\(path) is empty: lines TOPIC,PARTITION,OFFSET were expected") }
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true).enumerated() {
            let parts = line.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == 3, let partition = Int32(java: parts[1]), let offset = Int64(java: parts[2]) else {
                throw .invalid("\(path), line \(index + 1): TOPIC,PARTITION,OFFSET was expected, not '\(line)'")
            }
            offsets[TopicPartition(String(parts[0]), partition)] = offset
        }
    }
}
