import KafkaProtocol
import Vocabulary

/// Files that a crash left in a partition's directory: of compaction, of deletion, of replacing a file, of writing a snapshot.
struct LeftoverFiles {
    let disk: any Disk
    let directory: String

    /// Removes or completes them; true when the directory changed. Only names that a broker gives to such files count.
    func tidy(_ names: Set<String>, _ report: inout RecoveryReport) throws(DiskError) -> Bool {
        var changed = false
        for name in names.sorted() {
            if let base = Segment.offset(in: name, suffix: ".log.swap") {
                try completeSwap(base, names, &report)
            } else if Self.isLeftover(name) || Self.isOrphan(name, names) {
                try disk.removeFile(directory + "/" + name)
            } else {
                continue
            }
            changed = true
        }
        return changed
    }

    /// An index whose segment is gone: of the segment's files the log goes first. One that is begun at the same offset must not take it for its own.
    private static func isOrphan(_ name: String, _ names: Set<String>) -> Bool {
        let base = Segment.suffixes.dropFirst().lazy.compactMap { Segment.offset(in: name, suffix: $0) }.first
        return base.map { !names.contains(Segment.stem($0) + ".log") && !names.contains(Segment.stem($0) + ".log.swap") } ?? false
    }

    private static func isLeftover(_ name: String) -> Bool {
        if name == PartitionMetadata.fileName + ".tmp" || name == LogState.epochsFile + ".tmp" { return true }
        if MetadataSnapshot.isLeftover(name) { return true }
        return (Segment.suffixes + [".snapshot"]).contains { kind in
            // What was being written, what was marked as deleted, and indexes whose log's own file has its place already.
            [".cleaned", ".deleted", ".swap"].contains { Segment.offset(in: name, suffix: kind + $0) != nil }
        }
    }

    /// A `.log.swap` file is whole: it replaces the segments whose offsets it covers. Its indexes may have been renamed already or not, so they
    /// are made anew from it. One that is damaged replaces nothing and is put aside.
    private func completeSwap(_ base: Offset, _ names: Set<String>, _ report: inout RecoveryReport) throws(DiskError) {
        let stem = directory + "/" + Segment.stem(base)
        let path = stem + ".log.swap"
        let file = try disk.openFile(path, create: false)
        defer { file.close() }
        var scanner = BatchScanner(file: file, from: 0, to: file.size, blockBytes: 1 << 20)
        var next = base, isSound = true
        while isSound, let batch = try scanner.nextBatch() {
            // The checksum does not cover the offset.
            isSound =
                batch.isCrcValid && Offset(batch.baseOffset) >= next && batch.lastOffset >= batch.baseOffset
                && Offset(batch.lastOffset) - base <= Int64(Int32.max)
            next = max(next, Offset(batch.nextOffset))
        }
        let keeper = CutKeeper(disk: disk)
        guard isSound, scanner.failure == nil else {
            report.cuts.append(
                LogCut(
                    path: path, position: 0, offset: base, sizeInBytes: file.size, reason: "a compacted segment that was to take its place is damaged",
                    keptIn: try keeper.keep(path)))
            return
        }
        for name in names.sorted() {
            guard let other = Segment.offset(in: name, suffix: ".log"), other > base, other < next else { continue }
            let covered = directory + "/" + Segment.stem(other)
            // Compaction made these superfluous; but only the offsets of the new segment say so, and offsets carry no checksum.
            if case .file(let size)? = try disk.kind(of: covered + ".log"), size > 0 {
                report.cuts.append(
                    LogCut(
                        path: covered + ".log", position: 0, offset: other, sizeInBytes: size, reason: "a compacted segment takes its place",
                        keptIn: try keeper.keep(covered + ".log")))
            }
            for suffix in Segment.suffixes { try disk.removeFile(covered + suffix) }
        }
        for suffix in Segment.suffixes.dropFirst() { try disk.removeFile(stem + suffix) }
        file.close()
        try disk.rename(path, to: stem + ".log")
    }
}
