import KafkaProtocol

/// A record of the metadata log: one message of KRaft's schemas and the version it is written in.
public struct MetadataRecord: Sendable {
    public var message: any LogMessage
    public var version: Int16

    public init(_ message: any LogMessage, version: Int16 = 0) {
        self.message = message
        self.version = version
    }

    /// The record's value in the log: frame version 1, record type and version as unsigned varints, then the message (KIP-631).
    public func encoded() -> Bytes {
        var head: [UInt8] = []
        for number in [Self.frameVersion, UInt32(type(of: message).recordType), UInt32(UInt16(bitPattern: version))] { Self.appendVarint(number, to: &head) }
        return Bytes(head + message.encoded(version: version).array)
    }

    /// Reads a record's value from the log.
    public static func decode(_ bytes: Bytes) throws(MetadataError) -> MetadataRecord {
        var position = 0
        let frame = try varint(bytes, &position)
        guard frame == frameVersion else { throw MetadataError("metadata record with frame version \(frame), expected \(frameVersion)") }
        let number = try varint(bytes, &position)
        let version = try varint(bytes, &position)
        guard let type = types[number] else { throw MetadataError("unknown metadata record type \(number)") }
        guard let version = Int16(exactly: version) else { throw MetadataError("metadata record with version \(version)") }
        do throws(WireError) {
            return MetadataRecord(try type.decode(bytes.dropFirst(position), version: version, allowsTrailing: false), version: version)
        } catch {
            throw MetadataError("unreadable metadata record: \(error)")
        }
    }

    private static let frameVersion: UInt32 = 1
    private static let types: [UInt32: any LogMessage.Type] = Dictionary(
        RecordMessages.metadata.map { (UInt32($0.recordType), $0) }, uniquingKeysWith: { first, _ in first })

    private static func appendVarint(_ number: UInt32, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func varint(_ bytes: Bytes, _ position: inout Int) throws(MetadataError) -> UInt32 {
        var number: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            guard position < bytes.count else { break }
            let byte = bytes[position]
            position += 1
            number |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        throw MetadataError("metadata record cut short")
    }
}

/// A metadata log that does not hold together; the broker must not start on it.
public struct MetadataError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
