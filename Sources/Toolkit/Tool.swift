/// A command that runs: its description and what it does.
public struct Tool: Sendable {
    /// Names, options, help.
    public let command: Command
    /// Does the work and returns the exit code. A thrown `ToolError` becomes one line on standard error and its exit code; any other error likewise, with exit code 1.
    public let run: @Sendable (ToolContext) throws -> Int32

    /// Binds a command to its work.
    public init(_ command: Command, run: @escaping @Sendable (ToolContext) throws -> Int32) {
        self.command = command
        self.run = run
    }
}
