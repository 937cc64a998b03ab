import Vocabulary

/// Carries out commands on the tree of an image, and remembers where it is.
final class MetadataShell {
    private let context: ToolContext
    private let root: MetadataNode
    /// Characters in a line of the screen; nil where nobody looks at one.
    private let screenWidth: Int?
    private(set) var workingDirectory = "/"
    /// The lines that were given, without one that only repeats the line before.
    private var history: [String] = []

    init(context: ToolContext, root: MetadataNode, screenWidth: Int?) {
        self.context = context
        self.root = root
        self.screenWidth = screenWidth
    }

    /// A name in a directory, or a directory that was asked for.
    struct Entry {
        let path: String
        let name: String
        let isDirectory: Bool
    }

    /// A text at a place in the tree.
    struct Value {
        let path: String
        let text: String
    }

    static let entries = Shape<Entry>(
        "entries", "a place in the tree", text: .none,
        [
            Column("path", "where it is; for ls from the root on, for find from what was asked for on") { $0.path }, Column("name", "its name") { $0.name },
            Column("isDirectory", "whether there are places below it") { $0.isDirectory },
        ])

    static let values = Shape<Value>(
        "values", "a text at a place in the tree", text: .none,
        [Column("path", "where it is, from the root on") { $0.path }, Column("value", "the text") { $0.text }])

    // MARK: Commands

    /// Carries out one command.
    /// - Returns: nil when it asks to leave the shell
    func perform(_ command: ShellCommand) -> ExitCode? {
        switch command {
        case .nothing: return .done
        case .exit: return nil
        case .pwd: context.report.say(workingDirectory)
        case .help: help()
        case .man(let name): return man(name)
        case .history(let count): showHistory(count)
        case .cd(let target): return changeDirectory(target ?? "/")
        case .ls(let targets): return list(effective(targets))
        case .find(let paths):
            return verdict(effective(paths), command: "find", reason: "no such file or directory.") { path, match in find(path, match.node) }
        case .cat(let targets): return verdict(targets, command: "cat", reason: "No such file or directory.", show: cat)
        case .tree(let targets):
            return verdict(targets, command: "tree", reason: "No such file or directory.") { _, match in
                show(match.node, path: match.absolutePath, depth: 0)
                return true
            }
        }
        return .done
    }

    /// Tells what is wrong with a command: where Kafka does, and as a failure.
    func complain(_ message: String, _ exit: ExitCode) -> ExitCode {
        context.complain(ToolError(message, exit: exit).onOutput(message))
        return exit
    }

    /// Takes note of a line.
    func remember(_ line: String) { if history.last != line, !line.hasPrefix(" "), !line.isEmpty { history.append(line) } }

    /// Empty words mean nothing; without any, the working directory is meant.
    private func effective(_ paths: [String]) -> [String] {
        let named = paths.filter { !$0.isEmpty }
        return named.isEmpty ? ["."] : named
    }

    private func matches(_ path: String) -> [MetadataGlob.Match] { MetadataGlob(path, in: workingDirectory).matches(in: root) }

    /// Shows all places that paths lead to.
    private func verdict(
        _ paths: [String], command: String, reason: String, show: (_ path: String, MetadataGlob.Match) -> Bool
    ) -> ExitCode {
        var failures: [ExitCode] = []
        for path in paths {
            let found = matches(path)
            if found.isEmpty { failures.append(complain("\(command): \(path): \(reason)", .notFound)) }
            if found.contains(where: { !show(path, $0) }) { failures.append(.failed) }
        }
        return ExitCode.of(failures, among: paths.count)
    }

    private func changeDirectory(_ target: String) -> ExitCode {
        let found = matches(target)
        if found.isEmpty { return complain("cd: \(target): no such directory.", .notFound) }
        var verdict = ExitCode.done
        for match in found {
            if match.node.isDirectory { workingDirectory = match.absolutePath } else { verdict = complain("cd: \(target): not a directory.", .failed) }
        }
        return verdict
    }

    // MARK: Showing

    private func cat(_ path: String, _ match: MetadataGlob.Match) -> Bool {
        guard !match.node.isDirectory else {
            _ = complain("cat: \(path): Is a directory", .failed)
            return false
        }
        show(match.node, path: match.absolutePath, depth: 0)
        return true
    }

    private func show(_ node: MetadataNode, path: String, depth: Int) {
        let indent = String(repeating: "  ", count: depth)
        if case .leaf(let text) = node {
            context.report.decorate("\(indent)\(text)\n")
            context.report.add(Value(path: path, text: text), as: Self.values)
        }
        for name in node.names {
            context.report.decorate("\(indent)\(name):\n")
            guard let child = node.child(name) else { continue }
            show(child, path: path == "/" ? path + name : "\(path)/\(name)", depth: depth + 1)
        }
    }

    private func find(_ path: String, _ node: MetadataNode) -> Bool {
        context.report.decorate("\(path)\n")
        let name = path.split(separator: "/").last.map(String.init) ?? "/"
        context.report.add(Entry(path: path, name: name, isDirectory: node.isDirectory), as: Self.entries)
        for name in node.names { if let child = node.child(name) { _ = find(path == "/" ? path + name : "\(path)/\(name)", child) } }
        return true
    }

    /// Places that are no directories first, then what is in each directory.
    private func list(_ targets: [String]) -> ExitCode {
        var files: [MetadataGlob.Match] = [], directories: [MetadataGlob.Match] = []
        let verdict = verdict(targets, command: "ls", reason: "no such file or directory.") { _, match in
            if match.node.isDirectory { directories.append(match) } else { files.append(match) }
            return true
        }
        context.report.add(files.map { Entry(path: $0.absolutePath, name: $0.name, isDirectory: false) }, as: Self.entries)
        for line in ListingColumns(screenWidth: screenWidth).lines(files.map(\.name)) { context.report.decorate(line + "\n") }
        let isNamed = !files.isEmpty || directories.count > 1
        for (index, directory) in directories.enumerated() {
            let names = directory.node.names
            context.report.add(
                names.map { name in
                    Entry(
                        path: directory.path.isEmpty ? "/\(name)" : "\(directory.absolutePath)/\(name)", name: name,
                        isDirectory: directory.node.child(name)?.isDirectory ?? false)
                }, as: Self.entries)
            guard !names.isEmpty else { continue }
            if isNamed { context.report.decorate((index == 0 && files.isEmpty ? "" : "\n") + directory.name + ":\n") }
            for line in ListingColumns(screenWidth: screenWidth).lines(names) { context.report.decorate(line + "\n") }
        }
        return verdict
    }

    // MARK: Help

    private func help() {
        context.report.decorate("Welcome to the metadata shell of Apache Kafka's logs. Its commands:\n\n")
        for command in ShellCommand.all { context.report.decorate("  \(Table.pad(command.usage, 28)) \(command.purpose)\n") }
        context.report.decorate("\nA path may have * and ? and {one,other} in it.\n")
    }

    private func man(_ name: String) -> ExitCode {
        guard let command = ShellCommand.all.first(where: { $0.name == name }) else {
            return complain("man: unknown command \(name). Type help to get a list of commands.", .usage)
        }
        context.report.decorate("\(name): \(command.purpose).\n\nusage: \(command.usage)\n")
        return .done
    }

    private func showHistory(_ count: Int32?) {
        let first = max(0, history.count - max(0, Int(count ?? .max)))
        for (index, line) in history.enumerated().dropFirst(first) {
            let number = "\(index)"
            context.report.decorate(String(repeating: " ", count: max(1, 5 - number.count)) + "\(number)  \(line)\n")
        }
    }
}
