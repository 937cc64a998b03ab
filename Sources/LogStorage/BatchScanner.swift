import KafkaProtocol

/// Walks over the batches of a segment file, reading it in blocks. Stops at the end and at the first bytes that are no batch.
public struct BatchScanner {
    let file: any DiskFile
    /// Where the next batch begins.
    public private(set) var position: Int
    let end: Int
    private let blockBytes: Int
    private var block: Bytes = .empty
    private var blockStart = 0
    /// Why the walk ended before `end`.
    public private(set) var failure: RecordBatchError?

    /// `blockBytes`: how much to read at once; small to find one batch, large to read them all.
    public init(file: any DiskFile, from position: Int, to end: Int, blockBytes: Int) {
        self.file = file
        self.position = position
        self.end = end
        self.blockBytes = max(blockBytes, RecordBatch.headerSize)
    }

    /// The header of the next batch, which lies wholly before `end`.
    public mutating func nextHeader() throws(DiskError) -> RecordBatchHeader? {
        guard failure == nil, position < end else { return nil }
        try load(min(RecordBatch.headerSize, end - position))
        do throws(RecordBatchError) {
            let header = try RecordBatch.parseHeader(block, at: position - blockStart)
            guard header.sizeInBytes <= end - position else { throw .truncated }
            position += header.sizeInBytes
            return header
        } catch {
            failure = error
            return nil
        }
    }

    /// The next batch with its records.
    public mutating func nextBatch() throws(DiskError) -> RecordBatch? {
        let start = position
        guard let header = try nextHeader() else { return nil }
        position = start
        try load(header.sizeInBytes)
        do throws(RecordBatchError) {
            let batch = try RecordBatch.parse(block, at: start - blockStart)
            position = start + batch.bytes.count
            return batch
        } catch {
            failure = error
            return nil
        }
    }

    /// Makes sure that so many bytes from the position on are in the block.
    private mutating func load(_ count: Int) throws(DiskError) {
        let have = position - blockStart
        if have >= 0, have + count <= block.count { return }
        block = try file.read(at: position, count: min(max(count, blockBytes), end - position))
        blockStart = position
    }
}
