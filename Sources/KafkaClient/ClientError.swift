import KafkaProtocol

/// Why a call of the client failed: what kind of failure, the broker's error code when there was one, and the exception class and text that
/// Apache Kafka's Java client has for it, so a tool can print the same words.
public struct ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A property is missing, malformed or out of range.
        case configuration
        /// No broker could be reached; `reason` says why.
        case unreachable
        /// The call's deadline passed.
        case timeout
        /// The connection closed before the answer came.
        case disconnected
        /// The broker refused the credentials, or TLS did.
        case authentication
        /// The broker speaks no version of the request that this client speaks.
        case unsupportedVersion
        /// The broker answered with `code`.
        case broker
        /// The peer sent bytes that are not the protocol.
        case malformed
        /// The user interrupted the wait.
        case interrupted
        /// The client was closed or the request was cancelled.
        case closed
        /// A call that the client's state does not allow, such as a commit without a transaction.
        case illegalState
    }

    public let kind: Kind
    /// The protocol error that stands for the failure; nil when none does.
    public let code: ErrorCode?
    /// The Java class in full, such as `org.apache.kafka.common.errors.TimeoutException`.
    public let exceptionClass: String
    /// Java's message.
    public let message: String
    /// What the network or TLS said last, such as `connection refused`; nil when that is not the cause.
    public let reason: String?
    /// A property's own value is wrong, which Java finds before it makes a client; other `.configuration` errors end the making of one.
    public private(set) var isInvalidValue = false

    public init(_ kind: Kind, code: ErrorCode? = nil, exceptionClass: String? = nil, message: String, reason: String? = nil) {
        self.kind = kind
        self.code = code
        self.exceptionClass = exceptionClass ?? Self.defaultClass(kind, code)
        self.message = message
        self.reason = reason
    }

    /// The failure that a broker's error code says. The broker's own text, when it sent one, replaces Kafka's default.
    public init(code: ErrorCode, message: String? = nil) {
        self.init(.broker, code: code, message: message ?? code.message)
    }

    /// A wrong or missing property, with the text of Kafka's ConfigException.
    public static func configuration(_ message: String) -> ClientError { ClientError(.configuration, message: message) }

    /// A property whose value breaks the rule for it, with the text of Kafka's ConfigException.
    public static func invalidValue(_ message: String) -> ClientError {
        var error = configuration(message)
        error.isInvalidValue = true
        return error
    }

    /// The class without its package, such as `TimeoutException`.
    public var exceptionName: String { exceptionClass.split(separator: ".").last.map(String.init) ?? exceptionClass }

    /// Java's `Throwable.toString`: the full class, a colon, the message.
    public var javaDescription: String { "\(exceptionClass): \(message)" }

    /// True when the same call may succeed later.
    public var isRetriable: Bool {
        switch kind {
        case .timeout, .disconnected, .unreachable: true
        case .broker: code?.isRetriable ?? false
        default: false
        }
    }

    /// One line for people: the message, and the reason when there is one.
    public var description: String { reason.map { "\(message) (\($0))" } ?? message }

    private static func defaultClass(_ kind: Kind, _ code: ErrorCode?) -> String {
        let errors = "org.apache.kafka.common.errors."
        if let code { return code.exceptionClass }
        return switch kind {
        case .configuration: "org.apache.kafka.common.config.ConfigException"
        case .unreachable, .timeout: errors + "TimeoutException"
        case .disconnected: errors + "DisconnectException"
        case .authentication: errors + "SaslAuthenticationException"
        case .unsupportedVersion: errors + "UnsupportedVersionException"
        case .interrupted: errors + "InterruptException"
        case .illegalState: "java.lang.IllegalStateException"
        case .broker, .malformed, .closed: "org.apache.kafka.common.KafkaException"
        }
    }
}
