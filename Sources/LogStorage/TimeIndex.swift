import KafkaProtocol
import Vocabulary

/// `.timeindex`: the largest timestamp so far (ms) and the last offset of its batch (relative to the segment's base); 12 bytes an entry, timestamps ascending.
struct TimeIndex {
    static let entrySize = 12
    let file: IndexFile
    let baseOffset: Offset

    init(disk: any Disk, path: String, baseOffset: Offset, size: Int?) {
        file = IndexFile(disk: disk, path: path, entrySize: Self.entrySize, size: size)
        self.baseOffset = baseOffset
    }

    /// The last entry; nil when there is none.
    func last() throws(DiskError) -> (timestamp: Int64, offset: Offset)? {
        guard file.count > 0 else { return nil }
        return parse(try file.entry(file.count - 1))
    }

    /// Adds an entry unless the timestamp is not larger than the last one's.
    func append(timestamp: Int64, offset: Offset) throws(DiskError) {
        if let last = try last(), last.timestamp >= timestamp { return }
        guard timestamp >= 0 else { return }
        let relative = UInt32(truncatingIfNeeded: offset - baseOffset)
        file.append {
            $0.appendBigEndian(timestamp)
            $0.appendBigEndian(relative)
        }
    }

    /// The offset from which to search for the first record at or after the timestamp.
    func offset(atOrBefore timestamp: Int64) throws(DiskError) -> Offset {
        let index = try file.lastEntry { bytes, at in bytes.load(at, as: Int64.self) <= timestamp }
        return index < 0 ? baseOffset : parse(try file.entry(index)).offset
    }

    func isSane(fileSize: Int) throws(DiskError) -> Bool {
        guard fileSize % Self.entrySize == 0 else { return false }
        guard let last = try last() else { return true }
        return last.timestamp > 0
    }

    private func parse(_ entry: Bytes) -> (timestamp: Int64, offset: Offset) {
        (entry.load(0, as: Int64.self), baseOffset + Int64(entry.load(8, as: UInt32.self)))
    }
}
