import KafkaClient

/// `kafka-features`: shows and changes the levels of a cluster's features.
enum FeaturesTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "features", kafkaName: "kafka-features", purpose: "Show and change the levels of a cluster's features.", dialect: .argparse,
        options: [.bootstrapServer, .bootstrapController, .commandConfig],
        subcommands: [describe, upgrade, downgrade, disable, versionMapping, dependencies],
        notes: [
            "Changes are made for all named features or for none. Downgrades that would lose metadata need --unsafe.",
            "version-mapping and feature-dependencies need no cluster.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 describe",
            "--bootstrap-server localhost:9092 upgrade --release-version 4.3 --dry-run",
            "--bootstrap-server localhost:9092 downgrade --feature transaction.version=1",
            "version-mapping --release-version 4.0",
        ], helpSucceeds: .asked)

    // MARK: Commands

    private static let dryRun = Option("dry-run", help: "Say what would be done, and do nothing")
    private static let unsafe = Option("unsafe", help: "Go down even if metadata is lost by it")
    private static let metadata = Option("metadata", value: .required("release"), help: "Deprecated: the release whose metadata.version is wanted")
    private static let release = Option(
        "release-version", value: .required("release"), help: "The release whose levels all features are to have (4.3, 3.9-IV0)")
    private static let levels = Option("feature", value: .required("feature=level"), help: "A feature and the level that it is to have", repeatable: true)

    private static let describe = Command(
        name: "describe", purpose: "Show the levels that are supported and finalized.", dialect: .argparse,
        options: [Option("node-id", value: .required("id"), help: "Ask this node instead of any", completion: .broker)],
        sections: [DescribeFeatures.features.section])

    private static let upgrade = Command(
        name: "upgrade", purpose: "Raise the level of features.", dialect: .argparse, options: [metadata, release, levels, dryRun],
        sections: [UpdateFeatures.updates.section])

    private static let downgrade = Command(
        name: "downgrade", purpose: "Lower the level of features.", dialect: .argparse, options: [metadata, release, levels, unsafe, dryRun],
        sections: [UpdateFeatures.updates.section])

    private static let disable = Command(
        name: "disable", purpose: "Lower features to level 0.", dialect: .argparse,
        options: [Option("feature", value: .required("feature"), help: "A feature to disable", repeatable: true), unsafe, dryRun],
        sections: [UpdateFeatures.updates.section])

    private static let versionMapping = Command(
        name: "version-mapping", purpose: "Show the levels that the features of a release have.", dialect: .argparse,
        options: [
            Option("release-version", value: .required("release"), help: "The release (from \(KafkaRelease.all[0].name) on)", default: KafkaRelease.latest.name)
        ], sections: [FeatureCatalogue.levels.section])

    private static let dependencies = Command(
        name: "feature-dependencies", purpose: "Show what levels of other features a level needs.", dialect: .argparse,
        options: [Option("feature", value: .required("feature=level"), help: "A feature and its level", repeatable: true, required: true)],
        sections: [FeatureCatalogue.dependencies.section])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        switch options.subcommand {
        case versionMapping.name: return try FeatureCatalogue.showLevels(of: options.requiredString("release-version"), context.report)
        case dependencies.name: return try FeatureCatalogue.showDependencies(of: options.all("feature"), context.report)
        default: break
        }
        guard options.has("bootstrap-server") || options.has("bootstrap-controller") else {
            throw ToolError.usage("You must specify either --bootstrap-controller or --bootstrap-server.")
        }
        let update = try options.subcommand == describe.name ? nil : UpdateFeatures.Wish(context)
        let node = try options.int("node-id")
        if let node, node < 0 { throw ToolError.invalid("Invalid node id \(node): must be non-negative.") }
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        guard let update else { return try DescribeFeatures(context: context, admin: session.admin).perform(node: node) }
        return try UpdateFeatures(context: context, admin: session.admin).perform(update)
    }
}
