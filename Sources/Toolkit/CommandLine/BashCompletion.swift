/// Writes the completion script for bash. It needs nothing but bash 4 (bash-completion loads it, but is not used by it).
struct BashCompletion {
    let commands: [Command]

    var script: String {
        var text = Self.head
        text += "_ottla_options() {\n    case $1 in\n"
        for (name, command) in places {
            let words = command.visibleOptions.map { "--\($0.name)" } + command.subcommands.map(\.name)
            text += "        \(name)) REPLY=\(Shell.quote(words.joined(separator: " "))) ;;\n"
        }
        text += "        *) REPLY= ;;\n    esac\n}\n\n"
        text += "# What completes the value of an option: kind, then fixed words.\n_ottla_value() {\n    case $1:$2 in\n"
        for (name, command) in places { text += values(command, name) }
        text += "        *) REPLY=switch ;;\n    esac\n}\n\n"
        text += Self.body(words: commands.map(\.name) + Shell.builtIns.map(\.word))
        let names = ["ottla"] + commands.flatMap(Shell.kafkaNames)
        text += "complete -F _ottla \(names.joined(separator: " "))\n"
        return text
    }

    /// Where words can be typed: behind a command, and behind a subcommand.
    private var places: [(name: String, command: Command)] {
        commands.flatMap { command in [(command.name, command)] + command.subcommands.map { ("\(command.name).\($0.name)", $0) } }
    }

    /// One line for each kind of value, naming every spelling it belongs to.
    private func values(_ command: Command, _ name: String) -> String {
        var kinds: [(kind: String, patterns: [String])] = []
        for option in command.visibleOptions where option.value != .none {
            let kind =
                switch option.completion {
                case .none: "none"
                case .file: "file"
                case .directory: "directory"
                case .topic: "topics"
                case .group: "groups"
                case .broker: "brokers"
                case .transactionalId: "transactions"
                case .words(let words): "words " + words.joined(separator: " ")
                }
            let patterns = option.names.map { "\(name):\($0)" }
            if let known = kinds.firstIndex(where: { $0.kind == kind }) {
                kinds[known].patterns += patterns
            } else {
                kinds.append((kind, patterns))
            }
        }
        return kinds.map { "        \($0.patterns.joined(separator: "|"))) REPLY=\(Shell.quote($0.kind)) ;;\n" }.joined()
    }

    private static let head = """
        # bash completion for ottla and Kafka's names for its commands. Written by 'ottla completion bash'.

        # Asks the cluster on the command line for its topics, groups or the like; silent within 300 ms when it does not answer.
        _ottla_ask() {
            local -a words
            local word wanted= server= config=
            read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
            for word in "${words[@]}"; do
                case $wanted in
                    server) server=$word wanted= && continue ;;
                    config) config=$word wanted= && continue ;;
                esac
                case $word in
                    --bootstrap-server | -bootstrap-server | --broker-list) wanted=server ;;
                    --bootstrap-server=* | --broker-list=*) server=${word#*=} ;;
                    --command-config | --consumer.config | --producer.config) wanted=config ;;
                    --command-config=*) config=${word#*=} ;;
                esac
            done
            [[ -n $server ]] || return
            "${COMP_WORDS[0]}" __complete "$1" --bootstrap-server "$server" ${config:+--command-config "$config"} 2>/dev/null
        }


        """

    private static func body(words: [String]) -> String {
        """
        _ottla() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[0]##*/} first=1 word REPLY
            # bash splits --name=value at the equals sign.
            if [[ $cur == '=' ]]; then
                cur=
            elif [[ $prev == '=' ]]; then
                prev=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            COMPREPLY=()
            if [[ $command == ottla ]]; then
                if ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W '\(words.joined(separator: " ")) --help --version' -- "$cur"))
                    return
                fi
                command=${COMP_WORDS[1]} first=2
                case $command in
                    help) COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- "$cur")) && return ;;
                    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")) && return ;;
                esac
            fi
            command=${command%.sh} command=${command#kafka-}
            # The subcommand, once it is typed.
            _ottla_options "$command"
            for word in "${COMP_WORDS[@]:first:COMP_CWORD - first}"; do
                [[ -n $word && $word != -* && " $REPLY " == *" $word "* ]] && command+=.$word && break
            done
            if ((COMP_CWORD > first)) && [[ $prev == -* ]]; then
                prev=${prev#-} prev=${prev#-}
                _ottla_value "$command" "$prev"
                case $REPLY in
                    switch) ;;
                    none) return ;;
                    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return ;;
                    directory) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return ;;
                    words*)
                        COMPREPLY=($(compgen -W "${REPLY#words }" -- "$cur"))
                        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
                        return
                        ;;
                    *) COMPREPLY=($(compgen -W "$(_ottla_ask "$REPLY")" -- "$cur")); return ;;
                esac
            fi
            _ottla_options "$command"
            COMPREPLY=($(compgen -W "$REPLY" -- "$cur"))
        }


        """
    }
}
