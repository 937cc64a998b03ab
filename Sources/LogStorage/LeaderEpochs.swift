import KafkaProtocol
import Vocabulary

/// Which leader epoch began at which offset (`leader-epoch-checkpoint`); epochs and offsets ascend.
struct LeaderEpochs: Equatable {
    struct Entry: Equatable {
        var epoch: LeaderEpoch
        var startOffset: Offset
    }

    private(set) var entries: [Entry] = []

    var latest: LeaderEpoch { entries.last?.epoch ?? .undefined }

    /// Notes that an epoch begins at an offset; true when that is news. Entries that contradict a newer one go.
    @discardableResult
    mutating func assign(_ epoch: LeaderEpoch, startOffset: Offset) -> Bool {
        guard epoch >= .zero else { return false }
        if let last = entries.last, epoch <= last.epoch && startOffset >= last.startOffset { return false }
        entries.removeAll { $0.epoch >= epoch || $0.startOffset >= startOffset }
        entries.append(Entry(epoch: epoch, startOffset: startOffset))
        return true
    }

    /// Notes which epoch a batch is of, at the offset that it begins with; true when that is news. What contradicts it goes.
    @discardableResult
    mutating func note(_ epoch: LeaderEpoch, at offset: Offset) -> Bool {
        guard epoch >= .zero, self.epoch(at: offset) != epoch else { return false }
        entries.removeAll { $0.epoch > epoch || $0.startOffset >= offset }
        if latest != epoch { entries.append(Entry(epoch: epoch, startOffset: offset)) }
        return true
    }

    /// Kafka's OffsetForLeaderEpoch: the end of an epoch is the start of the next one.
    func endOffset(for epoch: LeaderEpoch, logEndOffset: Offset) -> EpochEndOffset {
        guard epoch != .undefined, !entries.isEmpty else { return EpochEndOffset.unknown }
        if epoch == latest { return EpochEndOffset(leaderEpoch: epoch, endOffset: logEndOffset) }
        guard let higher = entries.firstIndex(where: { $0.epoch > epoch }) else { return EpochEndOffset.unknown }
        let known = higher > 0 ? entries[higher - 1].epoch : epoch
        return EpochEndOffset(leaderEpoch: known, endOffset: entries[higher].startOffset)
    }

    /// Without a last epoch that nothing was appended in: every start begins such a one, and loses nothing with it.
    func used(before logEndOffset: Offset) -> ArraySlice<Entry> {
        entries.last.map { $0.startOffset >= logEndOffset } == true ? entries.dropLast() : entries[...]
    }

    /// The epoch of the batch at an offset.
    func epoch(at offset: Offset) -> LeaderEpoch? {
        entries.last { $0.startOffset <= offset }?.epoch
    }

    /// Drops what lies before the log's start; the epoch in force there begins there now.
    mutating func truncateStart(_ offset: Offset) -> Bool {
        guard let index = entries.lastIndex(where: { $0.startOffset <= offset }), entries[index].startOffset < offset || index > 0 else { return false }
        entries.removeFirst(index)
        entries[0].startOffset = offset
        return true
    }

    /// Drops what begins at or behind the log's end.
    mutating func truncateEnd(_ offset: Offset) -> Bool {
        let count = entries.count
        entries.removeAll { $0.startOffset >= offset }
        return entries.count != count
    }

    /// The file: version 0, number of entries, `epoch offset` a line.
    var fileContent: Bytes {
        Bytes("0\n\(entries.count)\n" + entries.map { "\($0.epoch) \($0.startOffset)\n" }.joined())
    }

    init() {}

    /// The file of a partition's directory; empty when there is none, or an empty one, as a crash leaves it.
    static func read(_ disk: any Disk, _ directory: String) throws(LogDirectoryError) -> LeaderEpochs {
        let path = directory + "/" + LogState.epochsFile
        do throws(DiskError) {
            let content = try disk.readFile(path)
            if let epochs = LeaderEpochs(content) { return epochs }
            if content.array.allSatisfy({ $0 == 0 }) { return LeaderEpochs() }
        } catch  where error.isMissing {
            return LeaderEpochs()
        } catch {
            throw .disk(error)
        }
        throw .refused("\(path) is damaged: bring it back, or remove it to have the log begin without the leader epochs of its past")
    }

    /// Nil when the file is malformed.
    init?(_ content: Bytes) {
        guard let rows = CheckpointFile.rows(content, columns: 2) else { return nil }
        for row in rows {
            guard let epoch = Int32(row[0]).map(LeaderEpoch.init), let offset = Int64(row[1]).map(Offset.init), epoch > latest else { return nil }
            entries.append(Entry(epoch: epoch, startOffset: offset))
        }
    }
}

/// Kafka's checkpoint files: a line with the version 0, one with the number of rows, then a row a line.
enum CheckpointFile {
    /// The fields of each row; nil when version, number of rows or number of fields are not as they must be.
    static func rows(_ content: Bytes, columns: Int) -> [[Substring]]? {
        let lines = content.text.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count >= 2, lines[0] == "0", let count = Int(lines[1]), count == lines.count - 2 else { return nil }
        var rows: [[Substring]] = []
        for line in lines.dropFirst(2) {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard fields.count == columns else { return nil }
            rows.append(fields)
        }
        return rows
    }
}
