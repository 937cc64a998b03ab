import KafkaProtocol

/// A record of a coordinator's log (`__consumer_offsets`, `__transaction_state`), as the bytes that the log holds.
///
/// Kafka's encoding: the key is a two-byte record type and the key message in version 0; the value is a two-byte message version and the
/// value message, or absent for a tombstone.
public struct CoordinatorRecord: Hashable, Sendable {
    public var key: Bytes
    public var value: Bytes?

    public init(key: Bytes, value: Bytes?) {
        self.key = key
        self.value = value
    }

    /// Encodes a key and its value in the given value version.
    public init<Key: LogMessage, Value: LogMessage>(key: Key, value: Value, version: Int16) {
        self.init(key: key.versioned(0, prefix: Key.recordType), value: value.versioned(version))
    }

    /// Encodes a tombstone, which removes what the key names.
    public init<Key: LogMessage>(tombstone key: Key) {
        self.init(key: key.versioned(0, prefix: Key.recordType), value: nil)
    }

    /// The record type that the key begins with; nil when the key is too short to have one.
    public var recordType: Int16? { key.count >= 2 ? key.load(0, as: Int16.self) : nil }

    /// The group that a record of `__consumer_offsets` is about: the first field of every key.
    var groupId: String? {
        guard key.count >= 2 else { return nil }
        return (try? ConsumerGroupMetadataKey.decode(key.dropFirst(2), version: 0, allowsTrailing: true))?.groupId
    }

    /// Reads the key, once its type is known.
    public func decodeKey<Key: LogMessage>(_ type: Key.Type) throws(WireError) -> Key {
        try Key.decode(key.dropFirst(2), version: 0)
    }

    /// Reads the value in the version it says it has; nil for a tombstone.
    public func decodeValue<Value: LogMessage>(_ type: Value.Type) throws(WireError) -> Value? {
        guard let value else { return nil }
        guard value.count >= 2 else { throw WireError(.truncated, message: Value.name, position: 0) }
        return try Value.decode(value.dropFirst(2), version: value.load(0, as: Int16.self))
    }
}

extension ErrorCode {
    /// Kafka's translation of why a coordinator's append failed into what a client of it can act on.
    public var afterFailedAppend: ErrorCode {
        switch self {
        case .networkException: .coordinatorLoadInProgress
        case .unknownTopicOrPartition, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .requestTimedOut: .coordinatorNotAvailable
        case .notLeaderOrFollower, .kafkaStorageError: .notCoordinator
        case .messageTooLarge, .recordListTooLarge, .invalidFetchSize: .unknownServerError
        default: self
        }
    }
}

/// What a request or a timer came to: records to append, and replies to release once those records are committed.
///
/// `token` is what the caller passed with the request that a reply answers. One outcome may answer several requests (a rebalance that
/// completes answers every member's join) or none (a join that waits).
public struct CoordinatorOutcome<Reply: Sendable>: Sendable {
    public var records: [CoordinatorRecord] = []
    public var replies: [(token: UInt64, reply: Reply)] = []
    /// What the caller has to do, once the records are committed, that no request waits for.
    public var announcements: [Reply] = []

    public init() {}

    /// An answer that needs no record.
    public init(token: UInt64, _ reply: Reply) { replies = [(token, reply)] }
}

/// The contract of every coordinator: a request yields records and replies, and what the log must remember changes only in `replay`.
/// Live traffic and recovery are then the same code.
///
/// The caller keeps the following order under one lock, and calls nothing else of the shard in between:
/// 1. a request, or `tick`, gives an outcome;
/// 2. the caller appends `outcome.records` to the shard's log, as one append;
/// 3. if that succeeds, it calls `replay` for each record in order, and releases `outcome.replies` and carries out
///    `outcome.announcements` when the records are committed;
/// 4. if the append fails, it calls `reject` and releases the replies of what that returns (whose records it handles as from 2).
///
/// Soft state (who waits for what, sessions, rebalances under way) is not in the log and changes with the request itself; `reject` undoes
/// what must not survive a failed append. When records that were replayed turn out not to be committed (the log's disk is lost), the
/// shard is beyond repair: the caller answers what waits with `abandon` and drops it.
///
/// Time is milliseconds since 1970, always an argument. No call blocks, sleeps or looks at a clock.
public protocol CoordinatorShard: Sendable {
    associatedtype Reply: Sendable

    /// Applies one record, in log order. Records of unknown types and unreadable records are skipped (newer brokers may have written them).
    /// - Parameters:
    ///   - offset: the record's offset in the log.
    ///   - producerId: −1, or the producer whose transaction the record belongs to; it counts once that transaction is committed.
    mutating func replay(_ record: CoordinatorRecord, offset: Int64, producerId: Int64)

    /// Applies a transaction's end marker found in the log.
    mutating func replayEndTransaction(producerId: Int64, committed: Bool)

    /// Ends recovery: to call once all of the log has been replayed and before the first request. Sessions start anew.
    mutating func finishLoading(now: Int64) -> CoordinatorOutcome<Reply>

    /// When `tick` has something to do, at the earliest; nil when nothing waits for time to pass.
    var nextDeadline: Int64? { get }

    /// Acts on timers that are due. Stops after the first that yields records, so call it until `nextDeadline` lies after `now`.
    mutating func tick(now: Int64) -> CoordinatorOutcome<Reply>

    /// The outcome instead, when its records could not be appended. `error` is what the append failed with.
    mutating func reject(_ outcome: CoordinatorOutcome<Reply>, error: ErrorCode, now: Int64) -> CoordinatorOutcome<Reply>

    /// Answers every request that still waits with an error, because the shard goes away.
    mutating func abandon(error: ErrorCode) -> CoordinatorOutcome<Reply>
}
