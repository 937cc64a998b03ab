/// Writes the completions for fish.
struct FishCompletion {
    let commands: [Command]

    var script: String {
        var text = Self.head
        text += "complete -c ottla -f\n"
        for command in commands { text += "complete -c ottla -n __ottla_is_first -a \(command.name) -d \(quote(command.purpose))\n" }
        for builtIn in Shell.builtIns { text += "complete -c ottla -n __ottla_is_first -a \(builtIn.word) -d \(quote(builtIn.help))\n" }
        text += "complete -c ottla -n __ottla_is_first -l help -d 'Show the commands'\n"
        text += "complete -c ottla -n __ottla_is_first -l version -d 'Show the version'\n"
        text += "complete -c ottla -n '__ottla_is help' -a \(quote(Shell.helpWords(commands).joined(separator: " ")))\n"
        text += "complete -c ottla -n '__ottla_is completion' -a 'bash zsh fish'\n"
        for command in commands {
            text += "\n# \(command.name)\n"
            for name in Shell.kafkaNames(command) { text += "complete -c \(name) -f\n" }
            let names = command.subcommands.map(\.name).joined(separator: " ")
            let place = names.isEmpty ? "__ottla_is \(command.name)" : "__ottla_is_before \(command.name) \(names)"
            for option in command.visibleOptions { text += lines(command, when: place, specification(option)) }
            if !names.isEmpty { text += lines(command, when: place, "-a \(quote(names))") }
            for below in command.subcommands {
                for option in below.visibleOptions {
                    text += lines(command, when: "__ottla_is_behind \(command.name) \(below.name)", specification(option))
                }
            }
        }
        return text
    }

    /// What completes behind a command, under all its names, as long as a condition holds.
    private func lines(_ command: Command, when condition: String, _ completion: String) -> String {
        (["ottla"] + Shell.kafkaNames(command)).map { "complete -c \($0) -n \(quote(condition)) \(completion)\n" }.joined()
    }

    private func specification(_ option: Option) -> String {
        var text = option.name.utf8.count == 1 ? "-s \(option.name)" : "-l \(option.name)"
        if option.value != .none {
            switch option.completion {
            case .none: text += " -x"
            case .file: text += " -r -F"
            case .directory: text += " -x -a '(__fish_complete_directories)'"
            case .words(let words): text += " -x -a \(quote(words.joined(separator: " ")))"
            default: text += " -x -a '(__ottla_ask \(option.completion.question ?? ""))'"
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

        # The command that is being typed and the words behind it, under whatever name it was called.
        function __ottla_words
            set -l words (commandline -opc)
            set -l program (string replace -r '.*/' '' -- $words[1])
            if test "$program" = ottla
                printf '%s\\n' $words[2..]
            else
                string replace -r '^kafka-(.*?)(\\.sh)?$' '$1' -- $program
                printf '%s\\n' $words[2..]
            end
        end

        function __ottla_is_first
            test (count (commandline -opc)) -eq 1
        end

        function __ottla_is
            set -l words (__ottla_words)
            test "$words[1]" = "$argv[1]"
        end

        # Whether none of the subcommands is typed yet.
        function __ottla_is_before
            set -l words (__ottla_words)
            test "$words[1]" = "$argv[1]"; or return
            for word in $words[2..]
                contains -- $word $argv[2..]; and return 1
            end
            return 0
        end

        function __ottla_is_behind
            set -l words (__ottla_words)
            test "$words[1]" = "$argv[1]"; and contains -- $argv[2] $words[2..]
        end

        # Asks for names of the cluster on the command line, or for settings; silent within 300 ms when the cluster does not answer.
        function __ottla_ask
            set -l words (commandline -opc)
            set -l value (commandline -ct | string replace -r '^--?[^=]*=' '' | string replace -r '^[\\'"]' '')
            set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
            $program __complete $argv[1] "$value" $words 2>/dev/null
        end


        """
}
