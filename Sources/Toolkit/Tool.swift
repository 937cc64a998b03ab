/// A command that runs: its description and what it does.
public struct Tool: Sendable {
    /// Names, options, help.
    public let command: Command
    /// Asks the cluster and reports what it finds. A thrown `ToolError` becomes one line on standard error and its exit code; any other error likewise.
    public let run: @Sendable (ToolContext) throws -> ExitCode

    /// Binds a command to its work.
    public init(_ command: Command, run: @escaping @Sendable (ToolContext) throws -> ExitCode) {
        self.command = command
        self.run = run
    }
}
