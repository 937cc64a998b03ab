/// A command's failure: one line for standard error, and the exit code.
public struct ToolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What failed, on what, what to do. No final newline.
    public var message: String
    /// The exit code, never 0.
    public var exitCode: Int32
    /// Whether the option table follows the message (Kafka's usage errors).
    public var showUsage: Bool
    /// The subcommand whose usage is meant; nil for the command's own.
    public var subcommand: String?

    /// Describes a failure.
    public init(_ message: String, exitCode: Int32 = 1, showUsage: Bool = false) {
        self.message = message
        self.exitCode = exitCode
        self.showUsage = showUsage
    }

    /// A usage failure: message, then the option table.
    public static func usage(_ message: String) -> ToolError { ToolError(message, showUsage: true) }

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

    public var description: String { message }
}
