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
            if code == .done { code = .failed }
        }
        error.flush()
        if let signal = world.signalNumber() { return 128 + signal }
        return invocation.isKafkaName ? min(code.rawValue, 1) : code.rawValue
    }

    private func perform(_ arguments: [String]) -> ExitCode {
        let options: ParsedOptions
        let format: OutputFormat
        do throws(ToolError) {
            if arguments.isEmpty, tool.command.helpSucceeds == .bare { return showHelp(.bare) }
            options = try parse(arguments)
            if options.has("help") { return showHelp(.asked, of: options.subcommand) }
            if options.has("version") { return showVersion() }
            if arguments.isEmpty, tool.command.needsArguments { return showHelp(.bare) }
            format = try options.outputFormat()
        } catch {
            return fail(error, format: .text, self.error)
        }
        let report = Report(format, command: tool.command.name, to: output)
        // The sink keeps standard output in front of standard error itself.
        let warnings = format == .text ? error : OutputWriter(WarningSink(error), flushesLines: true)
        let context = ToolContext(
            command: tool.command, invocation: invocation, options: options, input: input, output: output, error: warnings, failures: error,
            report: report, world: world)
        var code = ExitCode.done
        var failure: ToolError?
        do {
            code = try tool.run(context)
        } catch let ended as ToolError {
            failure = ended
        } catch let ended as ClientError {
            if ended.kind == .interrupted { code = .failed } else { failure = ToolError(ended, message: "\(invocation.program): \(ended)") }
        } catch {
            failure = ToolError("\(error)")
        }
        report.finish(failed: failure != nil || code != .done)
        warnings.flush()
        return failure.map { fail($0, format: format, error) } ?? code
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

    private func fail(_ failure: ToolError, format: OutputFormat, _ error: OutputWriter) -> ExitCode {
        if tool.command.dialect == .argparse, failure.showUsage, format == .text {
            error.write(help(of: failure.subcommand).usageLine)
            error.line("\(invocation.program): error: \(failure.message)")
        } else {
            FailureReport(invocation: invocation, format: format, world: world).write(failure, output, error)
        }
        return failure.exit == .done ? .failed : failure.exit
    }

    private func showVersion() -> ExitCode {
        let kafka = tool.command.dialect == .argparse ? "\(Version.kafka) (Commit:\(Version.kafkaCommit))" : Version.kafka
        output.line(invocation.isKafkaName ? kafka : "ottla \(Version.ottla) (Kafka \(Version.kafka))")
        return .done
    }

    /// The help of the command, or of one of its subcommands.
    private func help(of subcommand: String?) -> HelpText {
        guard let below = tool.command.subcommand(subcommand) else { return HelpText(tool.command, program: invocation.program) }
        return HelpText(below, program: "\(invocation.program) \(below.name)")
    }

    /// Kafka's own names print help on standard error, those with argparse's parser on standard output, and most fail; `ottla topics --help` is what the user
    /// asked for and succeeds.
    private func showHelp(_ call: Command.HelpCall, of subcommand: String? = nil) -> ExitCode {
        let text = help(of: subcommand).full
        if invocation.isKafkaName {
            (tool.command.dialect == .argparse ? output : error).write(text)
            return tool.command.helpSucceeds == call ? .done : .usage
        }
        (call == .asked ? output : error).write(text)
        return call == .asked ? .done : .usage
    }
}
