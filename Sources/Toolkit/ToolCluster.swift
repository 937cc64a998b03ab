import ClientDriver
import KafkaClient
import KafkaProtocol

/// The way from a command's options to its cluster.
extension ToolContext {
    /// The client's configuration from `--bootstrap-server` or `--bootstrap-controller`, and `--command-config` (the options win over what the file
    /// says of them).
    /// - Parameters:
    ///   - clientId: used unless the file sets `client.id`.
    ///   - file: the option that names the file.
    public func clientConfig(clientId: String, file: String = "command-config") throws -> ClientConfig {
        let bootstrap = try options.bootstrapServers()
        let controllers = try options.string(Option.bootstrapController.name)
        if bootstrap != nil, controllers != nil { throw ToolError.usage("You cannot specify both --bootstrap-controller and --bootstrap-server.") }
        var properties = try properties(file: file)
        if command.allOptions.contains(where: { $0.name == Option.bootstrapController.name }) { properties["bootstrap.controllers"] = nil }
        properties = try resolved(properties, of: .admin)
        var config = try ClientConfig(bootstrap: controllers ?? bootstrap, properties: properties, clientId: clientId)
        config.asksControllers = controllers != nil
        return config
    }

    /// A client whose waits end when the user interrupts, and that says on standard error what a long wait is for.
    public func openSession(_ config: ClientConfig) throws(ClientError) -> ClientSession {
        let session = try ClientSession(config, isInterrupted: interruption)
        let (error, program) = (error, invocation.program)
        session.onObstacle = { error.line("\(program): \($0); trying on") }
        return session
    }
}

extension ParsedOptions {
    /// The value of `--bootstrap-server`, or of its older spelling `--broker-list`, which counts only where the other is missing.
    func bootstrapServers() throws(ToolError) -> String? { try string("bootstrap-server", over: "broker-list") }

    /// The value of `--bootstrap-server`; a usage error unless it is a list of `host:port`. Some of Kafka's tools check it before anything else.
    func checkedBootstrapServers() throws(ToolError) -> String {
        guard let servers = try bootstrapServers(), !servers.allSatisfy(\.isWhitespace) else {
            throw .usage("Error while validating the bootstrap address")
        }
        var entries = servers.split(separator: ",", omittingEmptySubsequences: false)
        // As Java splits: empty entries at the end do not count here. The client refuses them later.
        while entries.last?.isEmpty == true { entries.removeLast() }
        guard !entries.isEmpty, entries.allSatisfy(BootstrapServers.isValid) else {
            throw .usage("Please provide valid host:port like host1:9091,host2:9092")
        }
        return servers
    }
}

extension Option {
    /// `--bootstrap-server`, as nearly every tool has it.
    public static let bootstrapServer = Option(
        "bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them")
    /// `--bootstrap-controller`, for tools that can ask controllers themselves (KIP-919).
    public static let bootstrapController = Option(
        "bootstrap-controller", value: .required("host:port,..."), help: "Controllers to ask, instead of --bootstrap-server")
    /// `--command-config`, as nearly every tool has it.
    public static let commandConfig = Option(
        "command-config", value: .required("file"), help: "Java properties file with client settings (security, timeouts)", completion: .file)
}
