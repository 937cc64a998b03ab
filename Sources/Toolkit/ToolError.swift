import KafkaClient
import KafkaProtocol

/// A command's failure: one line for standard error, and the exit code.
public struct ToolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What failed, on what, what to do. No final newline.
    public var message: String
    /// How the command ends.
    public var exit: ExitCode
    /// The protocol's error behind it, if there is one.
    public var code: ErrorCode?
    /// Whether the option table follows the message (Kafka's usage errors).
    public var showUsage: Bool
    /// The subcommand whose usage is meant; nil for the command's own.
    public var subcommand: String?
    /// What Kafka's tool prints of the failure on standard output. Shown under Kafka's name only.
    public var kafkaOutput: String?
    /// What the message says beyond `kafkaOutput`, for whoever sees both on one terminal; nil when it says the same.
    public var reason: String?

    /// Describes a failure.
    public init(_ message: String, exit: ExitCode = .failed, showUsage: Bool = false) {
        self.message = message
        self.exit = exit
        self.showUsage = showUsage
    }

    /// A failed call of the client, in its own words or in others.
    public init(_ error: ClientError, message: String? = nil) {
        self.init(message ?? error.description, exit: error.exit)
        code = error.code
    }

    /// A usage failure: message, then the option table.
    public static func usage(_ message: String) -> ToolError { ToolError(message, exit: .usage, showUsage: true) }

    /// A value or a file on the command line that is wrong, where Kafka shows no option table.
    public static func invalid(_ message: String) -> ToolError { ToolError(message, exit: .usage) }

    /// Something that was named is not there.
    public static func notFound(_ message: String) -> ToolError { ToolError(message, exit: .notFound) }

    /// The same failure with words before its message.
    func prefixed(_ prefix: String) -> ToolError {
        var failure = self
        failure.message = prefix + message
        return failure
    }

    /// The same failure as one of a subcommand.
    func within(_ subcommand: String?) -> ToolError {
        var failure = self
        failure.subcommand = subcommand
        return failure
    }

    /// The same failure with what Kafka's tool prints of it on standard output.
    func onOutput(_ text: String, reason: String? = nil) -> ToolError {
        var failure = self
        failure.kafkaOutput = text
        failure.reason = reason
        return failure
    }

    public var description: String { message }
}
