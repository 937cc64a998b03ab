/// Writes the completion function for zsh.
struct ZshCompletion {
    let commands: [Command]

    var script: String {
        let names = ["ottla"] + commands.flatMap(Shell.kafkaNames)
        var text =
            "#compdef \(names.joined(separator: " "))\n# zsh completion for ottla and Kafka's names for its commands. Written by 'ottla completion zsh'.\n\n"
        text += Self.ask
        for command in commands { text += "_ottla_command_\(function(command))() {\n\(arguments(command))}\n\n" }
        text += "_ottla() {\n    local program=${words[1]:t}\n    local -a _ottla_line=(\"${(@Q)words[1,CURRENT-1]}\")\n    case ${program%.sh} in\n"
        for command in commands {
            if let kafkaName = command.kafkaName { text += "        \(kafkaName)) _ottla_command_\(function(command)); return ;;\n" }
        }
        text += "    esac\n    if ((CURRENT == 2)); then\n        local -a commands=(\n"
        for command in commands { text += "            \(Shell.quote("\(command.name):\(command.purpose)"))\n" }
        for builtIn in Shell.builtIns { text += "            \(Shell.quote("\(builtIn.word):\(builtIn.help)"))\n" }
        text +=
            "        )\n        _describe command commands\n        _arguments '--help[Show the commands]' '--version[Show the version]'\n        return\n    fi\n"
        text += "    local command=$words[2]\n    shift words\n    ((CURRENT--))\n    case $command in\n"
        for command in commands { text += "        \(command.name)) _ottla_command_\(function(command)) ;;\n" }
        text +=
            "        help) _values command \(Shell.helpWords(commands).joined(separator: " ")) ;;\n        completion) _values shell bash zsh fish ;;\n    esac\n}\n\n"
        text += "_ottla \"$@\"\n"
        return text
    }

    /// The body of a command's function: its options, and behind a subcommand those of the subcommand.
    private func arguments(_ command: Command) -> String {
        func list(_ options: [Option], _ indent: String) -> String { options.map { " \\\n\(indent)\(specification($0))" }.joined() }
        if command.subcommands.isEmpty { return "    _arguments -A '-*'\(list(command.visibleOptions, "        "))\n" }
        let names = command.subcommands.map(\.name).joined(separator: " ")
        var text = "    local context state line\n    _arguments -C -A '-*'\(list(command.visibleOptions, "        "))"
        text += " \\\n        \(Shell.quote("1:command:(\(names))")) \\\n        '*::argument:->below'\n"
        text += "    [[ $state == below ]] || return\n    case $line[1] in\n"
        for below in command.subcommands { text += "        \(below.name)) _arguments\(list(below.visibleOptions, "            ")) ;;\n" }
        return text + "    esac\n"
    }

    private func function(_ command: Command) -> String { command.name.split(separator: "-").joined(separator: "_") }

    private func specification(_ option: Option) -> String {
        let name = option.name.utf8.count == 1 ? "-\(option.name)" : "--\(option.name)"
        let mark = option.isRepeatable ? "*" : ""
        let help = escape(option.help)
        let action =
            switch option.completion {
            case .none: " "
            case .file: "_files"
            case .directory: "_files -/"
            case .words(let words): "(\(words.joined(separator: " ")))"
            default: "{_ottla_ask \(option.completion.question ?? "")}"
            }
        switch option.value {
        case .none: return Shell.quote("\(mark)\(name)[\(help)]")
        case .required(let label): return Shell.quote("\(mark)\(name)=[\(help)]:\(escape(label)):\(action)")
        case .optional(let label), .optionalNumber(let label): return Shell.quote("\(mark)\(name)=[\(help)]::\(escape(label)):\(action)")
        }
    }

    private func escape(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "[" || character == "]" || character == ":" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return result
    }

    private static let ask = """
        # Asks for names of the cluster on the command line, or for settings; silent within 300 ms when the cluster does not answer.
        _ottla_ask() {
            local program=${_ottla_line[1]/#\\~\\//$HOME/}
            local -a found
            found=(${(f)"$($program __complete $1 "${(Q)PREFIX}" "${_ottla_line[@]}" 2>/dev/null)"})
            local -a keys=(${(M)found:#*=}) names=(${found:#*=})
            compadd -S '' -a keys
            compadd -a names
        }


        """
}
