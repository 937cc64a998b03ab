import KafkaClient

/// Runs one tool with words from a command line: parses, answers help and version, reports a failure in one line.
public struct ToolRunner {
    private let tool: Tool
    private let invocation: Invocation
    private let input: ToolInput
    private let output: OutputWriter
    private let error: OutputWriter
    private let world: ToolContext.World

    /// A runner over the given streams.
    public init(_ tool: Tool, invocation: Invocation, input: ToolInput, output: OutputWriter, error: OutputWriter, world: ToolContext.World) {
        self.tool = tool
        self.invocation = invocation
        self.input = input
        self.output = output
        self.error = error
        self.world = world
    }

    /// Runs and returns the exit code. Streams are flushed. 128 plus the signal's number when a signal asked to stop.
    public func run(_ arguments: [String]) -> Int32 {
        var code = perform(arguments)
        output.flush()
        if let reason = output.failure {
            error.line("\(invocation.program): cannot write standard output: \(reason)")
            code = max(code, 1)
        }
        error.flush()
        if let signal = world.signalNumber() { return 128 + signal }
        return code
    }

    private func perform(_ arguments: [String]) -> Int32 {
        do {
            let options = try parse(arguments)
            if options.has("help") { return showHelp(asked: true, of: options.subcommand) }
            if options.has("version") { return showVersion() }
            if arguments.isEmpty, tool.command.needsArguments { return showHelp(asked: false) }
            let context = ToolContext(
                command: tool.command, invocation: invocation, options: options, input: input, output: output, error: error, world: world)
            return try tool.run(context)
        } catch let failure as ToolError {
            return report(failure)
        } catch let failure as ClientError {
            return failure.kind == .interrupted ? 1 : report(ToolError("\(invocation.program): \(failure)"))
        } catch {
            return report(ToolError("\(error)"))
        }
    }

    private func parse(_ arguments: [String]) throws(ToolError) -> ParsedOptions {
        do throws(ToolError) {
            return switch tool.command.dialect {
            case .jopt: try JoptParser(tool.command).parse(arguments)
            case .argparse: try ArgparseParser(tool.command).parse(arguments)
            }
        } catch {
            throw error.prefixed(tool.command.errorPrefix)
        }
    }

    private func report(_ failure: ToolError) -> Int32 {
        if tool.command.dialect == .argparse, failure.showUsage {
            error.write(help(of: failure.subcommand).usageLine)
            error.line("\(invocation.program): error: \(failure.message)")
            return max(failure.exitCode, 1)
        }
        if !failure.message.isEmpty { error.line(failure.message) }
        if failure.showUsage { error.line("Try '\(invocation.program) --help' for the options.") }
        return max(failure.exitCode, 1)
    }

    private func showVersion() -> Int32 {
        let kafka = tool.command.dialect == .argparse ? "\(Version.kafka) (Commit:\(Version.kafkaCommit))" : Version.kafka
        output.line(invocation.isKafkaName ? kafka : "ottla \(Version.ottla) (Kafka \(Version.kafka))")
        return 0
    }

    /// The help of the command, or of one of its subcommands.
    private func help(of subcommand: String?) -> HelpText {
        guard let below = tool.command.subcommand(subcommand) else { return HelpText(tool.command, program: invocation.program) }
        return HelpText(below, program: "\(invocation.program) \(below.name)")
    }

    /// Kafka's own names print help on standard error and fail, those with argparse's parser on standard output and fail as well;
    /// `ottla topics --help` is what the user asked for and succeeds.
    private func showHelp(asked: Bool, of subcommand: String? = nil) -> Int32 {
        let text = help(of: subcommand).full
        if asked, !invocation.isKafkaName {
            output.write(text)
            return 0
        }
        (asked && tool.command.dialect == .argparse ? output : error).write(text)
        return 1
    }
}
