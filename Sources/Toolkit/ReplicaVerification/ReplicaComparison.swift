import KafkaClient
import KafkaProtocol
import Vocabulary

/// Compares what several brokers have of the same partitions, batch by batch, up to the high watermark that each knows. A value: what was fetched
/// goes in, what differs comes out, and the offsets from which to fetch next move on.
struct ReplicaComparison {
    /// What one replica has at a place.
    struct Batch: Equatable {
        let replica: Int32
        let lastOffset: Int64
        let nextOffset: Int64
        let checksum: UInt32
    }

    /// Two replicas that differ.
    struct Mismatch: Equatable {
        enum Kind: String {
            /// The same offsets, other bytes.
            case checksum
            /// Batches that end at different offsets; nothing behind them can be compared.
            case offset
        }

        let kind: Kind
        let partition: TopicPartition
        let first: Batch
        let other: Batch
    }

    /// How far the comparison is behind, in the partition where it is furthest.
    struct Lag: Equatable {
        /// Records; -1 when no replica told a high watermark.
        var records: Int64 = -1
        /// Nil as long as nothing was ever behind or level.
        var partition: TopicPartition?
        /// Up to which the partition has been compared.
        var offset: Int64 = -1
    }

    /// Bytes of a replica that are no record batch.
    struct Unreadable: Error, Equatable {
        let partition: TopicPartition
        let replica: Int32
        let offset: Int64
        let reason: RecordBatchError
    }

    /// In the order in which Kafka's tool visits them, which decides which of several equal lags is named.
    private let partitions: [TopicPartition]
    /// Up to which each partition has been compared.
    private(set) var offsets: [TopicPartition: Int64]
    private(set) var lag = Lag()

    init(from offsets: [TopicPartition: Int64]) {
        self.offsets = offsets
        partitions = JavaHash.ordered(offsets.keys.sorted(), hash: \.javaHash)
    }

    var count: Int { partitions.count }

    /// Compares what was fetched from `offsets` on; what is missing of a replica keeps its partition where it is.
    /// - Returns: what differs. After a mismatch of offsets, the last of the list, nothing more was compared.
    mutating func compare(_ fetched: [TopicPartition: [Int32: ReplicaRecords]]) throws(Unreadable) -> [Mismatch] {
        var mismatches: [Mismatch] = []
        lag.records = -1
        for partition in partitions {
            let replicas = fetched[partition] ?? [:]
            var readers = replicas.sorted { $0.key < $1.key }.map { Reader(replica: $0.key, highWatermark: $0.value.highWatermark, $0.value.records) }
            while !readers.isEmpty {
                let batches = try step(&readers, of: partition)
                let differing = Self.differences(batches, in: partition)
                mismatches += differing
                if differing.contains(where: { $0.kind == .offset }) { return mismatches }
                guard batches.count == readers.count, let first = batches.first else { break }
                offsets[partition] = first.nextOffset
            }
            note(highWatermark: replicas.values.map(\.highWatermark).max() ?? -1, of: partition)
        }
        return mismatches
    }

    /// The next batch of each replica that has a committed one.
    private func step(_ readers: inout [Reader], of partition: TopicPartition) throws(Unreadable) -> [Batch] {
        var batches: [Batch] = []
        for index in readers.indices {
            do throws(RecordBatchError) {
                if let batch = try readers[index].next() { batches.append(batch) }
            } catch {
                throw Unreadable(partition: partition, replica: readers[index].replica, offset: offsets[partition] ?? 0, reason: error)
            }
        }
        return batches
    }

    private static func differences(_ batches: [Batch], in partition: TopicPartition) -> [Mismatch] {
        var mismatches: [Mismatch] = []
        guard let first = batches.first else { return [] }
        for other in batches.dropFirst() {
            if first.lastOffset != other.lastOffset {
                return mismatches + [Mismatch(kind: .offset, partition: partition, first: first, other: other)]
            }
            if first.checksum != other.checksum { mismatches.append(Mismatch(kind: .checksum, partition: partition, first: first, other: other)) }
        }
        return mismatches
    }

    private mutating func note(highWatermark: Int64, of partition: TopicPartition) {
        let offset = offsets[partition] ?? 0
        if highWatermark - offset > lag.records { lag = Lag(records: highWatermark - offset, partition: partition, offset: offset) }
    }
}

/// The batches that one replica gave.
private struct Reader {
    let replica: Int32
    let highWatermark: Int64
    private var batches: RecordBatches.Iterator

    init(replica: Int32, highWatermark: Int64, _ records: Bytes) {
        (self.replica, self.highWatermark) = (replica, highWatermark)
        batches = RecordBatches(records).makeIterator()
    }

    /// Nil at the end, and at what is not committed.
    mutating func next() throws(RecordBatchError) -> ReplicaComparison.Batch? {
        guard let batch = batches.next() else {
            if let failure = batches.failure, failure != .truncated { throw failure }
            return nil
        }
        if batch.lastOffset >= highWatermark { return nil }
        return ReplicaComparison.Batch(replica: replica, lastOffset: batch.lastOffset, nextOffset: batch.nextOffset, checksum: batch.crc)
    }
}
