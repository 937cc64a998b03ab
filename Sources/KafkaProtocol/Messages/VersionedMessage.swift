/// Messages that carry their own version: two bytes, then the message in that version. So are the keys and values of coordinators' logs, and the
/// subscriptions and assignments that consumers of the classic protocol exchange through the coordinator.
extension Message {
    /// The version and the message. `prefix` differs from the version where the two bytes say something else: the type of a log record's key.
    public func versioned(_ version: Int16, prefix: Int16? = nil) -> Bytes {
        let body = encoded(version: version)
        return Bytes(capacity: body.count + 2) { target in
            target.storeBytes(of: (prefix ?? version).bigEndian, as: Int16.self)
            body.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[2...]).copyMemory(from: $0) }
            return body.count + 2
        }
    }

    /// Reads the version and the message; versions newer than ours as the newest we know, whose fields they begin with. Nil when that fails.
    public static func decodeVersioned(_ bytes: Bytes) -> Self? {
        guard bytes.count >= 2 else { return nil }
        let version = bytes.load(0, as: Int16.self)
        guard version >= versions.lowerBound else { return nil }
        return try? decode(bytes.dropFirst(2), version: min(version, versions.upperBound), allowsTrailing: true)
    }
}
