import KafkaProtocol
import Vocabulary

/// `.index`: every so many bytes of log, the last offset of a batch (relative to the segment's base) and the batch's position; 8 bytes an entry.
struct OffsetIndex {
    static let entrySize = 8
    let file: IndexFile
    let baseOffset: Offset

    init(disk: any Disk, path: String, baseOffset: Offset, size: Int?) {
        file = IndexFile(disk: disk, path: path, entrySize: Self.entrySize, size: size)
        self.baseOffset = baseOffset
    }

    func append(offset: Offset, position: Int) {
        let relative = UInt32(truncatingIfNeeded: offset - baseOffset), position = UInt32(truncatingIfNeeded: position)
        file.append {
            $0.appendBigEndian(relative)
            $0.appendBigEndian(position)
        }
    }

    /// Position of a batch at or before the one that contains the offset.
    func position(atOrBefore offset: Offset) throws(DiskError) -> Int {
        let relative = offset - baseOffset
        let index = try file.lastEntry { bytes, at in Int64(bytes.load(at, as: UInt32.self)) <= relative }
        return index < 0 ? 0 : Int(try file.entry(index).load(4, as: UInt32.self))
    }

    /// The largest indexed position at most this one (a batch's start), 0 when there is none.
    func batchStart(atOrBefore position: Int) throws(DiskError) -> Int {
        let index = try file.lastEntry { bytes, at in Int(bytes.load(at + 4, as: UInt32.self)) <= position }
        return index < 0 ? 0 : Int(try file.entry(index).load(4, as: UInt32.self))
    }

    /// An index that Kafka preallocated and did not trim, or that does not fit its segment, is not sane.
    func isSane(fileSize: Int, logSize: Int) throws(DiskError) -> Bool {
        guard fileSize % Self.entrySize == 0 else { return false }
        guard file.count > 0 else { return true }
        let last = try file.entry(file.count - 1)
        return last.load(4, as: UInt32.self) > 0 && Int(last.load(4, as: UInt32.self)) < logSize
    }
}
