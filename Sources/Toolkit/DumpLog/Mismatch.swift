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
