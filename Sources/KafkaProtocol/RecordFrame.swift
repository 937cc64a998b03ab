/// A message as the metadata log and the topic of remote log metadata keep it: frame version 1, record type and version as unsigned varints, then the
/// message (KIP-631, "Record Format Versions").
public struct RecordFrame: Sendable {
    public var message: any LogMessage
    public var version: Int16

    public init(_ message: any LogMessage, version: Int16) {
        self.message = message
        self.version = version
    }

    private static let frameVersion: UInt32 = 1

    /// The record's value in the log.
    public func encoded() -> Bytes {
        var head: [UInt8] = []
        for number in [Self.frameVersion, UInt32(type(of: message).recordType), UInt32(UInt16(bitPattern: version))] { Self.appendVarint(number, to: &head) }
        return Bytes(head + message.encoded(version: version).array)
    }

    /// Reads a record's value from a log that holds records of these types.
    public static func decode(_ bytes: Bytes, types: Types) throws(RecordFrameError) -> RecordFrame {
        var position = 0
        let frame = try varint(bytes, &position, "frame version")
        guard frame == frameVersion else { throw .unknownFrameVersion(frame) }
        let number = try varint(bytes, &position, "type")
        let version = try varint(bytes, &position, "version")
        guard let type = types.byNumber[number] else { throw .unknownType(number) }
        guard let version = Int16(exactly: version) else { throw .unknownVersion(version) }
        let body = bytes.dropFirst(position)
        do throws(WireError) {
            return RecordFrame(try type.decode(body, version: version, allowsTrailing: false), version: version)
        } catch {
            throw error.reason == .trailingBytes ? .trailingBytes(type: number, count: body.count - error.position) : .unreadable(type: number, error)
        }
    }

    /// The types of record that a log may hold.
    public struct Types: Sendable {
        fileprivate let byNumber: [UInt32: any LogMessage.Type]

        public init(_ types: [any LogMessage.Type]) {
            byNumber = Dictionary(types.map { (UInt32($0.recordType), $0) }, uniquingKeysWith: { first, _ in first })
        }

        /// Those of the metadata log.
        public static let metadata = Types(RecordMessages.metadata)
        /// Those of the topic in which brokers tell each other of segments in remote storage (KIP-405).
        public static let remoteLogMetadata = Types([
            RemoteLogSegmentMetadataRecord.self, RemoteLogSegmentMetadataUpdateRecord.self, RemotePartitionDeleteMetadataRecord.self,
            RemoteLogSegmentMetadataSnapshotRecord.self,
        ])
    }

    private static func appendVarint(_ number: UInt32, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func varint(_ bytes: Bytes, _ position: inout Int, _ field: StaticString) throws(RecordFrameError) -> UInt32 {
        var number: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            guard position < bytes.count else { break }
            let byte = bytes[position]
            position += 1
            number |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        throw .truncated(field: "\(field)")
    }
}

/// Why a record's value is not one that the log may hold.
public enum RecordFrameError: Error, Sendable, CustomStringConvertible {
    /// The bytes end within a number of the frame, or the number has no end.
    case truncated(field: String)
    case unknownFrameVersion(UInt32)
    case unknownType(UInt32)
    /// A version that no message has.
    case unknownVersion(UInt32)
    case unreadable(type: UInt32, WireError)
    /// So many bytes follow the message.
    case trailingBytes(type: UInt32, count: Int)

    public var description: String {
        switch self {
        case .truncated: "record cut short"
        case .unknownFrameVersion(let version): "record with frame version \(version), expected 1"
        case .unknownType(let number): "unknown record type \(number)"
        case .unknownVersion(let version): "record with version \(version)"
        case .unreadable(_, let error): "unreadable record: \(error)"
        case .trailingBytes(let number, let count): "\(count) bytes follow the record of type \(number)"
        }
    }
}
