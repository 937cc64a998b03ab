import KafkaProtocol
import Synchronization
import Vocabulary

/// Batches that may be appended: everything that can be said without knowing where they will land was checked. Texts are Kafka's.
struct ValidatedBatches {
    private(set) var batches: [RecordBatch] = []
    private(set) var sizeInBytes = 0
    /// Milliseconds, when the topic's timestamps are those of the log.
    private(set) var logAppendTime: Int64?

    /// None yet, for a leader's batches.
    init() {}

    /// Adds a batch that was looked at.
    mutating func add(_ batch: RecordBatch) {
        batches.append(batch)
        sizeInBytes += batch.bytes.count
    }

    init(_ bytes: Bytes, origin: AppendOrigin, config: LogConfig, now: Int64, name: TopicPartition) throws(AppendError) {
        var iterator = RecordBatches(bytes).makeIterator()
        while let batch = iterator.next() { add(batch) }
        // Bytes of a batch that is cut short are left out, as Kafka does, unless nothing else is there.
        if let failure = iterator.failure, failure != .truncated || batches.isEmpty { throw Self.refusal(failure, name) }
        guard !batches.isEmpty else { throw AppendError(.invalidRecord, "There must be at least one record batch for partition \(name)") }
        if origin == .replication {
            for batch in batches { try Self.checkCrc(batch, name) }
            return
        }
        if origin == .client && batches.count > 1 {
            throw AppendError(.invalidRecord, "Only exactly one record batch per partition is allowed, but there are \(batches.count) for \(name)")
        }
        if config.messageTimestampType == .logAppendTime { logAppendTime = now }
        let check = BatchCheck(origin: origin, config: config, now: now, name: name)
        for index in batches.indices {
            try check.checkHeader(batches[index])
            batches[index] = try check.checkRecords(batches[index])
        }
        sizeInBytes = batches.reduce(0) { $0 + $1.bytes.count }
    }

    static func refusal(_ error: RecordBatchError, _ name: TopicPartition) -> AppendError {
        switch error {
        case .legacyMagic(let magic):
            AppendError(.unsupportedForMessageFormat, "Message format v\(magic) is not supported in partition \(name), only v2 is")
        case .unknownMagic: AppendError(.corruptMessage, "\(error), in an append to partition \(name)")
        case .unknownCompression: AppendError(.unsupportedCompressionType, "\(error), in an append to partition \(name)")
        case .truncated, .invalidLength: AppendError(.corruptMessage, "Cannot append record batch with illegal length to log for \(name): \(error)")
        default: AppendError(.corruptMessage, "\(error), in an append to partition \(name)")
        }
    }

    static func checkCrc(_ batch: RecordBatch, _ name: TopicPartition) throws(AppendError) {
        guard batch.isCrcValid else {
            throw AppendError(.corruptMessage, "Record is corrupt (stored crc = \(batch.crc)) in topic partition \(name).")
        }
    }
}

/// The checks of one batch that does not come from another log.
struct BatchCheck {
    let origin: AppendOrigin
    let config: LogConfig
    let now: Int64
    let name: TopicPartition

    func checkHeader(_ batch: RecordBatch) throws(AppendError) {
        // A marker that did not fit would leave its transaction open for ever.
        guard batch.isControl || batch.bytes.count <= config.maxMessageBytes else {
            throw AppendError(
                .messageTooLarge,
                "The record batch size in the append to \(name) is \(batch.bytes.count) bytes which exceeds the maximum configured value of \(config.maxMessageBytes)."
            )
        }
        if origin == .client {
            guard batch.baseOffset == 0 else {
                throw invalid("The baseOffset of the record batch in the append to \(name) should be 0, but it is \(batch.baseOffset)")
            }
            try ValidatedBatches.checkCrc(batch, name)
        }
        let offsets = Int64(batch.lastOffsetDelta) + 1
        guard offsets > 0 else {
            throw invalid("Batch has an invalid offset range: [\(batch.baseOffset), \(batch.lastOffset)] in topic partition \(name)")
        }
        guard batch.count > 0 else {
            throw invalid("Invalid reported count for record batch: \(batch.count) in topic partition \(name)")
        }
        guard offsets == Int64(batch.count) else {
            throw invalid(
                "Inconsistent batch offset range [\(batch.baseOffset), \(batch.lastOffset)] and count of records \(batch.count) in topic partition \(name)")
        }
        guard origin == .client else { return }
        guard !batch.isControl else { throw invalid("Clients are not allowed to write control records in topic partition \(name)") }
        guard !batch.hasProducerId || batch.baseSequence >= 0 else {
            throw invalid("Invalid sequence number \(batch.baseSequence) in record batch with producerId \(batch.producerId) in topic partition \(name)")
        }
    }

    /// Looks at the records only when the topic's rules ask for it; returns the batch, compressed anew when the topic wants another codec.
    func checkRecords(_ batch: RecordBatch) throws(AppendError) -> RecordBatch {
        let needsCodec = mustRecompress(batch)
        let needsKeys = config.isCompacted && origin == .client
        guard needsKeys || needsCodec || !areTimestampsKnownGood(batch) else { return batch }
        do {
            if batch.compression == .none { return try inspected(batch, needsCodec: needsCodec, upTo: config.maxDecompressedBytes) }
            return try UnpackingBudget.shared.unpack(upTo: config.maxDecompressedBytes) { try inspected(batch, needsCodec: needsCodec, upTo: $0) }
        } catch let error as AppendError {
            throw error
        } catch {
            throw AppendError(.corruptMessage, "\(error), in an append to partition \(name)")
        }
    }

    /// - Parameter limit: bytes that the records may take when decompressed
    private func inspected(_ batch: RecordBatch, needsCodec: Bool, upTo limit: Int) throws -> RecordBatch {
        if origin == .client {
            var faults = RecordFaults()
            var reader = try batch.reader(maxDecompressedBytes: limit)
            while let record = try reader.next() { note(record, batch, &faults) }
            if let refusal = faults.refusal { throw refusal }
        }
        return needsCodec ? try recompressed(batch, upTo: limit) : batch
    }

    private func areTimestampsKnownGood(_ batch: RecordBatch) -> Bool {
        guard origin == .client else { return true }
        guard batch.timestampType == .createTime else { return false }
        guard config.messageTimestampType == .createTime else { return true }
        return config.messageTimestampBeforeMaxMs == .max && batch.maxTimestamp &- now <= config.messageTimestampAfterMaxMs
    }

    private func note(_ record: Record, _ batch: RecordBatch, _ faults: inout RecordFaults) {
        defer { faults.index += 1 }
        if config.isCompacted && record.key == nil {
            faults.add("Compacted topic cannot accept message without key in topic partition \(name).", .invalidRecord)
        } else if let message = timestampFault(record, batch) {
            faults.add(message, .invalidTimestamp)
        }
    }

    private func timestampFault(_ record: Record, _ batch: RecordBatch) -> String? {
        if batch.timestampType == .logAppendTime {
            return "Invalid timestamp type in message with offset \(record.offset). Producer should not set timestamp type to LogAppendTime."
        }
        guard config.messageTimestampType == .createTime, record.timestamp != -1 else { return nil }
        let (before, after) = (config.messageTimestampBeforeMaxMs, config.messageTimestampAfterMaxMs)
        let age = now.subtractingReportingOverflow(record.timestamp)
        guard age.overflow || age.partialValue > before || -age.partialValue > after else { return nil }
        return "Timestamp \(record.timestamp) of message with offset \(record.offset) is out of range. "
            + "The timestamp should be within [\(now &- before), \(now &+ after)]"
    }

    private var targetCodec: Compression? {
        switch config.compressionType {
        case .producer: nil
        case .uncompressed: Compression.none
        case .gzip: .gzip
        case .snappy: .snappy
        case .lz4: .lz4
        case .zstd: .zstd
        }
    }

    private func mustRecompress(_ batch: RecordBatch) -> Bool {
        guard let target = targetCodec, !batch.isControl else { return false }
        return target != batch.compression
    }

    private func recompressed(_ batch: RecordBatch, upTo limit: Int) throws -> RecordBatch {
        let builder = RecordBatchBuilder(
            baseOffset: batch.baseOffset, compression: targetCodec ?? .none, compressionLevel: config.compressionLevel,
            timestampType: batch.timestampType, partitionLeaderEpoch: batch.partitionLeaderEpoch, producerId: batch.producerId,
            producerEpoch: batch.producerEpoch, baseSequence: batch.baseSequence, isTransactional: batch.isTransactional, isControl: batch.isControl)
        // One by one: a small batch can hold millions of records.
        var reader = try batch.reader(maxDecompressedBytes: limit)
        while let record = try reader.next() {
            builder.append(offset: record.offset, timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
        }
        builder.lastOffsetDelta = batch.lastOffsetDelta
        let bytes = builder.build()
        guard bytes.count <= config.maxMessageBytes else {
            throw AppendError(
                .messageTooLarge,
                "Message batch size is \(bytes.count) bytes in append to partition \(name) which exceeds the maximum configured size of \(config.maxMessageBytes)."
            )
        }
        return try RecordBatch.parse(bytes)
    }

    private func invalid(_ message: String) -> AppendError { AppendError(.invalidRecord, message) }
}

/// The records of a batch that are at fault, as ProduceResponse lists them.
private struct RecordFaults {
    /// Of the record that is looked at.
    var index: Int32 = 0
    private var errors: [AppendError.RecordError] = []
    private var count = 0
    private var code = ErrorCode.invalidRecord
    /// A small batch can hold millions of records once decompressed; the answer must not grow with them.
    private static let listed = 1000

    mutating func add(_ message: @autoclosure () -> String, _ code: ErrorCode) {
        count += 1
        if code == .invalidTimestamp { self.code = code }
        if errors.count < Self.listed { errors.append(.init(batchIndex: index, message: message())) }
    }

    var refusal: AppendError? {
        guard count > 0 else { return nil }
        if code == .invalidTimestamp {
            return AppendError(code, "One or more records have been rejected due to invalid timestamp", recordErrors: errors)
        }
        let shown = errors.prefix(3).map { "RecordError(batchIndex=\($0.batchIndex), message='\($0.message)')" }.joined(separator: ", ")
        return AppendError(
            code,
            "One or more records have been rejected due to \(count) record errors in total, and only showing the first three errors at most: [\(shown)]",
            recordErrors: errors)
    }
}
