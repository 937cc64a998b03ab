import ClientDriver
import Host
import KafkaClient

/// A failure that Kafka reports on standard output as `Error: Executing consumer group command failed due to TEXT`.
enum GroupFailure {
    static let noClient = "Failed to create new KafkaAdminClient"

    /// - Parameters:
    ///   - text: what follows "failed due to".
    ///   - line: the line for standard error where it says more.
    static func of(text: String, line: String? = nil, exit: ExitCode = .failed) -> ToolError {
        ToolError(line ?? text, exit: exit).onOutput(output(text), reason: line)
    }

    /// A failed call, in words that depend on how deep Java has wrapped the exception.
    static func of(_ error: ClientError, text: String) -> ToolError {
        // Java looks names up when it makes the client, we when we connect; the words are those of the former.
        let shown = error.isInvalidValue ? error.message : error.kind == .configuration ? noClient : text
        return ToolError(error).onOutput(output(shown), reason: error.reason)
    }

    private static func output(_ text: String) -> String { "\nError: Executing consumer group command failed due to \(text)" }

    /// Any failure of the tool in that form; usage errors and those that are in it already stay as they are.
    static func shown(_ error: ToolError) -> ToolError {
        error.showUsage || error.kafkaOutput != nil ? error : error.onOutput(output(error.message))
    }
}

/// One run of the tool: what the user asked for, and the cluster.
struct GroupRun {
    let context: ToolContext
    let session: ClientSession
    /// Every call takes at most `--timeout`.
    let admin: Admin

    init(_ context: ToolContext) throws {
        self.context = context
        var properties: [String: String] = [:]
        if let path = try context.options.string("command-config") {
            do {
                properties = try context.readProperties(path)
            } catch {
                throw GroupFailure.of(text: "java.nio.file.NoSuchFileException: \(path)", line: error.message)
            }
        }
        properties = try context.resolved(properties, of: .admin)
        let timeoutMs = Int(clamping: try context.options.long("timeout") ?? 30_000)
        do throws(ClientError) {
            var config = try ClientConfig(
                bootstrap: try? context.options.requiredString("bootstrap-server"), properties: properties, clientId: "kafka-consumer-groups")
            // A limit that the user set rules; without one nobody waits for a broker that is not there.
            if context.options.has("timeout") { config.unreachableAfterMs = timeoutMs }
            session = try context.openSession(config)
        } catch {
            throw GroupFailure.of(error, text: GroupFailure.noClient)
        }
        admin = Admin(session, timeoutMs: timeoutMs)
    }

    /// Kafka's `printError`: an empty line, then the error, on standard output.
    func printError(_ text: String, exit: ExitCode = .failed) { printFailure(text, onOutput: "\nError: \(text)", exit) }

    /// A line that belongs to an error before it.
    func printDetail(_ text: String) { printFailure(text, onOutput: text, .failed) }

    private func printFailure(_ text: String, onOutput kafka: String, _ exit: ExitCode) {
        let isTold = context.invocation.isKafkaName && context.report.isText
        context.complain(ToolError(isTold ? "" : text, exit: exit).onOutput(kafka))
    }

    /// The groups that `--group` names or, with `--all-groups`, all; sorted, each once.
    func selectedGroups() throws -> [String] {
        if context.options.has("all-groups") { return try wrappingExecution { () throws(ClientError) in try consumerGroups() }.map(\.groupId) }
        return Array(Set(context.options.all("group"))).sorted()
    }

    /// The groups of consumers, and those that only hold offsets; other kinds (Connect, share, streams) have tools of their own.
    func consumerGroups(states: [String] = [], types: [String] = []) throws(ClientError) -> [GroupListing] {
        try admin.listGroups(states: states, types: types).filter { $0.protocolType == "consumer" || $0.protocolType.isEmpty }
    }

    /// Runs a call whose failure Java shows inside an ExecutionException.
    func wrappingExecution<T>(_ call: () throws(ClientError) -> T) throws -> T {
        do throws(ClientError) {
            return try call()
        } catch {
            if error.kind == .interrupted { throw error }
            throw GroupFailure.of(error, text: "java.util.concurrent.ExecutionException: \(error.javaDescription)")
        }
    }

    /// Runs a call whose failure Java shows by its message alone.
    func unwrapped<T>(_ call: () throws(ClientError) -> T) throws -> T {
        do throws(ClientError) {
            return try call()
        } catch {
            if error.kind == .interrupted { throw error }
            throw GroupFailure.of(error, text: error.message)
        }
    }
}
