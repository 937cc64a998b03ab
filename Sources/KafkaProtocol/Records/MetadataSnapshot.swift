/// A snapshot of the metadata log: which offset and epoch it stands for, and how its file is read and written (KIP-630).
/// The file is a run of batches with offsets of its own, from 0 on: control records that open it, the records, a control record that closes it.
public struct MetadataSnapshot: Sendable, Hashable, Comparable {
    /// The offset after the last record that the snapshot stands for.
    public let endOffset: Int64
    /// The leader epoch of that last record.
    public let epoch: Int32

    public init(endOffset: Int64, epoch: Int32) {
        self.endOffset = endOffset
        self.epoch = epoch
    }

    /// Reads a file name such as `00000000000000000643-0000000002.checkpoint`; nil for other files.
    public init?(fileName: String) {
        self.init(fileName[...], suffix: Self.suffix)
    }

    private init?(_ name: Substring, suffix: String) {
        guard name.utf8.count == Self.stemBytes + suffix.utf8.count, name.hasSuffix(suffix) else { return nil }
        let numbers = name.utf8.prefix(Self.stemBytes).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard numbers.count == 2, numbers[0].count == 20, numbers[1].count == 10, let end = Int64(String(numbers[0]) ?? ""), end >= 0,
            let epoch = Int32(String(numbers[1]) ?? ""), epoch >= 0
        else { return nil }
        self.init(endOffset: end, epoch: epoch)
    }

    private static let suffix = ".checkpoint"
    /// `OFFSET-EPOCH`.
    private static let stemBytes = 31

    public var fileName: String { stem + Self.suffix }

    /// What a file that is not written to its end is called, and the one that is to take this snapshot's name.
    public var partName: String { stem + Self.suffix + ".part" }

    private var stem: String {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return padded(endOffset, 20) + "-" + padded(Int64(epoch), 10)
    }

    /// Whether a file is what an unfinished writing (`….checkpoint.part`, Kafka's with a random number before the suffix) or deletion
    /// (`….checkpoint.deleted`) of a snapshot left.
    public static func isLeftover(_ fileName: String) -> Bool {
        guard fileName.hasSuffix(suffix + ".part") || fileName.hasSuffix(suffix + ".deleted") else { return false }
        return MetadataSnapshot(Substring(String(decoding: fileName.utf8.prefix(stemBytes), as: UTF8.self) + suffix), suffix: suffix) != nil
    }

    public static func < (left: MetadataSnapshot, right: MetadataSnapshot) -> Bool { (left.endOffset, left.epoch) < (right.endOffset, right.epoch) }

    // MARK: Reading

    /// What a snapshot's file holds.
    public struct Contents: Sendable {
        /// The metadata records' values, in order.
        public var values: [Bytes] = []
        /// When the last record that the snapshot stands for was appended to the log, in milliseconds.
        public var lastContainedLogTimestamp: Int64 = 0
        public var quorum = QuorumControl()

        public init() {}
    }

    /// Reads a file. One that does not begin with a header, end with a footer, or hold sound batches without gaps in between was not written to its end, or
    /// is damaged.
    public static func read(_ file: Bytes) throws(SnapshotError) -> Contents {
        var contents = Contents()
        var iterator = RecordBatches(file).makeIterator()
        var position = 0, next: Int64 = 0
        var hasHeader = false, hasFooter = false
        func fail(_ reason: String) -> SnapshotError { SnapshotError(position: position, reason: reason) }
        while let batch = iterator.next() {
            if hasFooter { throw fail("something follows the footer") }
            guard batch.isCrcValid else { throw fail("the batch there has a wrong checksum") }
            guard batch.baseOffset == next, batch.lastOffset >= next else {
                throw fail("the batch there has the offsets \(batch.baseOffset) to \(batch.lastOffset), and \(next) must come next")
            }
            next = batch.nextOffset
            let records: [Record]
            do throws(RecordBatchError) { records = try batch.records() } catch { throw fail("the batch there is not readable: \(error)") }
            for record in records {
                guard batch.isControl else {
                    guard hasHeader else { throw fail("the file does not begin with a header") }
                    guard let value = record.value else { throw fail("a record there has no value") }
                    contents.values.append(value)
                    continue
                }
                switch record.controlType {
                case .snapshotHeader:
                    hasHeader = true
                    do throws(WireError) {
                        let header = try SnapshotHeaderRecord.decode(record.value ?? .empty, version: 0)
                        contents.lastContainedLogTimestamp = header.lastContainedLogTimestamp
                    } catch {
                        throw fail("the header is not readable: \(error)")
                    }
                case .snapshotFooter: hasFooter = true
                default: contents.quorum.note(record)
                }
            }
            position += batch.bytes.count
        }
        if let failure = iterator.failure { throw fail("\(failure)") }
        guard hasHeader else { throw fail("the file has no header") }
        guard hasFooter else { throw fail("the file ends without a footer") }
        return contents
    }

    /// The values of a snapshot file's records.
    public static func values(in file: Bytes) throws(SnapshotError) -> [Bytes] { try read(file).values }

    // MARK: Writing

    /// Records of one batch of a snapshot, as in Kafka's.
    private static let recordsPerBatch = 1024

    /// Hands the batches of the snapshot's file to `body`, one after another.
    /// - Parameters:
    ///   - now: milliseconds since the epoch
    public func write<Failure: Error>(
        _ contents: Contents, now: Int64, _ body: (Bytes) throws(Failure) -> Void
    ) throws(Failure) {
        var header = SnapshotHeaderRecord()
        header.lastContainedLogTimestamp = contents.lastContainedLogTimestamp
        let opening = RecordBatchBuilder(partitionLeaderEpoch: epoch, isControl: true)
        opening.append(timestamp: now, key: ControlRecordType.snapshotHeader.key, value: header.encoded(version: 0))
        for record in contents.quorum.records { opening.append(timestamp: now, key: record.type.key, value: record.value) }
        var next = opening.nextOffset
        try body(opening.build())
        var rest = contents.values[...]
        while !rest.isEmpty {
            let builder = RecordBatchBuilder(baseOffset: next, partitionLeaderEpoch: epoch)
            for value in rest.prefix(Self.recordsPerBatch) { builder.append(timestamp: now, key: nil, value: value) }
            rest = rest.dropFirst(Self.recordsPerBatch)
            next = builder.nextOffset
            try body(builder.build())
        }
        let closing = RecordBatchBuilder(baseOffset: next, partitionLeaderEpoch: epoch, isControl: true)
        closing.append(timestamp: now, key: ControlRecordType.snapshotFooter.key, value: SnapshotFooterRecord().encoded(version: 0))
        try body(closing.build())
    }
}

/// What control records of a metadata log say of its quorum (KIP-853). A log without them (`kraft.version` 0) has the voters that its nodes are configured with.
public struct QuorumControl: Sendable, Equatable {
    /// The newest record of each type, as it was written.
    private var values: [ControlRecordType: Bytes] = [:]

    public init() {}

    /// What a quorum with `kraft.version` 1 begins with.
    public init(kraftVersion: Int16, voters: VotersRecord) {
        var version = KRaftVersionRecord()
        version.kRaftVersion = kraftVersion
        values = [.kraftVersion: version.encoded(version: 0), .kraftVoters: voters.encoded(version: 0)]
    }

    /// Takes note of a record, if it is of a quorum.
    public mutating func note(_ record: Record) {
        guard let type = record.controlType, Self.types.contains(type), let value = record.value else { return }
        values[type] = value
    }

    /// What was newer counts.
    public mutating func merge(_ newer: QuorumControl) { values.merge(newer.values) { _, new in new } }

    /// In the order in which a snapshot writes them.
    public var records: [(type: ControlRecordType, value: Bytes)] { Self.types.compactMap { type in values[type].map { (type, $0) } } }

    /// `kraft.version`: 0 as long as no record says something else.
    public var kraftVersion: Int16 {
        guard let value = values[.kraftVersion], let record = try? KRaftVersionRecord.decode(value, version: 0) else { return 0 }
        return record.kRaftVersion
    }

    /// Ids of the voters; nil as long as no record names them.
    public var voters: [Int32]? { votersRecord?.voters.map(\.voterId) }

    /// The voters and where they are reached; nil as long as no record names them.
    public var votersRecord: VotersRecord? { values[.kraftVoters].flatMap { try? VotersRecord.decode($0, version: 0) } }

    private static let types: [ControlRecordType] = [.kraftVersion, .kraftVoters]
}

/// Where and why a snapshot's file is damaged, or not written to its end.
public struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The byte at which the batch begins that is wrong, or at which the file ends.
    public let position: Int
    public let reason: String

    public init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }

    public var description: String { "the snapshot is damaged at byte \(position): \(reason)" }
}
