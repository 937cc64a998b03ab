import KafkaProtocol
import LogStorage

/// One call of the tool.
struct DumpLog {
    let context: ToolContext
    let disk: any Disk
    let limits: DumpLimits

    /// Shows files one after another. What makes a file unreadable ends the call, as with Kafka's tool; what is merely wrong with its content is told at the end.
    func perform(_ words: [String]) throws -> ExitCode {
        var failures: [ExitCode] = []
        var mismatches: [Mismatch] = []
        for word in words {
            let file = DumpedFile(word)
            context.report.add(file, as: DumpedFile.files)
            guard let kind = file.kind else {
                context.complain(ToolError.invalid("Ignoring unknown file \(file.path)"))
                failures.append(.usage)
                continue
            }
            do {
                let found = try show(file, kind)
                if found.contains(where: \.isDamage) { failures.append(.failed) }
                mismatches += found
            } catch {
                tell(mismatches)
                throw (error as? DiskError).map { failure($0, file) } ?? error
            }
            if context.shouldStop { break }
        }
        tell(mismatches)
        return .of(failures, among: words.count)
    }

    /// A file that cannot be read. An index that is not there, of a log that is, gets an explanation.
    private func failure(_ error: DiskError, _ file: DumpedFile) -> ToolError {
        guard error.code == 2 else { return ToolError("\(error)") }
        let isIndex = (file.kind == .offsetIndex || file.kind == .timeIndex) && error.path == file.path && disk.exists(file.sibling(.log))
        return ToolError.notFound("\(error)\(isIndex ? "; a broker may not have written it yet for the segment that it appends to" : "")")
    }

    /// Shows one file; what is wrong with it is returned.
    private func show(_ file: DumpedFile, _ kind: DumpedFile.Kind) throws -> [Mismatch] {
        switch kind {
        case .log, .checkpoint: try DataDump(context: context, disk: disk, limits: limits, file: file).run()
        case .offsetIndex: try OffsetIndexDump(context: context, disk: disk, limits: limits, file: file).run()
        case .timeIndex: try TimeIndexDump(context: context, disk: disk, file: file).run()
        case .transactionIndex: try TransactionIndexDump(context: context, disk: disk, file: file).run()
        case .producerSnapshot: try ProducerSnapshotDump(context: context, disk: disk, file: file).run()
        }
    }

    /// What is wrong comes last, a heading for each kind and file.
    private func tell(_ mismatches: [Mismatch]) {
        context.report.add(mismatches, as: Mismatch.mismatches)
        guard context.report.isText else { return }
        var heading = ""
        for mismatch in mismatches {
            if mismatch.heading != heading { context.error.line(mismatch.heading) }
            heading = mismatch.heading
            context.error.line("  \(mismatch.line)")
        }
    }
}

/// Something in a file that does not agree with something else in it or in the segment's other files.
struct Mismatch: Equatable {
    /// What does not agree.
    enum Kind: String, CaseIterable {
        /// The batch that an index entry points to does not end with the entry's offset.
        case indexOffset
        /// The batch of a time index entry has another largest timestamp.
        case timestamp
        /// The timestamps of a time index do not ascend.
        case timestampOrder
        /// No batch ends with the offset of a time index entry.
        case missingOffset
        /// Offsets are missing between two records. So it must be where a log was compacted, and where records are markers of another's snapshot.
        case gap
        /// A record has no larger offset than the one before it.
        case disorder
        /// A batch has another checksum than it claims.
        case checksum
        /// Bytes that are no batch follow the last one.
        case trailingBytes
    }

    let kind: Kind
    let file: String
    /// What the file says.
    let stated: Int64
    /// What is there instead; nil for nothing.
    let found: Int64?

    /// Whether something is wrong.
    var isDamage: Bool { kind != .gap }

    var heading: String {
        switch kind {
        case .indexOffset: "Mismatches in :\(file)"
        case .timestamp: "Found timestamp mismatch in :\(file)"
        case .timestampOrder: "Found out of order timestamp in :\(file)"
        case .missingOffset: "The following indexed offsets are not found in :\(file)"
        case .gap, .disorder: "Non-consecutive offsets in \(file)"
        case .checksum: "Batches with a wrong checksum in \(file)"
        case .trailingBytes: "Bytes that are no batch in \(file)"
        }
    }

    var line: String {
        let found = found ?? -1
        return switch kind {
        case .indexOffset: "Index offset: \(stated), log offset: \(found)"
        case .timestamp: "Index timestamp: \(stated), log timestamp: \(found)"
        case .timestampOrder: "Index timestamp: \(stated), Previously indexed timestamp: \(found)"
        case .missingOffset: "Indexed offset: \(stated), found log offset: \(found)"
        case .gap, .disorder: "\(stated) is followed by \(found)"
        case .checksum: "Stated crc: \(stated), computed crc: \(found)"
        case .trailingBytes: "From byte \(stated) on"
        }
    }

    static let mismatches = Shape<Mismatch>(
        "mismatches", "something in a file that does not agree with the rest of the segment", text: .none,
        [
            Column("file", "path") { $0.file },
            Column(
                "mismatch",
                "what: indexOffset (the batch at the position ends with another offset), timestamp (the batch has another largest timestamp), timestampOrder "
                    + "(timestamps do not ascend), missingOffset (no batch ends with the offset), gap (offsets are missing between two records, as in a compacted "
                    + "log), disorder (a record's offset is not larger than the one before), checksum (a batch has another), trailingBytes (no batch begins there)"
            ) { $0.kind.rawValue },
            Column("stated", "what the file says: an offset, a timestamp in milliseconds since 1970-01-01 UTC, a checksum, or the byte of the file") {
                $0.stated
            },
            Column("found", "what is there instead") { $0.found },
        ])
}
