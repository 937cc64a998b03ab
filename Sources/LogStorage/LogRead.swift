import KafkaProtocol
import Vocabulary

extension LogState {
    /// Whole batches of one segment, from the one that contains the offset on.
    mutating func read(from offset: Offset, maxBytes: Int, minOneBatch: Bool, upTo: Offset) throws(LogError) -> ReadInfo {
        try checkUsable()
        guard offset >= logStartOffset, offset <= nextOffset else {
            throw .offsetOutOfRange(requested: offset, logStartOffset: logStartOffset, logEndOffset: nextOffset)
        }
        let limit = min(upTo, nextOffset)
        let nothing = ReadInfo(records: .bytes(.empty), sizeInBytes: 0, firstOffset: offset, nextOffset: offset, exceedsMaxBytes: false)
        guard offset < limit else { return nothing }
        do throws(DiskError) {
            guard let start = try locate(offset) else { return nothing }
            let segment = segments[start.segment]
            let end = try readableEnd(start.segment, limit: limit)
            guard start.position < end.position else { return nothing }
            var to = end
            var exceeds = false
            if end.position - start.position > max(0, maxBytes) {
                let boundary = try segment.lastBoundary(from: start.position, limit: start.position + max(0, maxBytes))
                to = (boundary.position, boundary.nextOffset)
                if to.position <= start.position {
                    exceeds = true
                    guard minOneBatch, let first = try segment.batch(from: start.position, where: { _ in true }) else { return nothing }
                    to = (start.position + first.header.sizeInBytes, Offset(first.header.nextOffset))
                }
            }
            cursors.note(to.nextOffset, segment: segment.baseOffset, position: to.position)
            let piece = try cursors.piece(of: segment, at: start.position, count: to.position - start.position)
            return ReadInfo(
                records: .pieces([piece]), sizeInBytes: piece.count, firstOffset: start.baseOffset, nextOffset: max(to.nextOffset, offset + 1),
                exceedsMaxBytes: exceeds)
        } catch {
            noteFailure(error)
            throw .disk(error)
        }
    }

    /// The batch that contains the offset, or the next one after it.
    private func locate(_ offset: Offset) throws(DiskError) -> (segment: Int, position: Int, baseOffset: Offset)? {
        var index = segmentIndex(atOrBefore: offset)
        if let cursor = cursors.find(offset), cursor.segment == segments[index].baseOffset, cursor.position < segments[index].size {
            return (index, cursor.position, offset)
        }
        while index < segments.count {
            if let found = try segments[index].batch(containing: offset) { return (index, found.position, Offset(found.header.baseOffset)) }
            index += 1
        }
        return nil
    }

    /// Where the batches below the limit end in a segment.
    private func readableEnd(_ index: Int, limit: Offset) throws(DiskError) -> (position: Int, nextOffset: Offset) {
        let segment = segments[index], end = endOffset(ofSegment: index)
        if limit >= end { return (segment.size, end) }
        guard let next = try segment.batch(containing: limit) else { return (segment.size, end) }
        return (next.position, Offset(next.header.baseOffset))
    }

    func abortedTransactions(from: Offset, to: Offset) throws(LogError) -> [AbortedTransaction] {
        try checkUsable()
        var result: [AbortedTransaction] = []
        do throws(DiskError) {
            for index in segmentIndex(atOrBefore: from)..<segments.count {
                if try segments[index].transactionIndex.collect(from: from, to: to, into: &result) { break }
            }
        } catch {
            throw .disk(error)
        }
        return result
    }
}

/// A batch found in a file, to be read without the log's lock.
struct BatchLocation {
    private let piece: RecordData.Piece
    private let position: Int

    init(_ file: any DiskFile, at position: Int, size: Int) throws(DiskError) {
        piece = try file.piece(at: position, count: size)
        self.position = position
    }

    func read() throws(LogError) -> RecordBatch {
        do {
            switch piece {
            case .bytes(let bytes): return try RecordBatch.parse(bytes)
            case .file(let range): return try RecordBatch.parse(try range.source.bytes(at: range.offset, count: range.count))
            }
        } catch let error as DiskError {
            throw .disk(error)
        } catch {
            throw .corrupt("batch at byte \(position): \(error)")
        }
    }
}

extension LogState {
    /// The first batch at or behind an offset that may hold a record of this time or later.
    func locate(timestamp: Int64, from start: Offset) throws(LogError) -> BatchLocation? {
        try checkUsable()
        do throws(DiskError) {
            for index in segmentIndex(atOrBefore: start)..<segments.count where segments[index].maxTimestamp >= timestamp {
                let segment = segments[index]
                let indexed = try segment.timeIndex.offset(atOrBefore: timestamp)
                let position = try segment.offsetIndex.position(atOrBefore: max(indexed, start))
                if let found = try segment.batch(from: position, where: { $0.maxTimestamp >= timestamp && Offset($0.lastOffset) >= start }) {
                    return try BatchLocation(segment.log, at: found.position, size: found.header.sizeInBytes)
                }
            }
            return nil
        } catch {
            throw .disk(error)
        }
    }

    /// The batch of the largest timestamp, the first when several have it.
    func locateMaxTimestamp() throws(LogError) -> BatchLocation? {
        try checkUsable()
        var best: Segment?
        for segment in segments where segment.maxTimestamp > best?.maxTimestamp ?? -1 { best = segment }
        guard let best else { return nil }
        do throws(DiskError) {
            guard let found = try best.batch(containing: best.offsetOfMaxTimestamp) else { return nil }
            return try BatchLocation(best.log, at: found.position, size: found.header.sizeInBytes)
        } catch {
            throw .disk(error)
        }
    }
}
