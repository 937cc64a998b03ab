/// Writes the completions for fish.
struct FishCompletion {
    let commands: [Command]

    var script: String {
        var text = Self.head
        text += "complete -c ottla -f\n"
        for command in commands { text += "complete -c ottla -n __fish_use_subcommand -a \(command.name) -d \(quote(command.purpose))\n" }
        for builtIn in Shell.builtIns { text += "complete -c ottla -n __fish_use_subcommand -a \(builtIn.word) -d \(quote(builtIn.help))\n" }
        text += "complete -c ottla -n __fish_use_subcommand -l help -d 'Show the commands'\n"
        text += "complete -c ottla -n __fish_use_subcommand -l version -d 'Show the version'\n"
        text += "complete -c ottla -n '__fish_seen_subcommand_from help' -a \(quote(commands.map(\.name).joined(separator: " ")))\n"
        text += "complete -c ottla -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n"
        for command in commands {
            text += "\n# \(command.name)\n"
            for name in Shell.kafkaNames(command) { text += "complete -c \(name) -f\n" }
            let names = command.subcommands.map(\.name).joined(separator: " ")
            let isOwn = names.isEmpty ? nil : "not __fish_seen_subcommand_from \(names)"
            for option in command.visibleOptions { text += lines(command, when: isOwn, specification(option)) }
            if !names.isEmpty { text += lines(command, when: isOwn, "-a \(quote(names))") }
            for below in command.subcommands {
                for option in below.visibleOptions {
                    text += lines(command, when: "__fish_seen_subcommand_from \(below.name)", specification(option))
                }
            }
        }
        return text
    }

    /// What completes behind a command, under all its names, as long as a condition holds.
    private func lines(_ command: Command, when condition: String?, _ completion: String) -> String {
        let behind = "__fish_seen_subcommand_from \(command.name)" + (condition.map { "; and \($0)" } ?? "")
        var text = "complete -c ottla -n \(quote(behind)) \(completion)\n"
        for name in Shell.kafkaNames(command) { text += "complete -c \(name) \(condition.map { "-n \(quote($0)) " } ?? "")\(completion)\n" }
        return text
    }

    private func specification(_ option: Option) -> String {
        var text = option.name.utf8.count == 1 ? "-s \(option.name)" : "-l \(option.name)"
        if option.value != .none {
            switch option.completion {
            case .none: text += " -x"
            case .file: text += " -r -F"
            case .directory: text += " -x -a '(__fish_complete_directories)'"
            case .topic: text += " -x -a '(__ottla_ask topics)'"
            case .group: text += " -x -a '(__ottla_ask groups)'"
            case .broker: text += " -x -a '(__ottla_ask brokers)'"
            case .transactionalId: text += " -x -a '(__ottla_ask transactions)'"
            case .words(let words): text += " -x -a \(quote(words.joined(separator: " ")))"
            }
        }
        return text + " -d \(quote(option.help))"
    }

    /// Fish knows `\'` and `\\` inside single quotes.
    private func quote(_ text: String) -> String {
        var result = "'"
        for character in text {
            if character == "'" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return result + "'"
    }

    private static let head = """
        # fish completion for ottla and Kafka's names for its commands. Written by 'ottla completion fish'.

        # Asks the cluster on the command line for its topics, groups or the like; silent within 300 ms when it does not answer.
        function __ottla_ask
            set -l words (commandline -opc)
            set -l server
            set -l config
            for i in (seq (count $words))
                switch $words[$i]
                    case --bootstrap-server -bootstrap-server --broker-list
                        set server $words[(math $i + 1)]
                    case '--bootstrap-server=*' '--broker-list=*'
                        set server (string replace -r '^[^=]*=' '' -- $words[$i])
                    case --command-config --consumer.config --producer.config
                        set config --command-config $words[(math $i + 1)]
                    case '--command-config=*'
                        set config --command-config (string replace -r '^[^=]*=' '' -- $words[$i])
                end
            end
            test -n "$server"; or return
            $words[1] __complete $argv[1] --bootstrap-server $server $config 2>/dev/null
        end


        """
}
