internal import KafkaClient

/// Why a call failed.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A property is missing, malformed or out of range.
        case configuration
        /// No broker could be reached.
        case unreachable
        /// The time for the call is over.
        case timeout
        /// A connection closed before the answer came, and trying again did not help.
        case disconnected
        /// The broker refused the credentials, or TLS did.
        case authentication
        /// The broker does not speak what this client needs.
        case unsupportedVersion
        /// The broker answered with an error: its code and Kafka's name for it, such as 3 and `UNKNOWN_TOPIC_OR_PARTITION`.
        case broker(code: Int16, name: String)
        /// What the broker sent could not be read.
        case malformed
        /// As many bytes of records wait as `buffer.memory` allows (only of sends that do not wait themselves).
        case bufferFull
        /// The producer or consumer is closed.
        case closed
        /// A call that the producer's state does not allow, such as a commit without a transaction.
        case illegalState
    }

    /// What a transactional producer needs before it can go on.
    public enum Remedy: Sendable, Equatable {
        /// `abortTransaction`; then the next transaction may begin, with the same records.
        case abortTransaction
        /// Another producer: this one was fenced by a newer one with its transactional id, or has failed for good.
        case newProducer
    }

    public let kind: Kind
    /// What failed, in Kafka's words where it has some.
    public let message: String
    /// What the network said last, when that is the cause.
    public let reason: String?
    /// Whether the same call may succeed later.
    public let isRetriable: Bool
    /// What has to be done about the producer's transaction; nil when nothing has to.
    public let remedy: Remedy?

    /// One line for people.
    public var description: String { reason.map { "\(message) (\($0))" } ?? message }

    init(_ kind: Kind, message: String, isRetriable: Bool = false) {
        self.kind = kind
        self.message = message
        self.isRetriable = isRetriable
        reason = nil
        remedy = nil
    }

    init(_ error: ClientError, remedy: Remedy? = nil) {
        kind =
            switch error.kind {
            case .configuration: .configuration
            case .unreachable: .unreachable
            case .timeout: .timeout
            case .disconnected: .disconnected
            case .authentication: .authentication
            case .unsupportedVersion: .unsupportedVersion
            case .broker: error.code.map { .broker(code: $0.rawValue, name: $0.name) } ?? .malformed
            case .malformed: .malformed
            case .interrupted, .closed: .closed
            case .illegalState: .illegalState
            }
        message = error.message
        reason = error.reason
        isRetriable = error.isRetriable
        self.remedy = remedy
    }

    static let closedProducer = KafkaError(.closed, message: "The producer is closed.")
    static let closedConsumer = KafkaError(.closed, message: "The consumer is closed.")
}
