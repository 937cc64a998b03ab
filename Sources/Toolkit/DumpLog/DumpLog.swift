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
