/// What the binary says about itself: the list of commands, and help for a command that is mistyped.
enum Overview {
    /// `ottla --help`.
    static var help: String {
        var text = "Ottla \(Version.ottla): Kafka's command-line tools and a Kafka broker in one binary.\n\nusage: ottla COMMAND [options]\n\nCommands\n"
        let visible = Tools.all.filter { !$0.command.isHidden }
        let width = (visible.map { $0.command.name.count }.max() ?? 0) + 4
        for tool in visible { text += "  " + Table.pad(tool.command.name, width) + tool.command.purpose + "\n" }
        text += "\nEach command also answers to Kafka's name for it (a link named kafka-topics or kafka-topics.sh).\n"
        text += "'ottla help COMMAND' shows its options, 'ottla completion bash|zsh|fish' prints a completion script.\n"
        text += HelpTopics.all.map { "'ottla help \($0.name)': \($0.purpose)\n" }.joined()
        return text
    }

    /// `ottla help`, with a command by any of its names and perhaps a subcommand, or one of the topics.
    static func showHelp(_ words: [String], output: OutputWriter, error: OutputWriter) -> Int32 {
        guard let word = words.first else {
            output.write(help)
            return 0
        }
        if let topic = HelpTopics.all.first(where: { $0.name == word }) {
            output.write(topic.text)
            return 0
        }
        guard let tool = Tools.named(word) else {
            error.line(unknownCommand(word))
            return ExitCode.usage.rawValue
        }
        let program = tool.command.name == word ? "ottla \(word)" : word
        if words.count > 1, !tool.command.subcommands.isEmpty {
            guard let below = tool.command.subcommand(words[1]) else {
                error.line("ottla: \(word) has no command '\(words[1])'")
                return ExitCode.usage.rawValue
            }
            output.write(HelpText(below, program: "\(program) \(below.name)").full)
        } else {
            output.write(HelpText(tool.command, program: program).full)
        }
        return 0
    }

    /// The error for a word that names no command, with the nearest that does.
    static func unknownCommand(_ word: String) -> String {
        let names = Tools.all.filter { !$0.command.isHidden }.flatMap { [$0.command.name] + ($0.command.kafkaName.map { [$0] } ?? []) }
        let nearest = names.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
        let hint = if let nearest, nearest.1 <= max(2, word.count / 3) { "; did you mean '\(nearest.0)'?" } else { "; 'ottla --help' lists the commands" }
        return "ottla: there is no command '\(word)'\(hint)"
    }

    /// Levenshtein distance.
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
        var row = Array(0...b.count)
        for i in 0..<a.count {
            var diagonal = row[0]
            row[0] = i + 1
            for j in 0..<b.count {
                let previous = row[j + 1]
                row[j + 1] = min(row[j] + 1, previous + 1, diagonal + (a[i] == b[j] ? 0 : 1))
                diagonal = previous
            }
        }
        return row[b.count]
    }
}
