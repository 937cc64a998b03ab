import KafkaProtocol
import Synchronization

/// Where metadata records come from and where changes go: the local metadata log when this node is its own controller, or the log of a controller quorum.
public protocol MetadataSource: AnyObject, Sendable {
    /// The offset that the next appended record will get.
    var nextOffset: Int64 { get }

    /// Hands every committed record from `offset` on to `body`, in order, with its offset. Control batches are left out.
    func records(from offset: Int64, _ body: (Bytes, Int64) throws(MetadataError) -> Void) throws(MetadataError)

    /// Appends the values as one atomic batch and returns the offset of the first once they are committed.
    func append(_ values: [Bytes]) throws(ErrorCode) -> Int64
}

/// The metadata in force. Readers take the published image without waiting for a change; changes are made one at a time.
public final class MetadataStore: Sendable {
    /// Called with the images before and after each change and its records, in order, before the new image is published and anybody is told that the
    /// change is done. So a partition's log exists before the image names it.
    public typealias Observer = @Sendable (_ old: MetadataImage, _ new: MetadataImage, _ records: [MetadataRecord]) -> Void

    /// Ids of topics that the source says were removed, and that no topic has: what is left of their data may be deleted.
    public let removedTopics: Set<Uuid>
    private let source: any MetadataSource
    private let fold: Mutex<MetadataFold>
    private let published: Mutex<MetadataImage>
    private let observers = Mutex<[Observer]>([])

    /// Folds everything that the source holds.
    public init(_ source: any MetadataSource) throws(MetadataError) {
        self.source = source
        var start = MetadataFold()
        start.notesRemovals = true
        try source.records(from: 0) { (bytes, offset) throws(MetadataError) in
            try start.replay(try MetadataRecord.decode(bytes), offset: offset)
        }
        if start.isInTransaction {
            // A transaction that a crash cut off can never end; its records must not count, nor may they hide those that follow.
            let abort = MetadataRecord(AbortTransactionRecord())
            do throws(ErrorCode) {
                let offset = try source.append([abort.encoded()])
                try? start.replay(abort, offset: offset)
            } catch {
                throw MetadataError("the metadata log could not be written: \(error.name)")
            }
        }
        start.skip(to: source.nextOffset - 1)
        removedTopics = start.removedTopics.subtracting(start.image.topicNames.keys)
        start.notesRemovals = false
        fold = Mutex(start)
        published = Mutex(start.image)
    }

    public var image: MetadataImage { published.withLock { $0 } }

    public func observe(_ observer: @escaping Observer) { observers.withLock { $0.append(observer) } }

    /// Looks at the newest image while nothing is changed.
    public func read(_ body: (MetadataImage) -> Void) { fold.withLock { body($0.image) } }

    /// Decides on the newest image, appends the records, folds them in, publishes the image and returns the response. Nothing changes when it throws.
    /// - Parameter decide: gets the image and the offset that the first record will have.
    public func change<Response>(
        _ decide: (MetadataImage, Int64) -> Controller.Decision<Response>
    ) throws(ErrorCode) -> Response {
        try fold.withLock { (fold) throws(ErrorCode) -> Response in
            let old = fold.image
            let decision = decide(old, source.nextOffset)
            guard !decision.records.isEmpty else { return decision.response }
            let first = try source.append(decision.records.map { $0.encoded() })
            do throws(MetadataError) {
                for (index, record) in decision.records.enumerated() { try fold.replay(record, offset: first + Int64(index)) }
            } catch {
                throw .unknownServerError
            }
            let new = fold.image
            for observer in observers.withLock({ $0 }) { observer(old, new, decision.records) }
            published.withLock { $0 = new }
            return decision.response
        }
    }
}
