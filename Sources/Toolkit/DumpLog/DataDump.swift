import KafkaProtocol
import LogStorage

/// Shows a file of batches: a segment of a log, or a snapshot of the metadata, which has the same form.
struct DataDump {
    let context: ToolContext
    let disk: any Disk
    let limits: DumpLimits
    let file: DumpedFile

    private static let blockBytes = 1 << 20

    func run() throws -> [Mismatch] {
        let options = context.options
        let printsContents = options.printsContents
        let decoder = try options.recordDecoder()
        context.report.decorate(try heading() + "\n")
        context.report.open(BatchRow.batches)
        let log = try disk.openFile(file.path, create: false)
        defer { log.close() }
        let end = min(log.size, limits.maxBytes)
        var scanner = BatchScanner(file: log, from: 0, to: end, blockBytes: Self.blockBytes)
        var records = RecordDump(
            context: context, file: file, decoder: printsContents ? decoder : nil, hidesMetadata: options.has("skip-record-metadata"))
        var mismatches: [Mismatch] = []
        while !context.shouldStop {
            let position = scanner.position
            guard let batch = try scanner.nextBatch() else { break }
            let row = BatchRow(file: file.path, batch: batch, position: position)
            if !row.isValid { mismatches.append(Mismatch(kind: .checksum, file: file.path, stated: Int64(batch.crc), found: Int64(row.computedCrc))) }
            context.report.add(row, as: BatchRow.batches)
            if printsContents || options.has("deep-iteration") { try records.show(batch) }
        }
        if !context.shouldStop, scanner.position < end { mismatches += try tail(log, from: scanner.position, to: end, scanner.failure) }
        return mismatches + records.mismatches
    }

    /// What the name of the file says.
    private func heading() throws -> String {
        if file.kind == .log { return "Log starting offset: \(try file.baseOffset())" }
        guard let snapshot = try file.snapshot() else { return "KRaft bootstrap snapshot" }
        return "Snapshot end offset: \(snapshot.endOffset), epoch: \(snapshot.epoch)"
    }

    /// Bytes behind the last batch: of a batch that is cut short, or damage, which ends the call as with Kafka's tool.
    private func tail(_ log: any DiskFile, from position: Int, to end: Int, _ failure: RecordBatchError?) throws -> [Mismatch] {
        let left = end - position
        let length = left > 17 ? Int(try log.read(at: position, count: 12).load(8, as: Int32.self)) : 0
        guard left <= 17 || (length >= 14 && 12 + length > left) else {
            let reason = length < 14 ? "the length there is \(length) bytes" : failure?.description ?? "nothing can be read there"
            throw ToolError("\(file.path) is damaged at byte \(position), where a batch must begin: \(reason)")
        }
        if limits.isPartial { return [] }
        context.report.say("Found \(left) invalid bytes at the end of \(file.name)")
        return [Mismatch(kind: .trailingBytes, file: file.path, stated: Int64(position), found: nil)]
    }
}

/// A batch as it is shown.
struct BatchRow {
    let file: String
    let batch: RecordBatch
    /// The byte of the file at which it begins.
    let position: Int
    let computedCrc: UInt32

    init(file: String, batch: RecordBatch, position: Int) {
        self.file = file
        self.batch = batch
        self.position = position
        computedCrc = batch.computedCrc
    }

    var isValid: Bool { computedCrc == batch.crc }

    static let batches = Shape<BatchRow>(
        "batches", "a batch of records", text: .lines(line),
        [
            Column("file", "path") { $0.file }, Column("baseOffset", "first offset") { $0.batch.baseOffset },
            Column("lastOffset", "last offset") { $0.batch.lastOffset }, Column("count", "number of records") { $0.batch.count },
            Column("baseSequence", "first sequence number; null without an idempotent producer") { $0.batch.baseSequence < 0 ? nil : $0.batch.baseSequence },
            Column("lastSequence", "last sequence number") { $0.batch.lastSequence < 0 ? nil : $0.batch.lastSequence },
            Column("producerId", "id of the idempotent producer") { $0.batch.producerId < 0 ? nil : $0.batch.producerId },
            Column("producerEpoch", "epoch of that producer") { $0.batch.producerEpoch < 0 ? nil : $0.batch.producerEpoch },
            Column("partitionLeaderEpoch", "leader epoch in which it was appended") { $0.batch.partitionLeaderEpoch },
            Column("isTransactional", "whether it belongs to a transaction") { $0.batch.isTransactional },
            Column("isControl", "whether its records are markers and not for consumers") { $0.batch.isControl },
            Column("deleteHorizonMs", "when tombstones and markers in it may be compacted away, in milliseconds since 1970-01-01 UTC") {
                $0.batch.deleteHorizonMs
            },
            Column("position", "byte of the file at which it begins") { $0.position },
            Column("timestampType", "whose clock the timestamps come from: CreateTime or LogAppendTime") { $0.batch.timestampType.name },
            Column("maxTimestampMs", "largest timestamp, in milliseconds since 1970-01-01 UTC") { $0.batch.maxTimestamp < 0 ? nil : $0.batch.maxTimestamp },
            Column("sizeBytes", "size", heading: "size") { $0.batch.sizeInBytes }, Column("magic", "version of the format") { _ in 2 },
            Column("compression", "codec: none, gzip, snappy, lz4 or zstd", heading: "compresscodec") { $0.batch.compression.name },
            Column("crc", "checksum that the batch claims") { Int64($0.batch.crc) }, Column("isValid", "whether it has that checksum") { $0.isValid },
        ])

    private static func line(_ row: BatchRow) -> String {
        let batch = row.batch
        let horizon = batch.deleteHorizonMs.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
        return "baseOffset: \(batch.baseOffset) lastOffset: \(batch.lastOffset) count: \(batch.count) baseSequence: \(batch.baseSequence) "
            + "lastSequence: \(batch.lastSequence) producerId: \(batch.producerId) producerEpoch: \(batch.producerEpoch) "
            + "partitionLeaderEpoch: \(batch.partitionLeaderEpoch) isTransactional: \(batch.isTransactional) isControl: \(batch.isControl) "
            + "deleteHorizonMs: \(horizon) position: \(row.position) \(batch.timestampType.name): \(batch.maxTimestamp) size: \(batch.sizeInBytes) magic: 2 "
            + "compresscodec: \(batch.compression.name) crc: \(batch.crc) isvalid: \(row.isValid)"
    }
}
