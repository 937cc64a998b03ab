import KafkaProtocol
import Synchronization

/// Where metadata records come from and where changes go: the local metadata log when this node is its own controller, or the log of a controller quorum.
public protocol MetadataSource: AnyObject, Sendable {
    /// The offset that the next appended record will get.
    var nextOffset: Int64 { get }

    /// Hands every committed record from `offset` on to `body`, in order, with its offset. Control batches are left out.
    func records(from offset: Int64, _ body: (Bytes, Int64) throws(MetadataError) -> Void) throws(MetadataError)

    /// Ids of topics whose removal `records` left out, because a snapshot stands for it, though the log still tells of it.
    var earlierRemovals: [Uuid] { get }

    /// Appends the values as one atomic batch and returns the offset of the first. They are not committed before `commit`.
    func append(_ values: [Bytes]) throws(ErrorCode) -> Int64

    /// Commits what was appended: it is not lost after this returns.
    func commit() throws(ErrorCode)
}

extension MetadataSource {
    public var earlierRemovals: [Uuid] { [] }
}

/// Why a change of the metadata was not made.
public enum MetadataFailure: Error, Sendable {
    /// It could not be recorded; nothing has changed.
    case refused(ErrorCode)
    /// What is in the log and what was folded of it may differ: the node must not go on.
    case fatal(String)

    /// For the operator.
    public var reason: String {
        switch self {
        case .refused(let code): code.name
        case .fatal(let reason): reason
        }
    }
}

/// The metadata in force. Readers take the published image without waiting for a change. Changes are decided one after another on the newest image, committed
/// together, and published when what follows from them has been done; one thread at a time calls `decide`, `commit` and `publish`.
public final class MetadataStore: Sendable {
    /// Ids of topics that the source says were removed, and that no topic has: what is left of their data may be deleted.
    public let removedTopics: Set<Uuid>
    /// Nil where a quorum decides.
    private let source: (any MetadataSource)?
    private let fold: Mutex<MetadataFold>
    private let published: Mutex<MetadataImage>

    /// Folds everything that the source holds.
    public init(_ source: any MetadataSource) throws(MetadataError) {
        self.source = source
        var start = MetadataFold()
        start.notesRemovals = true
        try source.records(from: 0) { (bytes, offset) throws(MetadataError) in
            try start.replay(try MetadataRecord.decode(bytes), offset: offset)
        }
        try start.image.checkMetadataVersion()
        for topic in source.earlierRemovals { start.noteRemoval(of: topic) }
        if start.isInTransaction {
            // A transaction that a crash cut off can never end; its records must not count, nor may they hide those that follow.
            let abort = MetadataRecord(AbortTransactionRecord())
            do throws(ErrorCode) {
                let offset = try source.append([abort.encoded()])
                try source.commit()
                try? start.replay(abort, offset: offset)
            } catch {
                throw MetadataError("the metadata log could not be written: \(error.name)")
            }
        }
        start.skip(to: source.nextOffset - 1)
        _ = start.takeDelta(from: MetadataImage())
        removedTopics = start.removedTopics.subtracting(start.image.topicNames.keys)
        start.notesRemovals = false
        fold = Mutex(start)
        published = Mutex(start.image)
    }

    /// Of a node that follows a quorum. Begins with nothing: what the quorum has committed comes by `fold`, and nothing is decided here.
    public init() {
        source = nil
        removedTopics = []
        fold = Mutex(MetadataFold())
        published = Mutex(MetadataImage())
    }

    /// Folds in the next piece of what the quorum has committed. It counts, for `commit` and `publish`, once all transactions in it have ended.
    public func fold(_ committed: CommittedMetadata) throws(MetadataFailure) {
        try fold.withLock { (fold) throws(MetadataFailure) in
            do throws(MetadataError) { try fold.fold(committed) } catch { throw .fatal("the quorum's metadata cannot be followed: \(error)") }
        }
    }

    /// The image as it was published last.
    public var image: MetadataImage { published.withLock { $0 } }

    /// Decides on the newest image, which may not be published yet, appends the records and folds them in. The response may be released after `publish`.
    /// - Parameter body: gets the image and the offset that the first record will have.
    public func decide<Response>(
        _ body: (MetadataImage, Int64) -> Controller.Decision<Response>
    ) throws(MetadataFailure) -> Response {
        guard let source else { throw .refused(.notController) }
        return try fold.withLock { (fold) throws(MetadataFailure) -> Response in
            let decision = body(fold.image, source.nextOffset)
            guard !decision.records.isEmpty else { return decision.response }
            let first: Int64
            do throws(ErrorCode) {
                first = try source.append(decision.records.map { $0.encoded() })
            } catch {
                throw .refused(error)
            }
            do throws(MetadataError) {
                for (index, record) in decision.records.enumerated() { try fold.replay(record, offset: first + Int64(index)) }
            } catch {
                throw .fatal("a decision of this node cannot be folded: \(error)")
            }
            return decision.response
        }
    }

    /// Commits what was decided, or takes what was folded, since the last call; the difference to the published image, nil when there is none.
    public func commit() throws(MetadataFailure) -> MetadataDelta? {
        try fold.withLock { (fold) throws(MetadataFailure) -> MetadataDelta? in
            let old = image
            guard fold.image.offset != old.offset else { return nil }
            do throws(ErrorCode) {
                try source?.commit()
            } catch {
                throw .fatal("the metadata log could not be synced: \(error.name)")
            }
            return fold.takeDelta(from: old)
        }
    }

    /// Shows readers the image that a difference leads to.
    public func publish(_ delta: MetadataDelta) { published.withLock { $0 = delta.new } }

    /// Decides, commits and publishes one change that nothing but the image follows from.
    public func change<Response>(
        _ body: (MetadataImage, Int64) -> Controller.Decision<Response>
    ) throws(MetadataFailure) -> Response {
        let response = try decide(body)
        if let delta = try commit() { publish(delta) }
        return response
    }
}
