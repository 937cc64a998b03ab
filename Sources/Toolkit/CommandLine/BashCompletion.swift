/// Writes the completion script for bash. It needs nothing but bash 4 (bash-completion loads it, but is not used by it).
struct BashCompletion {
    let commands: [Command]

    var script: String {
        var text = Self.head
        text += "_ottla_options() {\n    case $1 in\n"
        for (name, command) in places {
            let words = command.visibleOptions.map(Self.dashed) + command.subcommands.map(\.name)
            text += "        \(name)) REPLY=\(Shell.quote(words.joined(separator: " "))) ;;\n"
        }
        text += "        *) REPLY='' ;;\n    esac\n}\n\n"
        text += "# What completes the value of an option: fixed words, or what to ask for.\n_ottla_value() {\n    case $1:$2 in\n"
        for (name, command) in places { text += values(command, name) }
        text += "        *) REPLY=switch ;;\n    esac\n}\n\n"
        text += body
        let names = ["ottla"] + commands.flatMap(Shell.kafkaNames)
        text += "complete -F _ottla \(names.joined(separator: " "))\n"
        return text
    }

    private static func dashed(_ option: Option) -> String { option.name.utf8.count == 1 ? "-\(option.name)" : "--\(option.name)" }

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
                case .words(let words): "words " + words.joined(separator: " ")
                default: "ask " + (option.completion.question ?? "")
                }
            let patterns = option.names.map { "\(name):\($0)" }
            if let known = kinds.firstIndex(where: { $0.kind == kind }) {
                kinds[known].patterns += patterns
            } else {
                kinds.append((kind, patterns))
            }
        }
        return kinds.map { "        \($0.patterns.joined(separator: " | "))) REPLY=\(Shell.quote($0.kind)) ;;\n" }.joined()
    }

    private static let head = """
        # shellcheck shell=bash
        # bash completion for ottla and Kafka's names for its commands. Written by 'ottla completion bash'.

        # Offers those of the words that begin with what is typed: $cur, of which readline replaces all but $skip. They are quoted as the place needs it,
        # for a group may have any name; a '!' cannot be quoted inside double quotes.
        _ottla_offer() {
            local word single="'\\\\''"
            for word; do
                [[ $word == "$cur"* ]] || continue
                word=${word#"$skip"}
                if [[ $word == *[!A-Za-z0-9_./=:,@%+-]* ]]; then
                    case $quote in
                        "'") word=${word//"'"/"$single"} ;;
                        '"')
                            [[ $word == *!* ]] && continue
                            word=${word//\\\\/\\\\\\\\} word=${word//\\"/\\\\\\"} word=${word//\\$/\\\\\\$} word=${word//\\`/\\\\\\`}
                            ;;
                        *) printf -v word %q "$word" ;;
                    esac
                fi
                COMPREPLY+=("$word")
            done
        }

        _ottla_offer_words() {
            local -a list
            read -ra list <<<"$1"
            _ottla_offer "${list[@]}"
        }

        # Asks for names of the cluster on the command line, or for settings; silent within 300 ms when the cluster does not answer.
        _ottla_ask() {
            local -a answers
            mapfile -t answers < <("${words[0]/#\\~\\//$HOME/}" __complete "$1" "$cur" "${words[@]:0:count-1}" 2>/dev/null)
            _ottla_offer "${answers[@]}"
        }

        # Splits the line into $words as a shell does; the last may be unfinished, and $quote is then what it opened with.
        _ottla_split() {
            local line=${COMP_LINE:0:COMP_POINT} word='' begun='' char i
            for ((i = 0; i < ${#line}; i++)); do
                char=${line:i:1}
                if [[ -n $quote ]]; then
                    if [[ $char == "$quote" ]]; then quote=''; else word+=$char; fi
                elif [[ $char == [[:blank:]] ]]; then
                    [[ -n $begun ]] && words+=("$word")
                    word='' begun=''
                    continue
                elif [[ $char == [\\'\\"] ]]; then
                    quote=$char
                elif [[ $char == \\\\ ]]; then
                    ((++i))
                    word+=${line:i:1}
                else
                    word+=$char
                fi
                begun=1
            done
            words+=("$word")
        }

        # Offers paths: those of files or, with -d, of directories.
        _ottla_paths() {
            local -a found
            mapfile -t found < <(compgen "$1" -- "$cur")
            compopt -o filenames 2>/dev/null
            COMPREPLY=("${found[@]#"$skip"}")
        }


        """

    private var body: String {
        let words = (commands.map(\.name) + Shell.builtIns.map(\.word)).joined(separator: " ")
        return """
            _ottla() {
                local -a words=()
                local piece=${COMP_WORDS[COMP_CWORD]} quote='' first=1 count cur prev skip command word REPLY
                COMPREPLY=()
                _ottla_split
                count=${#words[@]}
                ((count > 1)) || return
                cur=${words[count - 1]} prev=${words[count - 2]}
                # A value may stand behind an equals sign. There bash begins a word of its own, which is all that it replaces.
                [[ $cur == -*=* ]] && prev=${cur%%=*} cur=${cur#*=}
                [[ $piece == [=:] ]] && piece=''
                piece=${piece#[\\'\\"]} piece=${piece//\\\\/} skip=''
                [[ $cur == *"$piece" ]] && skip=${cur%"$piece"}
                command=${words[0]##*/}
                if [[ $command == ottla ]]; then
                    if ((count == 2)); then
                        _ottla_offer_words '\(words) --help --version'
                        return
                    fi
                    command=${words[1]} first=2
                    case $command in
                        help)
                            ((count == 3)) && _ottla_offer_words '\(Shell.helpWords(commands).joined(separator: " "))'
                            return
                            ;;
                        completion)
                            ((count == 3)) && _ottla_offer_words 'bash zsh fish'
                            return
                            ;;
                    esac
                fi
                command=${command%.sh} command=${command#kafka-}
                # The subcommand, once it is typed.
                _ottla_options "$command"
                for word in "${words[@]:first:count - first - 1}"; do
                    [[ -n $word && $word != -* && " $REPLY " == *" $word "* ]] && command+=.$word && break
                done
                if [[ $prev == -* ]]; then
                    prev=${prev#-} prev=${prev#-}
                    _ottla_value "$command" "$prev"
                    case $REPLY in
                        none) return ;;
                        file) _ottla_paths -f ;;
                        directory) _ottla_paths -d ;;
                        words\\ *) _ottla_offer_words "${REPLY#words }" ;;
                        ask\\ *) _ottla_ask "${REPLY#ask }" ;;
                    esac
                    if [[ $REPLY != switch ]]; then
                        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
                        return
                    fi
                fi
                _ottla_options "$command"
                _ottla_offer_words "$REPLY"
            }


            """
    }
}
