import KafkaProtocol
import Vocabulary

/// Whose records an entry of a commit journal has: ids and not names, for a topic of the same name may come after one that was deleted.
struct JournalKey: Hashable, Sendable, Comparable {
    var topicId: Uuid
    var partition: Int32

    static func < (a: JournalKey, b: JournalKey) -> Bool { (a.topicId, a.partition) < (b.topicId, b.partition) }
}

/// What a commit journal says of a partition.
enum JournalEntry: Sendable, Equatable {
    /// Whole batches, in order: all that the log had between an offset up to which it was durable and its end.
    case records(JournalKey, from: Offset, Bytes)
    /// What was said before holds no more: the log was cut, or is not here any more.
    case forget(JournalKey)
}

/// What one write to a commit journal adds: entries that are durable together or not at all. A magic number, the length and the CRC32C of what follows
/// (32 bits each, big-endian), then the entries: kind (8 bits), topic id, partition (32 bits), and for records the offset (64 bits), their length (32 bits)
/// and the batches.
enum JournalBlock {
    static let headerSize = 12
    private static let magic: UInt32 = 0x4f4a_524e
    private static let recordsKind: UInt8 = 1
    private static let forgetKind: UInt8 = 2

    static func encode(_ entries: [JournalEntry]) -> Bytes {
        let size = entries.reduce(headerSize) { $0 + Self.size(of: $1) }
        var writer = WireWriter(capacity: size)
        for entry in entries {
            switch entry {
            case .records(let key, let from, let batches):
                writer.integer(recordsKind)
                write(key, to: &writer)
                writer.integer(from.value)
                writer.integer(Int32(batches.count))
                writer.raw(batches)
            case .forget(let key):
                writer.integer(forgetKind)
                write(key, to: &writer)
            }
        }
        let content = writer.finishedBytes()
        var header = WireWriter(capacity: headerSize)
        header.integer(magic)
        header.integer(UInt32(content.count))
        header.integer(CRC32C.checksum(content))
        header.raw(content)
        return header.finishedBytes()
    }

    private static func size(of entry: JournalEntry) -> Int {
        if case .records(_, _, let batches) = entry { 33 + batches.count } else { 21 }
    }

    private static func write(_ key: JournalKey, to writer: inout WireWriter) {
        writer.integer(key.topicId.high)
        writer.integer(key.topicId.low)
        writer.integer(key.partition)
    }

    /// The entries of a journal's file, up to the first block that is not whole.
    static func entries(in file: Bytes) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var position = 0
        while position + headerSize <= file.count, file.load(position, as: UInt32.self) == magic {
            let length = Int(file.load(position + 4, as: UInt32.self))
            let start = position + headerSize
            guard length <= file.count - start else { break }
            let content = file[start..<start + length]
            guard CRC32C.checksum(content) == file.load(position + 8, as: UInt32.self), let block = decode(content) else { break }
            entries += block
            position = start + length
        }
        return entries
    }

    /// Nil for what no broker of ours wrote.
    private static func decode(_ content: Bytes) -> [JournalEntry]? {
        var entries: [JournalEntry] = []
        var position = 0
        while position < content.count {
            guard content.count - position >= 21 else { return nil }
            let kind = content[position]
            let key = JournalKey(topicId: Uuid(high: content.load(position + 1), low: content.load(position + 9)), partition: content.load(position + 17))
            position += 21
            switch kind {
            case forgetKind: entries.append(.forget(key))
            case recordsKind:
                guard content.count - position >= 12 else { return nil }
                let from = Offset(content.load(position)), length = Int(content.load(position + 8, as: Int32.self))
                position += 12
                guard length >= 0, length <= content.count - position else { return nil }
                entries.append(.records(key, from: from, content[position..<position + length]))
                position += length
            default: return nil
            }
        }
        return entries
    }
}
