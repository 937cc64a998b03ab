import KafkaProtocol
import Vocabulary

/// Record batches of one partition as they were fetched. Records are decoded as they are visited; keys and values are slices of what was received
/// or decompressed.
public struct FetchedRecords: Sendable {
    public let partition: TopicPartition
    /// The offset of the first record wanted; a batch may begin before it.
    public let startOffset: Int64
    /// One past the last offset that the batches cover.
    public let nextOffset: Int64
    /// The leader epoch of the last batch.
    public let leaderEpoch: Int32
    let bytes: Bytes
    let checksCrcs: Bool
    /// Transactions to leave out, by first offset; nil when uncommitted records are wanted.
    let abortedTransactions: [FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction]?

    public var sizeInBytes: Int { bytes.count }

    init(
        partition: TopicPartition, startOffset: Int64, bytes: Bytes, checksCrcs: Bool,
        abortedTransactions: [FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction]?
    ) throws(ClientError) {
        self.partition = partition
        self.startOffset = startOffset
        self.bytes = bytes
        self.checksCrcs = checksCrcs
        self.abortedTransactions = abortedTransactions?.sorted { $0.firstOffset < $1.firstOffset }
        var next = startOffset
        var epoch: Int32 = -1
        var batches = RecordBatches(bytes).makeIterator()
        while let batch = batches.next() {
            next = max(next, batch.nextOffset)
            epoch = batch.partitionLeaderEpoch
        }
        if next == startOffset, let failure = batches.failure {
            throw Self.tooLargeOrCorrupt(failure, partition, startOffset)
        }
        nextOffset = next
        leaderEpoch = epoch
    }

    private static func tooLargeOrCorrupt(_ failure: RecordBatchError, _ partition: TopicPartition, _ offset: Int64) -> ClientError {
        if failure == .truncated {
            return ClientError(
                code: .messageTooLarge,
                message: "There are some messages at [Partition=Offset]: {\(partition)=\(offset)} whose size is larger than the fetch size and hence "
                    + "cannot be returned. Please consider upgrading your broker to 0.10.1.0 or newer to avoid this issue. Alternately, increase the "
                    + "fetch size on the client (using max.partition.fetch.bytes)")
        }
        return corrupt(failure, partition, offset)
    }

    private static func corrupt(_ failure: RecordBatchError, _ partition: TopicPartition, _ offset: Int64) -> ClientError {
        ClientError(
            .malformed, code: .corruptMessage, exceptionClass: "org.apache.kafka.common.KafkaException",
            message: "Record batch for partition \(partition) at offset \(offset) is invalid, cause: \(failure)")
    }

    /// Visits the records in order of offset until `body` returns false. Control records, records before `startOffset` and, when only committed records
    /// are wanted, those of aborted transactions are left out.
    /// - Returns: the offset at which to go on: past the last record visited, or `nextOffset` after all of them.
    /// - Throws: when a batch is corrupt; records before it have been visited.
    @discardableResult
    public func forEach(_ body: (_ record: Record, _ batch: RecordBatch) -> Bool) throws(ClientError) -> Int64 {
        var aborted = AbortedProducers(abortedTransactions)
        for batch in RecordBatches(bytes) {
            if batch.lastOffset < startOffset && !batch.isControl { continue }
            do throws(RecordBatchError) {
                if checksCrcs { try batch.checkCrc() }
                if batch.isControl {
                    try aborted.end(batch)
                    continue
                }
                if aborted.hides(batch) { continue }
                var reader = try batch.reader()
                while let record = try reader.next() {
                    if record.offset < startOffset { continue }
                    if !body(record, batch) { return record.offset + 1 }
                }
            } catch {
                throw Self.corrupt(error, partition, batch.baseOffset)
            }
        }
        return nextOffset
    }
}

/// The producers whose transaction, at the point of the log that a reader has reached, will turn out to be aborted.
private struct AbortedProducers {
    private let transactions: [FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction]?
    private var next = 0
    private var producers: Set<Int64> = []

    init(_ transactions: [FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction]?) { self.transactions = transactions }

    private mutating func advance(to offset: Int64) {
        guard let transactions else { return }
        while next < transactions.count, transactions[next].firstOffset <= offset {
            producers.insert(transactions[next].producerId)
            next += 1
        }
    }

    /// Takes in a control batch: an abort marker ends its producer's transaction.
    mutating func end(_ batch: RecordBatch) throws(RecordBatchError) {
        guard transactions != nil, batch.hasProducerId else { return }
        advance(to: batch.lastOffset)
        var reader = try batch.reader()
        if try reader.next()?.controlType == .abort { producers.remove(batch.producerId) }
    }

    mutating func hides(_ batch: RecordBatch) -> Bool {
        guard transactions != nil, batch.hasProducerId else { return false }
        advance(to: batch.lastOffset)
        return batch.isTransactional && producers.contains(batch.producerId)
    }
}
