import KafkaProtocol
import Synchronization
import Vocabulary

/// A partition as a fetch names it. In versions with topic ids the name is resolved when the request arrives.
struct FetchKey: Hashable, Sendable {
    var topic: String
    var topicId: Uuid
    var partition: Int32
}

/// What a fetch asks of one partition.
struct FetchPosition: Sendable, Equatable {
    var offset: Offset
    var maxBytes: Int32
    var currentLeaderEpoch: LeaderEpoch
    /// Of the last record that the reader has, or -1: what lies behind it may not be this log's (KIP-595).
    var lastFetchedEpoch = LeaderEpoch.undefined
    /// Where the log of a follower begins.
    var logStart = Offset.undefined
}

/// A fetch session (KIP-227): what the client has asked for so far and what it was last told, so that both sides send only changes.
final class FetchSession: Sendable {
    struct Told: Sendable, Equatable {
        var highWatermark: Offset
        var logStartOffset: Offset
    }

    struct State: Sendable {
        var epoch: Int32 = 1
        /// In the order in which partitions are served; one that returned data goes to the end, so that none starves.
        var order: [FetchKey] = []
        var positions: [FetchKey: FetchPosition] = [:]
        var told: [FetchKey: Told] = [:]
        var usesTopicIds: Bool
        var lastUsedMs: Int64
    }

    let id: Int32
    let state: Mutex<State>

    init(id: Int32, usesTopicIds: Bool, now: Int64) {
        self.id = id
        state = Mutex(State(usesTopicIds: usesTopicIds, lastUsedMs: now))
    }

    static func nextEpoch(after epoch: Int32) -> Int32 { epoch == .max ? 1 : epoch + 1 }
}

/// All sessions, bounded; a new one may take the place of one that has been idle (`max.incremental.fetch.session.cache.slots`).
final class FetchSessionCache: Sendable {
    private struct State {
        var sessions: [Int32: FetchSession] = [:]
        var nextID: Int32 = 1
    }

    private let slots: Int
    private let evictAfterMs: Int64
    private let state: Mutex<State>

    init(slots: Int, evictAfterMs: Int64 = 120_000, firstID: Int32) {
        self.slots = slots
        self.evictAfterMs = evictAfterMs
        state = Mutex(State(nextID: max(1, firstID)))
    }

    /// A new session, or nil when all slots are taken by sessions in use.
    func create(usesTopicIds: Bool, now: Int64) -> FetchSession? {
        state.withLock { state in
            if state.sessions.count >= slots {
                guard let idle = state.sessions.values.min(by: { $0.lastUsed < $1.lastUsed }), now - idle.lastUsed > evictAfterMs else { return nil }
                state.sessions.removeValue(forKey: idle.id)
            }
            while state.sessions[state.nextID] != nil { state.nextID = state.nextID == .max ? 1 : state.nextID + 1 }
            let session = FetchSession(id: state.nextID, usesTopicIds: usesTopicIds, now: now)
            state.nextID = state.nextID == .max ? 1 : state.nextID + 1
            state.sessions[session.id] = session
            return session
        }
    }

    func session(_ id: Int32) -> FetchSession? { state.withLock { $0.sessions[id] } }

    func remove(_ id: Int32) { _ = state.withLock { $0.sessions.removeValue(forKey: id) } }
}

extension FetchSession {
    fileprivate var lastUsed: Int64 { state.withLock { $0.lastUsedMs } }
}
