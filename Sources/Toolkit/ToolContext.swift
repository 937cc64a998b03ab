import Host

/// Everything a tool may touch: its options, the three streams, environment, time, files and the wish of the user to stop. A test makes one from memory.
public final class ToolContext {
    /// What differs between a real process and a test.
    public struct World: Sendable {
        /// One variable of the environment.
        public var variable: @Sendable (String) -> String?
        /// Milliseconds since 1970-01-01 UTC.
        public var wallClockMs: @Sendable () -> Int64
        /// Milliseconds of a clock that never goes back.
        public var monotonicMs: @Sendable () -> Int64
        /// Nanoseconds of that clock.
        public var monotonicNs: @Sendable () -> Int64
        /// The number of the last signal that asked to stop.
        public var signalNumber: @Sendable () -> Int32?
        /// Whether standard input, output and error are terminals.
        public var terminals: (input: Bool, output: Bool, error: Bool)

        /// The process as it is.
        public static var process: World {
            World(
                variable: { Surroundings.variable($0) }, wallClockMs: { SystemClock.wallMs() }, monotonicMs: { SystemClock.monotonicMs() },
                monotonicNs: { SystemClock.monotonicNs() }, signalNumber: { Interrupts.signalNumber },
                terminals: (StandardStream.input.isTerminal, StandardStream.output.isTerminal, StandardStream.error.isTerminal))
        }

        /// Nothing in the environment, a clock that stands still, no terminals.
        public static var still: World {
            World(
                variable: { _ in nil }, wallClockMs: { 0 }, monotonicMs: { 0 }, monotonicNs: { 0 }, signalNumber: { nil }, terminals: (false, false, false))
        }
    }

    /// The command that was called.
    public let command: Command
    /// How it was called.
    public let invocation: Invocation
    /// The parsed options.
    public let options: ParsedOptions
    /// Standard input.
    public let input: ToolInput
    /// Standard output: what Kafka prints, byte for byte.
    public let output: OutputWriter
    /// Standard error: one clear line a failure.
    public let error: OutputWriter
    /// Where rows go, and from there to standard output in the form that `--output` asks for.
    public let report: Report
    private let world: World
    /// Where failures go, which are objects of their own where `error` makes each line one.
    private let failures: OutputWriter

    /// A context; `error` should have been made with `after: output`.
    public init(
        command: Command, invocation: Invocation, options: ParsedOptions, input: ToolInput, output: OutputWriter, error: OutputWriter,
        failures: OutputWriter? = nil, report: Report, world: World
    ) {
        self.failures = failures ?? error
        self.command = command
        self.invocation = invocation
        self.options = options
        self.input = input
        self.output = output
        self.error = error
        self.report = report
        self.world = world
    }

    /// What Kafka prints on standard output for an option's older name. Called by a name of ours, all names are equal and nothing is printed.
    func notice(_ text: @autoclosure () -> String, if condition: Bool = true) {
        if condition && invocation.isKafkaName && report.isText { output.line(text()) }
    }

    /// A failure that does not end the command: what Kafka prints of it on standard output, under Kafka's name, and its line on standard error.
    func complain(_ failure: ToolError) { FailureReport(invocation: invocation, format: report.format, world: world).write(failure, output, failures) }

    /// One variable of the environment.
    public func variable(_ name: String) -> String? { world.variable(name) }
    /// The same as a value of its own.
    var environment: @Sendable (String) -> String? { world.variable }
    /// Milliseconds since 1970-01-01 UTC.
    public var wallClockMs: Int64 { world.wallClockMs() }
    /// Milliseconds of a clock that never goes back; only differences mean something.
    public var monotonicMs: Int64 { world.monotonicMs() }
    /// Nanoseconds of the same clock, for measuring.
    public var monotonicNs: Int64 { world.monotonicNs() }
    /// Whether a person types the input.
    public var inputIsTerminal: Bool { world.terminals.input }
    /// Whether a person reads the output.
    public var outputIsTerminal: Bool { world.terminals.output }
    /// Whether a person reads the errors.
    public var errorIsTerminal: Bool { world.terminals.error }

    /// Ctrl-C or SIGTERM has arrived: finish (flush, commit, leave the group) and return. A second one ends the process.
    public var isInterrupted: Bool { world.signalNumber() != nil }
    /// The same question as a value of its own, for what waits on this tool's behalf.
    public var interruption: @Sendable () -> Bool {
        let signalNumber = world.signalNumber
        return { signalNumber() != nil }
    }
    /// The signal's number, nil if none came.
    public var signalNumber: Int32? { world.signalNumber() }
    /// Interrupted, or nobody reads the output any more: a streaming tool asks this between records.
    public var shouldStop: Bool { output.isClosed || isInterrupted }

    /// Asks a person and waits for the line that is typed. The question stands on standard output, or beside the JSON on standard error.
    /// - Returns: nil when there is no terminal, so that nobody could answer, or when the input ends.
    func ask(_ question: String) throws -> String? {
        let asker = report.isText ? output : error
        asker.line(question)
        guard inputIsTerminal, report.isText ? outputIsTerminal : errorIsTerminal else { return nil }
        asker.flush()
        return try input.readLine()
    }

    /// A path from the root on, as Java's `toAbsolutePath` gives it.
    func absolutePath(_ path: String) -> String { path.hasPrefix("/") ? path : "\(Surroundings.currentDirectory)/\(path)" }

    /// The bytes of a file that an option names.
    public func readFile(_ path: String) throws(Surroundings.FileFailure) -> [UInt8] { try Surroundings.readFile(path) }

    /// What a Java properties file says; the last of a key counts.
    public func readProperties(_ path: String) throws(ToolError) -> [String: String] {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw ToolError.invalid("cannot read \(path): \(error.reason)") }
        do { return Dictionary(try JavaProperties.parse(bytes)) { $1 } } catch { throw ToolError.invalid("cannot read \(path): \(error)") }
    }

    /// What the file says that one option names, and over it the `key=value` pairs of another.
    func properties(file: String, pairs: String? = nil) throws(ToolError) -> [String: String] {
        var properties: [String: String] = [:]
        if let path = try options.string(file) { properties = try readProperties(path) }
        if let pairs { for (key, value) in options.pairs(pairs) { properties[key] = value } }
        return properties
    }

    /// The JSON in a file that an option names.
    func readJSON(_ path: String) throws(ToolError) -> JSONValue {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw ToolError.invalid("java.io.IOException: Unable to read file \(path)") }
        do {
            return try bytes.withUnsafeBufferPointer { bytes throws(JSONReader.Malformed) in try JSONReader.parse(UnsafeRawBufferPointer(bytes)) }
        } catch {
            throw ToolError.invalid("\(path) is not JSON: \(error)")
        }
    }
}
