# bash completion for ottla and Kafka's names for its commands. Written by 'ottla completion bash'.

# Asks the cluster on the command line for its topics or groups; silent within 300 ms when it does not answer.
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

_ottla_options() {
    case $1 in
        serve) REPLY='--advertise --config --data-dir --durability --ephemeral --help --listen --override --ready-file --threads --topic --version' ;;
        topics) REPLY='--alter --at-min-isr-partitions --bootstrap-server --command-config --config --create --delete --describe --exclude-internal --help --if-exists --if-not-exists --list --partition-size-limit-per-response --partitions --replica-assignment --replication-factor --topic --topic-id --topics-with-overrides --unavailable-partitions --under-min-isr-partitions --under-replicated-partitions --version' ;;
        *) REPLY= ;;
    esac
}

# What completes the value of an option: kind, then fixed words.
_ottla_value() {
    case $1:$2 in
        serve:advertise|serve:listen|serve:override|serve:threads|serve:topic) REPLY='none' ;;
        serve:config|serve:ready-file) REPLY='file' ;;
        serve:data-dir) REPLY='directory' ;;
        serve:durability) REPLY='words fsync os' ;;
        topics:bootstrap-server|topics:partition-size-limit-per-response|topics:partitions|topics:replica-assignment|topics:replication-factor|topics:topic-id) REPLY='none' ;;
        topics:command-config) REPLY='file' ;;
        topics:config) REPLY='words compression.type= remote.log.delete.on.disable= leader.replication.throttled.replicas= remote.storage.enable= min.insync.replicas= segment.jitter.ms= remote.log.copy.disable= local.retention.ms= cleanup.policy= flush.ms= follower.replication.throttled.replicas= compression.lz4.level= segment.bytes= retention.ms= compression.gzip.level= flush.messages= compression.zstd.level= max.compaction.lag.ms= file.delete.delay.ms= max.message.bytes= min.compaction.lag.ms= message.timestamp.type= local.retention.bytes= preallocate= index.interval.bytes= min.cleanable.dirty.ratio= unclean.leader.election.enable= retention.bytes= delete.retention.ms= message.timestamp.after.max.ms= message.timestamp.before.max.ms= segment.ms= segment.index.bytes=' ;;
        topics:topic) REPLY='topics' ;;
        *) REPLY=switch ;;
    esac
}

_ottla() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[0]##*/} first=1 REPLY
    # bash splits --name=value at the equals sign.
    if [[ $cur == '=' ]]; then
        cur=
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    if [[ $command == ottla ]]; then
        if ((COMP_CWORD == 1)); then
            COMPREPLY=($(compgen -W 'serve topics help completion --help --version' -- "$cur"))
            return
        fi
        command=${COMP_WORDS[1]} first=2
        case $command in
            help) COMPREPLY=($(compgen -W 'serve topics help completion' -- "$cur")) && return ;;
            completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")) && return ;;
        esac
    fi
    command=${command%.sh} command=${command#kafka-}
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

complete -F _ottla ottla kafka-topics kafka-topics.sh
