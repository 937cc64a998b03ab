import KafkaProtocol

/// A record of the metadata log: one message of KRaft's schemas and the version it is written in.
public struct MetadataRecord: Sendable {
    public var message: any LogMessage
    public var version: Int16

    public init(_ message: any LogMessage, version: Int16 = 0) {
        self.message = message
        self.version = version
    }

    /// The record's value in the log.
    public func encoded() -> Bytes { RecordFrame(message, version: version).encoded() }

    /// Reads a record's value from the log.
    public static func decode(_ bytes: Bytes) throws(MetadataError) -> MetadataRecord {
        do throws(RecordFrameError) {
            let frame = try RecordFrame.decode(bytes, types: .metadata)
            return MetadataRecord(frame.message, version: frame.version)
        } catch {
            throw MetadataError("metadata log: \(error)")
        }
    }
}

/// A metadata log that does not hold together; the broker must not start on it.
public struct MetadataError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
