import Host
import LogStorage

/// `kafka-metadata-shell`: looks at a cluster's metadata as a snapshot, a segment or the directory of the metadata log holds it, like at a file system.
enum MetadataShellTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "metadata-shell", kafkaName: "kafka-metadata-shell", purpose: "Look at a cluster's metadata in a snapshot or log as at a file system.",
        dialect: .argparse,
        options: [
            Option(
                "snapshot", "s", value: .required("file"),
                help: "A snapshot (.checkpoint) or segment (.log) of the metadata log; or a directory, and the newest snapshot in it counts and what follows",
                required: true, completion: .file)
        ],
        positionals: [.init("command", help: "Carried out instead of those on standard input: cat, find, ls or tree, and what it takes", isRepeated: true)],
        sections: [MetadataShell.entries.section, MetadataShell.values.section],
        notes: [
            "Without a command the shell reads commands from standard input, with ls, cat, tree and find also cd, pwd, history, man, help and exit. Paths may "
                + "have *, ? and {one,other} in them.",
            "What is in the file is shown with nothing left out: the keys of passwords too.",
            "A broker must not be using the directory meanwhile.",
        ],
        examples: [
            "--snapshot /var/lib/kafka/__cluster_metadata-0/00000000000000000000.log ls /image/topics/byName",
            "--snapshot /var/lib/kafka cat '/image/topics/byName/orders/*'", "--snapshot /var/lib/kafka tree /image/features",
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let path = try context.options.requiredString("snapshot")
        let lock = try lock(path)
        defer { withExtendedLifetime(lock) {} }
        let metadata = try LoadedMetadata(path, on: FileDisk(readsOnly: true))
        for warning in metadata.warnings { context.error.line(warning) }
        let isInteractive = context.options.words.isEmpty
        let shell = MetadataShell(
            context: context, root: MetadataTree(metadata: metadata).root,
            screenWidth: isInteractive && context.outputIsTerminal ? StandardStream.output.columns : nil)
        guard isInteractive else { return perform(context.options.words, shell, inShell: false) ?? .done }
        return try interact(context, shell)
    }

    /// Keeps brokers away, where they could come: from a directory that has a lock.
    private static func lock(_ path: String) throws(ToolError) -> AnyObject? {
        let disk = FileDisk()
        let directory = LoadedMetadata.dataDirectory(of: path, on: disk)
        guard disk.exists(directory + "/.lock") else { return nil }
        do {
            return try disk.lock(directory + "/.lock")
        } catch  where error.isLocked {
            throw ToolError("Unable to lock \(directory). Please ensure that no broker or controller process is using this directory before proceeding.")
        } catch {
            throw ToolError("\(error)")
        }
    }

    private static func perform(_ words: [String], _ shell: MetadataShell, inShell: Bool) -> ExitCode? {
        do throws(ToolError) { return shell.perform(try ShellCommand(words, inShell: inShell)) } catch { return shell.complain(error.message, .usage) }
    }

    /// Commands from standard input, one a line. What fails there is for whoever types to see; of a script it is the verdict.
    private static func interact(_ context: ToolContext, _ shell: MetadataShell) throws -> ExitCode {
        context.report.decorate("Loading...\nStarting...\n[ Kafka Metadata Shell ]\n")
        var failures: [ExitCode] = [], count = 0
        while !context.shouldStop {
            if context.inputIsTerminal { context.report.decorate(">> ") }
            context.output.flush()
            guard let line = try context.input.readLine() else { break }
            shell.remember(line)
            guard let verdict = perform(ShellLine.words(line), shell, inShell: true) else { break }
            count += 1
            if verdict != .done { failures.append(verdict) }
        }
        return context.inputIsTerminal ? .done : ExitCode.of(failures, among: count)
    }
}
