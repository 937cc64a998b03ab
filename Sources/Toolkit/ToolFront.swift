import Host

/// The binary's front door: the name it was called by, or the first word, picks the tool.
public struct Front {
    private let calledAs: String
    private let words: [String]

    /// `arguments` as the process got them, the program's own name first.
    public init(arguments: [String]) {
        let path = arguments.first ?? "ottla"
        calledAs = String(path.split(separator: "/").last ?? "ottla")
        words = Array(arguments.dropFirst())
    }

    /// Runs and ends the process with the exit code.
    public func runAndExit() -> Never {
        StandardStream.reserve()
        exitProcess(run())
    }

    /// Runs the tool on the process's own streams and returns the exit code.
    public func run() -> Int32 {
        let output = OutputWriter(StreamSink(.output), flushesLines: StandardStream.output.isTerminal)
        let error = OutputWriter(StreamSink(.error), flushesLines: true, after: output)
        let code = run(input: ToolInput(StreamSource(.input)), output: output, error: error)
        output.flush()
        error.flush()
        return code
    }

    private func run(input: ToolInput, output: OutputWriter, error: OutputWriter) -> Int32 {
        func run(_ tool: Tool, _ program: String, isKafkaName: Bool, _ arguments: [String]) -> Int32 {
            Interrupts.install()
            let invocation = Invocation(program: program, isKafkaName: isKafkaName)
            return ToolRunner(tool, invocation: invocation, input: input, output: output, error: error, world: .process).run(arguments)
        }
        if words.first == "__complete" { return ShellQuestion.answer(Array(words.dropFirst()), output: output) }
        if let tool = Tools.named(calledAs), tool.command.kafkaName != nil { return run(tool, calledAs, isKafkaName: true, words) }
        guard let first = words.first else {
            error.write(Overview.help)
            return ExitCode.usage.rawValue
        }
        let rest = Array(words.dropFirst())
        switch first {
        case "--version", "-V", "version":
            output.line("ottla \(Version.ottla) (Kafka \(Version.kafka))")
            return 0
        case "--help", "-h", "help": return Overview.showHelp(rest, output: output, error: error)
        case "completion", "generate":
            let generator = Generator(commands: Tools.all.map(\.command), output: output, error: error)
            return first == "completion" ? generator.printCompletion(rest) : generator.writeFiles(rest)
        default: break
        }
        guard let tool = Tools.named(first) else {
            error.line(Overview.unknownCommand(first))
            return ExitCode.usage.rawValue
        }
        let isKafkaName = tool.command.name != first
        return run(tool, isKafkaName ? first : "ottla \(first)", isKafkaName: isKafkaName, rest)
    }
}
