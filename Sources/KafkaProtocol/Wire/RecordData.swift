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

    /// All of it in memory, file ranges read.
    public func gathered() throws -> Bytes {
        switch self {
        case .bytes(let bytes): return bytes
        case .pieces(let pieces):
            if pieces.count == 1, case .file(let range) = pieces[0] { return try range.source.bytes(at: range.offset, count: range.count) }
            var all: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .bytes(let bytes): bytes.withUnsafeBytes { all.append(contentsOf: $0) }
                case .file(let range): try range.source.bytes(at: range.offset, count: range.count).withUnsafeBytes { all.append(contentsOf: $0) }
                }
            }
            return Bytes(all)
        }
    }
}
