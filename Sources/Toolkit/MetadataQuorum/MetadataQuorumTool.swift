import KafkaClient
import KafkaProtocol

/// `kafka-metadata-quorum`: shows the quorum of controllers, adds and removes voters.
enum MetadataQuorumTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "metadata-quorum", kafkaName: "kafka-metadata-quorum", purpose: "Show the quorum of controllers, add and remove voters.", dialect: .argparse,
        options: [
            .bootstrapServer, .bootstrapController,
            Option(
                "command-config", value: .required("file"),
                help: "Java properties file with client settings; for add-controller the configuration of the new controller", completion: .file),
        ],
        subcommands: [describe, addController, removeController],
        examples: [
            "--bootstrap-server localhost:9092 describe --status", "--bootstrap-server localhost:9092 describe --replication --human-readable",
            "--bootstrap-controller localhost:9093 --command-config controller.properties add-controller",
        ], helpSucceeds: .asked)

    private static let dryRun = Option("dry-run", help: "Say what would be done, and do nothing")

    private static let describe = Command(
        name: "describe", purpose: "Show the quorum.", dialect: .argparse,
        options: [
            Option("status", help: "Show leader, epoch, lag and members"), Option("replication", help: "Show how far each member has replicated"),
            Option("human-readable", help: "With --replication: times as time passed"),
        ], sections: [DescribeQuorum.status.section, DescribeQuorum.replicas(isReadable: false, nowMs: 0).section])

    private static let addController = Command(
        name: "add-controller", purpose: "Make the controller that --command-config configures a voter.", dialect: .argparse, options: [dryRun])

    private static let removeController = Command(
        name: "remove-controller", purpose: "Make a voter an observer.", dialect: .argparse,
        options: [
            Option("controller-id", "i", value: .required("id"), help: "Id of the controller", required: true),
            Option("controller-directory-id", "d", value: .required("id"), help: "Id of the directory that holds its metadata log", required: true), dryRun,
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        guard options.has("bootstrap-server") || options.has("bootstrap-controller") else {
            throw ToolError.usage("one of the arguments --bootstrap-server --bootstrap-controller is required")
        }
        let task = try task(context)
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        try task(session.admin)
        return .done
    }

    /// What is asked for, with its options read before anything is asked of the cluster.
    private static func task(_ context: ToolContext) throws -> (Admin) throws -> Void {
        let options = context.options
        switch options.subcommand {
        case addController.name:
            let voter = try VoterChange.newVoter(context)
            return { try VoterChange(context: context, admin: $0).add(voter) }
        case removeController.name:
            let id = try options.int("controller-id") ?? 0
            if id < 0 { throw ToolError.invalid("Invalid negative --controller-id: \(id)") }
            let directory: Uuid
            do throws(ToolError) {
                directory = try JavaUuid.parse(options.requiredString("controller-directory-id"))
            } catch {
                throw error.prefixed("Failed to parse --controller-directory-id: ")
            }
            return { try VoterChange(context: context, admin: $0).remove(id, directory) }
        default:
            switch (options.has("status"), options.has("replication")) {
            case (true, true): throw ToolError.invalid("Only one of --status or --replication should be specified with describe sub-command")
            case (false, false): throw ToolError.invalid("One of --status or --replication must be specified with describe sub-command")
            case (false, true): return { try DescribeQuorum(context: context, admin: $0).showReplication(isReadable: options.has("human-readable")) }
            case (true, false):
                if options.has("human-readable") { throw ToolError.invalid("The option --human-readable is only supported along with --replication") }
                return { try DescribeQuorum(context: context, admin: $0).showStatus() }
            }
        }
    }
}
