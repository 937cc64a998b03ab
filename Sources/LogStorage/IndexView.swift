import KafkaProtocol
import Vocabulary

/// An index file as it stands on disk, for tools that look at a directory without opening its logs. Nothing is changed and nothing is left out: a file that was
/// preallocated and not trimmed shows its zeros as entries.
public struct IndexView<Entry: Sendable>: Sendable {
    private let file: IndexFile
    private let parse: @Sendable (Bytes) -> Entry
    /// Bytes of the file.
    public let sizeInBytes: Int
    /// Whole entries.
    public var count: Int { file.count }

    fileprivate init(_ disk: any Disk, _ path: String, entrySize: Int, parse: @escaping @Sendable (Bytes) -> Entry) throws(DiskError) {
        switch try disk.kind(of: path) {
        case .file(let size)?: sizeInBytes = size
        case .directory?: throw DiskError(operation: "open", path: path, code: 21, message: "is a directory")
        case nil: throw DiskError(operation: "open", path: path, code: 2, message: "no such file or directory")
        }
        file = IndexFile(disk: disk, path: path, entrySize: entrySize, size: sizeInBytes)
        self.parse = parse
    }

    /// Whether a last entry is cut short.
    public var hasPartialEntry: Bool { sizeInBytes != file.sizeInBytes }

    /// An entry, counted from 0 and below `count`.
    public func entry(_ index: Int) throws(DiskError) -> Entry { parse(try file.entry(index)) }
}

/// An entry of a `.index` file: the last offset of a batch and the byte of the segment at which the batch begins.
public struct OffsetIndexEntry: Equatable, Sendable {
    public var offset: Offset
    public var position: Int
}

/// An entry of a `.timeindex` file: the largest timestamp (ms) of a segment up to a batch, and the last offset of the batch that has it.
public struct TimeIndexEntry: Equatable, Sendable {
    public var timestamp: Int64
    public var offset: Offset
}

/// An entry of a `.txnindex` file: an aborted transaction whose marker lies in the segment.
public struct TransactionIndexEntry: Equatable, Sendable {
    public var version: Int16
    public var producerId: Int64
    public var firstOffset: Offset
    /// Offset of the abort marker.
    public var lastOffset: Offset
    /// The last stable offset once the marker was written.
    public var lastStableOffset: Offset
}

extension IndexView<OffsetIndexEntry> {
    /// The `.index` file of a segment.
    public init(offsetIndex path: String, baseOffset: Offset, disk: any Disk) throws(DiskError) {
        try self.init(disk, path, entrySize: OffsetIndex.entrySize) {
            OffsetIndexEntry(offset: baseOffset + Int64($0.load(0, as: Int32.self)), position: Int($0.load(4, as: Int32.self)))
        }
    }
}

extension IndexView<TimeIndexEntry> {
    /// The `.timeindex` file of a segment.
    public init(timeIndex path: String, baseOffset: Offset, disk: any Disk) throws(DiskError) {
        try self.init(disk, path, entrySize: TimeIndex.entrySize) {
            TimeIndexEntry(timestamp: $0.load(0), offset: baseOffset + Int64($0.load(8, as: Int32.self)))
        }
    }
}

extension IndexView<TransactionIndexEntry> {
    /// The `.txnindex` file of a segment.
    public init(transactionIndex path: String, disk: any Disk) throws(DiskError) {
        try self.init(disk, path, entrySize: TransactionIndex.entrySize) {
            TransactionIndexEntry(
                version: $0.load(0), producerId: $0.load(2), firstOffset: Offset($0.load(10)), lastOffset: Offset($0.load(18)),
                lastStableOffset: Offset($0.load(26)))
        }
    }
}
