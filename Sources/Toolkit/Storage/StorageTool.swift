import Host
import KafkaProtocol

/// `ottla storage`, Kafka's `kafka-storage`: makes and looks at the data directories of a node, which must not run meanwhile.
enum StorageTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "storage", kafkaName: "kafka-storage", purpose: "Format the data directories of a node, and look at them.", dialect: .argparse, options: [],
        subcommands: [info, format, versionMapping, dependencies, randomUuid],
        notes: [
            "A node of Kafka's needs formatted directories, and so does kafka-server-start; ottla serve formats an empty one by itself.",
            "What is formatted here can be started by either broker.",
        ],
        examples: [
            "random-uuid",
            "format --cluster-id MkU3OEVBNTcwNTJENDM2Qk --config server.properties --standalone",
            "format -t MkU3OEVBNTcwNTJENDM2Qk -c server.properties -s --add-scram 'SCRAM-SHA-256=[name=alice,password=secret]'",
            "info --config server.properties",
            "version-mapping --release-version 4.0",
        ], helpSucceeds: .asked)

    // MARK: Commands

    private static let config = Option(
        "config", "c", value: .required("file"), help: "The node's configuration (server.properties)", required: true, completion: .file)

    private static let info = Command(
        name: "info", purpose: "Show the data directories of a node and what is wrong with them.", dialect: .argparse, options: [config],
        sections: [StorageInfo.directories.section, StorageInfo.metadata.section, StorageInfo.problems.section])

    private static let format = Command(
        name: "format", purpose: "Format the data directories of a node.", dialect: .argparse,
        options: [
            config,
            Option("cluster-id", "t", value: .required("id"), help: "The id of the cluster, the same for all its nodes", required: true),
            Option(
                "add-scram", "S", value: .required("credential"),
                help:
                    "A password that the cluster begins with: SCRAM-SHA-256=[name=alice,password=secret], with iterations=, salt= and saltedpassword= (base64) where wanted",
                repeatable: true),
            Option("ignore-formatted", "g", help: "Leave directories that are formatted alone instead of failing"),
            Option("release-version", "r", value: .required("release"), help: "The release whose features the cluster begins with, 4.3 unless given"),
            Option("feature", "f", value: .required("feature=level"), help: "The level that a feature begins with", repeatable: true),
            Option("standalone", "s", help: "The node is the only controller, and others may join it"),
            Option("no-initial-controllers", "N", help: "The node joins controllers that know each other already"),
            Option(
                "initial-controllers", "I", value: .required("id@host:port:directory,..."),
                help: "The controllers that begin the cluster, with the ids of their directories; the same for each of them"),
        ], sections: [FormatStorage.bootstrap.section, FormatStorage.directories.section])

    private static let versionMapping = Command(
        name: "version-mapping", purpose: "Show the levels that the features of a release have.", dialect: .argparse,
        options: [
            Option("release-version", "r", value: .required("release"), help: "The release", default: KafkaRelease.latest.name)
        ], sections: [FeatureCatalogue.levels.section])

    private static let dependencies = Command(
        name: "feature-dependencies", purpose: "Show what levels of other features a level needs.", dialect: .argparse,
        options: [Option("feature", "f", value: .required("feature=level"), help: "A feature and its level", repeatable: true, required: true)],
        sections: [FeatureCatalogue.dependencies.section])

    private static let randomUuid = Command(
        name: "random-uuid", purpose: "Print a new id for a cluster.", dialect: .argparse, options: [], sections: [ids.section])

    private static let ids = Shape<Uuid>("ids", "a new id", text: .lines(\.description), [Column("id", "22 characters of URL-safe base64") { "\($0)" }])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        switch options.subcommand {
        case info.name: return try StorageInfo(context, StorageConfig(context)).perform()
        case format.name: return try FormatStorage(context, StorageConfig(context)).perform()
        case versionMapping.name: return try FeatureCatalogue.showLevels(of: options.requiredString("release-version"), context.report)
        case dependencies.name: return try FeatureCatalogue.showDependencies(of: options.all("feature"), context.report)
        default:
            var random = SystemRandomNumberGenerator()
            context.report.add(Uuid.random(using: &random), as: ids)
            return .done
        }
    }
}
