/// Something that holds a log's bytes in a file, so a range of it can go to a socket without being copied through memory.
public protocol FileRangeSource: AnyObject, Sendable {
    /// The descriptor to send from; nil when the bytes are not in a file of the operating system.
    var fileDescriptor: Int32? { get }
    /// Reads a range; shorter than asked at the end of the file.
    func bytes(at offset: Int, count: Int) throws -> Bytes
}

/// A range of a file: byte offset and byte count.
public struct FileRange: Sendable {
    public let source: any FileRangeSource
    public let offset: Int
    public let count: Int

    public init(source: any FileRangeSource, offset: Int, count: Int) {
        self.source = source
        self.offset = offset
        self.count = count
    }
}

/// The record batches of a produce or fetch: bytes of the frame, or ranges of log files.
public enum RecordData: Sendable {
    case bytes(Bytes)
    case pieces([Piece])

    public enum Piece: Sendable {
        case bytes(Bytes)
        case file(FileRange)

        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let range): range.count
            }
        }
    }

    public var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .pieces(let pieces): pieces.reduce(0) { $0 + $1.count }
        }
    }

    /// The bytes of a decoded message (always in one piece); empty for file ranges.
    public var bytes: Bytes {
        if case .bytes(let bytes) = self { bytes } else { .empty }
    }
}
