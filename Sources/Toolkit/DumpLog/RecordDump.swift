import KafkaProtocol

/// Shows the records of a file's batches.
struct RecordDump {
    let context: ToolContext
    let file: DumpedFile
    /// Reads keys and values; nil when they are not shown.
    let decoder: (any RecordDecoder)?
    let hidesMetadata: Bool
    /// Offset of the last record, nil before the first.
    private var lastOffset: Int64?
    /// Records that do not follow the one before them.
    private(set) var mismatches: [Mismatch] = []

    init(context: ToolContext, file: DumpedFile, decoder: (any RecordDecoder)?, hidesMetadata: Bool) {
        (self.context, self.file, self.decoder, self.hidesMetadata) = (context, file, decoder, hidesMetadata)
    }

    mutating func show(_ batch: RecordBatch) throws {
        var rows: [DumpedRecord] = []
        // Those before a record that cannot be read are shown, as Kafka's tool does.
        defer { context.report.add(rows, as: DumpedRecord.records) }
        do {
            var reader = try batch.reader()
            while let record = try reader.next() {
                note(record.offset)
                var row = DumpedRecord(file: file.path, batch: batch, record: record, hidesMetadata: hidesMetadata)
                do { try fill(&row) } catch {
                    if !hidesMetadata { rows.append(row) }
                    throw error
                }
                rows.append(row)
            }
        } catch let error as RecordBatchError {
            throw ToolError("\(file.path) is damaged in the batch of offset \(batch.baseOffset): \(error)")
        }
    }

    private mutating func note(_ offset: Int64) {
        if let lastOffset, offset != lastOffset + 1 {
            mismatches.append(Mismatch(kind: offset > lastOffset ? .gap : .disorder, file: file.path, stated: lastOffset, found: offset))
        }
        lastOffset = offset
    }

    private func fill(_ row: inout DumpedRecord) throws {
        do throws(FormatError) {
            if row.batch.isControl {
                if !hidesMetadata { row.control = try ControlRecord(row.record) }
            } else if let decoder {
                row.content = try decoder.decode(row.record)
            }
        } catch {
            throw ToolError("\(file.path): \(error)")
        }
    }
}

/// A record as it is shown.
struct DumpedRecord {
    let file: String
    let batch: RecordBatch
    let record: Record
    let hidesMetadata: Bool
    /// What a record of a control batch says.
    var control: ControlRecord?
    /// Key and value, if they are shown.
    var content: RecordContent?

    init(file: String, batch: RecordBatch, record: Record, hidesMetadata: Bool) {
        (self.file, self.batch, self.record, self.hidesMetadata) = (file, batch, record, hidesMetadata)
    }

    private var sequence: Int32? { batch.baseSequence < 0 ? nil : RecordBatch.sequence(batch.baseSequence, plus: record.offsetDelta) }

    static let records = Shape<DumpedRecord>(
        "records", "a record", text: .lines { $0.line },
        [
            Column("file", "path") { $0.file }, Column("offset", "offset") { $0.record.offset },
            Column("timestampType", "whose clock the timestamp comes from: CreateTime or LogAppendTime") { $0.batch.timestampType.name },
            Column("timestampMs", "timestamp, in milliseconds since 1970-01-01 UTC") { $0.record.timestamp < 0 ? nil : $0.record.timestamp },
            Column("keySize", "bytes of the key; null without one") { $0.record.key?.count },
            Column("valueSize", "bytes of the value; null without one") { $0.record.value?.count },
            Column("sequence", "sequence number; null without an idempotent producer") { $0.sequence },
            Column("headerKeys", "keys of the headers in their order", type: .array(.bytes)) { .array($0.record.headers.map { FieldType.json(of: $0.key) }) },
            Column("control", "what a marker says; null for other records", type: .nullable(.any)) { $0.control?.json ?? .null },
            Column("key", "key as the decoder reads it, if keys and values are shown", type: .nullable(.any), heading: "key") {
                $0.content?.key?.json ?? .null
            },
            Column("value", "value as the decoder reads it, if keys and values are shown", type: .nullable(.any), heading: "payload") {
                $0.content?.value?.json ?? .null
            },
        ])

    /// As Kafka prints it: an empty line for a record of which nothing is to be shown.
    private var line: String {
        var parts: [String] = []
        if !hidesMetadata {
            let keys = record.headers.map(\.key.text).joined(separator: ",")
            parts.append(
                "offset: \(record.offset) \(batch.timestampType.name): \(record.timestamp) keySize: \(record.key?.count ?? -1) "
                    + "valueSize: \(record.value?.count ?? -1) sequence: \(sequence ?? -1) headerKeys: [\(keys)]")
        }
        if let control { parts.append(control.text) }
        if let key = content?.key { parts.append("key: \(key.text)") }
        if let value = content?.value { parts.append("payload: \(value.text)") }
        return parts.isEmpty ? "" : "| " + parts.joined(separator: " ")
    }
}
