/// Where a request goes.
public enum Target: Hashable, Sendable {
    /// Any broker; before the cluster is known, the first bootstrap server that answers. A client of the controllers asks the active one.
    case any
    /// The broker that Metadata names as controller.
    case controller
    /// The broker with this id.
    case node(Int32)
    /// The leader of a topic's partition.
    case leader(String, Int32)
    /// The coordinator of a group id (of classic, consumer, share and streams groups alike).
    case groupCoordinator(String)
    /// The coordinator of a transactional id.
    case transactionCoordinator(String)
}

/// What the client does when an attempt fails.
public enum RetryPolicy: Sendable, Hashable {
    /// The first failure is the answer. Connecting and finding the target still happen within the deadline.
    case no
    /// Disconnects and errors that Kafka calls retriable are tried again, with growing pauses, until the deadline.
    case untilDeadline
}

/// How a request is to be carried.
public struct RequestOptions: Sendable {
    /// Milliseconds for the whole call, retries included; nil for `default.api.timeout.ms`.
    public var timeoutMs: Int?
    /// Milliseconds one attempt may wait for its answer; nil for `request.timeout.ms`.
    public var attemptTimeoutMs: Int?
    public var retry: RetryPolicy
    /// Milliseconds for which the broker may hold the answer back on purpose: until then it does not count as silent.
    public var heldMs = 0
    /// What Java's admin client calls the call, such as `listTopics`; it appears in timeout messages. Nil for Java's name of the API.
    public var call: String?
    /// A narrower range of versions than the client speaks; nil for all of them.
    public var versions: ClosedRange<Int16>?
    /// False when the broker sends no answer (Produce with acks=0): the call completes with an empty response once it is sent.
    public var expectsResponse = true
    /// When the time for the call is over while its answer is awaited, the connection is closed with it: the answers behind would be as late.
    public var closesLateConnection = false

    public init(
        timeoutMs: Int? = nil, attemptTimeoutMs: Int? = nil, retry: RetryPolicy = .untilDeadline, call: String? = nil,
        versions: ClosedRange<Int16>? = nil
    ) {
        self.timeoutMs = timeoutMs
        self.attemptTimeoutMs = attemptTimeoutMs
        self.retry = retry
        self.call = call
        self.versions = versions
    }
}

/// Names a submitted request, to cancel it.
public struct RequestID: Hashable, Sendable {
    let value: UInt64
}

/// A state machine that lives on the core: a producer, a consumer, a group member. The core calls it after it handled events or time passed.
public protocol ClientMachine: AnyObject {
    /// Does what is due; may submit requests.
    func advance(now: Int64)
    /// The time (milliseconds, the core's clock) at which `advance` must be called even if nothing happens; nil for never.
    var nextDeadline: Int64? { get }
}
