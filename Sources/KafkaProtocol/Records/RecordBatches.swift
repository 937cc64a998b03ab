/// The batches of a run of bytes, one after another. Ends at a batch that is cut short, as fetches may end; and at the first
/// bytes that are no batch, which `RecordBatches.all(in:)` reports instead.
public struct RecordBatches: Sequence, Sendable {
    public let bytes: Bytes

    public init(_ bytes: Bytes) { self.bytes = bytes }

    public struct Iterator: IteratorProtocol {
        let bytes: Bytes
        /// Where the next batch begins; behind the last whole batch at the end.
        public private(set) var position = 0
        /// Why the iteration ended before the last byte.
        public private(set) var failure: RecordBatchError?

        init(bytes: Bytes) { self.bytes = bytes }

        public mutating func next() -> RecordBatch? {
            guard failure == nil, position < bytes.count else { return nil }
            do throws(RecordBatchError) {
                let batch = try RecordBatch.parse(bytes, at: position)
                position += batch.bytes.count
                return batch
            } catch {
                failure = error
                return nil
            }
        }
    }

    public func makeIterator() -> Iterator { Iterator(bytes: bytes) }

    /// Every batch; anything else in the bytes, a batch that is cut short included, is an error.
    public static func all(in bytes: Bytes) throws(RecordBatchError) -> [RecordBatch] {
        var iterator = RecordBatches(bytes).makeIterator()
        var batches: [RecordBatch] = []
        while let batch = iterator.next() { batches.append(batch) }
        if let failure = iterator.failure { throw failure }
        return batches
    }
}
