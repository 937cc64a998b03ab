import KafkaProtocol

/// What became of a record.
public struct RecordMetadata: Sendable, Equatable {
    public let topic: String
    public let partition: Int32
    /// -1 when the broker does not say (acks=0, or a duplicate of a batch long gone).
    public let offset: Int64
    /// Milliseconds: the record's own, or the broker's when the topic says so.
    public let timestamp: Int64
}

/// A batch whose records were not written, or not known to be.
public struct FailedBatch: Sendable {
    public let topic: String
    public let partition: Int32
    public let recordCount: Int
    public let error: ClientError
}

/// Records on their way to one partition: first being gathered, then waiting or in flight.
final class ProducerBatch {
    typealias Completion = (Result<RecordMetadata, ClientError>) -> Void

    /// Ascending in the order of creation, over all partitions.
    let serial: Int64
    /// Serials from `serial` on that belong to this batch alone, for the parts it may be split into.
    let serialRoom: Int64
    let createdAt: Int64
    let builder: RecordBatchBuilder
    /// Bytes counted against `buffer.memory`.
    var reservedBytes: Int
    private(set) var completions: [(index: Int32, timestamp: Int64, call: Completion)] = []

    /// What is told of its records once they are written; empty when nobody asks.
    private(set) var runs: [RecordRun] = []

    /// Bytes after compression, as far as that can be guessed, that it may fill to.
    var roomLimit: Int
    /// It was full once: it need not wait for `linger.ms`, but takes more records until it is sent.
    var isRipe = false
    var attempts = 0
    /// Attempts that count against `retries`: those that had a connection to go on.
    var countedAttempts = 0
    var retryAt: Int64 = 0
    /// Why the last attempt failed, for the message when time runs out.
    var lastError: ClientError?
    /// Position of the first record in the partition's sequence under the identity it was encoded with; -1 before.
    var sequence: Int64 = -1
    private var encoded: RecordBatch?
    /// The batch to send: one piece, or a replaced header and the records.
    private(set) var pieces: [Bytes] = []

    /// The serials that a new batch gets to itself.
    static let serialRoom: Int64 = 1 << 24

    init(serial: Int64, serialRoom: Int64 = ProducerBatch.serialRoom, createdAt: Int64, builder: RecordBatchBuilder, roomLimit: Int, reservedBytes: Int) {
        self.serial = serial
        self.serialRoom = serialRoom
        self.createdAt = createdAt
        self.builder = builder
        self.roomLimit = roomLimit
        self.reservedBytes = reservedBytes
    }

    var count: Int32 { builder.count }
    var isEncoded: Bool { encoded != nil }
    var encodedSize: Int { encoded?.sizeInBytes ?? builder.sizeInBytes }

    func whenDone(index: Int32, timestamp: Int64, _ call: @escaping Completion) { completions.append((index, timestamp, call)) }

    func note(timestamp: Int64, tag: Int, bytes: Int) {
        if let last = runs.last, last.timestamp == timestamp, last.tag == tag {
            runs[runs.count - 1].count += 1
            runs[runs.count - 1].bytes += bytes
        } else {
            runs.append(RecordRun(timestamp: timestamp, tag: tag, count: 1, bytes: bytes))
        }
    }

    func takeCompletions() -> [(index: Int32, timestamp: Int64, call: Completion)] {
        defer { completions = [] }
        return completions
    }

    /// Ends the gathering, or gives an encoded batch another identity.
    func encode(producerId: Int64, epoch: Int16, sequence: Int64) {
        self.sequence = sequence
        let base = sequence < 0 ? -1 : Int32(truncatingIfNeeded: sequence & 0x7fff_ffff)
        if let encoded {
            pieces = encoded.patched(producer: (id: producerId, epoch: epoch, baseSequence: base))
            return
        }
        builder.producerId = producerId
        builder.producerEpoch = epoch
        builder.baseSequence = base
        let bytes = builder.build()
        pieces = [bytes]
        encoded = try? RecordBatch.parse(bytes)
    }

    /// The records again, to be put into smaller batches.
    func records() -> [Record] { (try? encoded?.records()) ?? [] }

    var data: RecordData {
        if pieces.count == 1, let only = pieces.first { return .bytes(only) }
        return .pieces(pieces.map { .bytes($0) })
    }
}
