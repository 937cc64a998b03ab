# shellcheck shell=bash
# bash completion for ottla and Kafka's names for its commands. Written by 'ottla completion bash'.

# Offers those of the words that begin with what is typed: $cur, of which readline replaces all but $skip. They are quoted as the place needs it,
# for a group may have any name; a '!' cannot be quoted inside double quotes.
_ottla_offer() {
    local word single="'\\''"
    for word; do
        [[ $word == "$cur"* ]] || continue
        word=${word#"$skip"}
        if [[ $word == *[!A-Za-z0-9_./=:,@%+-]* ]]; then
            case $quote in
                "'") word=${word//"'"/"$single"} ;;
                '"')
                    [[ $word == *!* ]] && continue
                    word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//\$/\\\$} word=${word//\`/\\\`}
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
    mapfile -t answers < <("${words[0]/#\~\//$HOME/}" __complete "$1" "$cur" "${words[@]:0:count-1}" 2>/dev/null)
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
        elif [[ $char == [\'\"] ]]; then
            quote=$char
        elif [[ $char == \\ ]]; then
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

_ottla_options() {
    case $1 in
        serve) REPLY='--advertise --config --data-dir --durability --ephemeral --help --listen --log-level --override --ready-file --threads --topic --version' ;;
        topics) REPLY='--alter --at-min-isr-partitions --bootstrap-server --command-config --config --create --delete --describe --exclude-internal --help --if-exists --if-not-exists --list --output --partition-size-limit-per-response --partitions --replica-assignment --replication-factor --topic --topic-id --topics-with-overrides --unavailable-partitions --under-min-isr-partitions --under-replicated-partitions --version' ;;
        console-producer) REPLY='--batch-size --bootstrap-server --command-config --command-property --compression-codec --help --input --keep-partition --line-reader --max-block-ms --max-memory-bytes --max-partition-memory-bytes --message-send-max-retries --metadata-expiry-ms --reader-config --reader-property --request-required-acks --request-timeout-ms --retry-backoff-ms --socket-buffer-size --sync --timeout --topic --version' ;;
        console-consumer) REPLY='--bootstrap-server --command-config --command-property --enable-systest-events --formatter --formatter-config --formatter-property --from-beginning --group --help --include --isolation-level --key-deserializer --max-messages --offset --output --partition --skip-message-on-error --timeout-ms --topic --value-deserializer --version' ;;
        consumer-groups) REPLY='--all-groups --all-topics --bootstrap-server --by-duration --command-config --delete --delete-offsets --describe --dry-run --execute --export --from-file --group --help --list --members --offsets --output --reset-offsets --shift-by --state --timeout --to-current --to-datetime --to-earliest --to-latest --to-offset --topic --type --validate-regex --verbose --version' ;;
        get-offsets) REPLY='--bootstrap-server --command-config --exclude-internal-topics --help --output --partitions --time --topic --topic-partitions --version' ;;
        transactions) REPLY='--bootstrap-server --command-config --help --version list describe describe-producers abort find-hanging forceTerminateTransaction' ;;
        transactions.list) REPLY='--duration-filter --help --output --transactional-id-pattern' ;;
        transactions.describe) REPLY='--help --output --transactional-id' ;;
        transactions.describe-producers) REPLY='--broker-id --help --output --partition --topic' ;;
        transactions.abort) REPLY='--coordinator-epoch --help --partition --producer-epoch --producer-id --start-offset --topic' ;;
        transactions.find-hanging) REPLY='--broker-id --help --max-transaction-timeout --output --partition --topic' ;;
        transactions.forceTerminateTransaction) REPLY='--help --transactionalId' ;;
        acls) REPLY='--add --allow-host --allow-principal --bootstrap-controller --bootstrap-server --cluster --command-config --consumer --delegation-token --deny-host --deny-principal --force --group --help --idempotent --list --operation --output --principal --producer --remove --resource-pattern-type --topic --transactional-id --user-principal --version' ;;
        delegation-tokens) REPLY='--bootstrap-server --command-config --create --describe --expire --expiry-time-period --help --hmac --max-life-time-period --output --owner-principal --renew --renew-time-period --renewer-principal --version' ;;
        *) REPLY='' ;;
    esac
}

# What completes the value of an option: fixed words, or what to ask for.
_ottla_value() {
    case $1:$2 in
        serve:advertise | serve:listen | serve:threads | serve:topic) REPLY='none' ;;
        serve:config | serve:ready-file) REPLY='file' ;;
        serve:data-dir) REPLY='directory' ;;
        serve:durability) REPLY='words fsync os' ;;
        serve:log-level) REPLY='words error warn info debug' ;;
        serve:override) REPLY='ask setting.broker' ;;
        topics:bootstrap-server | topics:partition-size-limit-per-response | topics:partitions | topics:replica-assignment | topics:replication-factor | topics:topic-id) REPLY='none' ;;
        topics:command-config) REPLY='file' ;;
        topics:config) REPLY='ask setting.topic' ;;
        topics:output) REPLY='words text json jsonl' ;;
        topics:topic) REPLY='ask topics' ;;
        console-producer:batch-size | console-producer:bootstrap-server | console-producer:broker-list | console-producer:line-reader | console-producer:max-block-ms | console-producer:max-memory-bytes | console-producer:max-partition-memory-bytes | console-producer:message-send-max-retries | console-producer:metadata-expiry-ms | console-producer:request-timeout-ms | console-producer:retry-backoff-ms | console-producer:socket-buffer-size | console-producer:timeout) REPLY='none' ;;
        console-producer:command-config | console-producer:producer.config | console-producer:reader-config) REPLY='file' ;;
        console-producer:command-property | console-producer:producer-property) REPLY='ask setting.producer' ;;
        console-producer:compression-codec) REPLY='words none gzip snappy lz4 zstd' ;;
        console-producer:input) REPLY='words text jsonl' ;;
        console-producer:reader-property | console-producer:property) REPLY='ask setting.line-reader' ;;
        console-producer:request-required-acks) REPLY='words 0 1 -1 all' ;;
        console-producer:topic) REPLY='ask topics' ;;
        console-consumer:bootstrap-server | console-consumer:include | console-consumer:whitelist | console-consumer:max-messages | console-consumer:partition | console-consumer:timeout-ms) REPLY='none' ;;
        console-consumer:command-config | console-consumer:consumer.config | console-consumer:formatter-config) REPLY='file' ;;
        console-consumer:command-property | console-consumer:consumer-property) REPLY='ask setting.consumer' ;;
        console-consumer:formatter) REPLY='words org.apache.kafka.tools.consumer.DefaultMessageFormatter org.apache.kafka.tools.consumer.LoggingMessageFormatter org.apache.kafka.tools.consumer.NoOpMessageFormatter org.apache.kafka.tools.consumer.OffsetsMessageFormatter org.apache.kafka.tools.consumer.GroupMetadataMessageFormatter org.apache.kafka.tools.consumer.TransactionLogMessageFormatter org.apache.kafka.tools.consumer.group.share.ShareGroupStateMessageFormatter' ;;
        console-consumer:formatter-property | console-consumer:property) REPLY='ask setting.formatter' ;;
        console-consumer:group) REPLY='ask groups' ;;
        console-consumer:isolation-level) REPLY='words read_committed read_uncommitted' ;;
        console-consumer:key-deserializer | console-consumer:value-deserializer) REPLY='words org.apache.kafka.common.serialization.StringDeserializer org.apache.kafka.common.serialization.LongDeserializer org.apache.kafka.common.serialization.IntegerDeserializer org.apache.kafka.common.serialization.ShortDeserializer org.apache.kafka.common.serialization.DoubleDeserializer org.apache.kafka.common.serialization.FloatDeserializer org.apache.kafka.common.serialization.BooleanDeserializer org.apache.kafka.common.serialization.UUIDDeserializer org.apache.kafka.common.serialization.ByteArrayDeserializer org.apache.kafka.common.serialization.ByteBufferDeserializer org.apache.kafka.common.serialization.BytesDeserializer org.apache.kafka.common.serialization.VoidDeserializer' ;;
        console-consumer:offset) REPLY='words earliest latest' ;;
        console-consumer:output) REPLY='words text json jsonl' ;;
        console-consumer:topic) REPLY='ask topics' ;;
        consumer-groups:bootstrap-server | consumer-groups:by-duration | consumer-groups:shift-by | consumer-groups:timeout | consumer-groups:to-datetime | consumer-groups:to-offset | consumer-groups:validate-regex) REPLY='none' ;;
        consumer-groups:command-config | consumer-groups:from-file) REPLY='file' ;;
        consumer-groups:group) REPLY='ask groups' ;;
        consumer-groups:output) REPLY='words text json jsonl' ;;
        consumer-groups:state) REPLY='words Stable Empty PreparingRebalance CompletingRebalance Assigning Reconciling Dead' ;;
        consumer-groups:topic) REPLY='ask topics' ;;
        consumer-groups:type) REPLY='words Classic Consumer' ;;
        get-offsets:bootstrap-server | get-offsets:broker-list | get-offsets:partitions) REPLY='none' ;;
        get-offsets:command-config) REPLY='file' ;;
        get-offsets:output) REPLY='words text json jsonl' ;;
        get-offsets:time) REPLY='words latest earliest max-timestamp earliest-local latest-tiered earliest-pending-upload' ;;
        get-offsets:topic | get-offsets:topic-partitions) REPLY='ask topics' ;;
        transactions:bootstrap-server) REPLY='none' ;;
        transactions:command-config) REPLY='file' ;;
        transactions.list:duration-filter | transactions.list:transactional-id-pattern) REPLY='none' ;;
        transactions.list:output) REPLY='words text json jsonl' ;;
        transactions.describe:output) REPLY='words text json jsonl' ;;
        transactions.describe:transactional-id) REPLY='ask transactions' ;;
        transactions.describe-producers:broker-id) REPLY='ask brokers' ;;
        transactions.describe-producers:output) REPLY='words text json jsonl' ;;
        transactions.describe-producers:partition) REPLY='none' ;;
        transactions.describe-producers:topic) REPLY='ask topics' ;;
        transactions.abort:coordinator-epoch | transactions.abort:partition | transactions.abort:producer-epoch | transactions.abort:producer-id | transactions.abort:start-offset) REPLY='none' ;;
        transactions.abort:topic) REPLY='ask topics' ;;
        transactions.find-hanging:broker-id) REPLY='ask brokers' ;;
        transactions.find-hanging:max-transaction-timeout | transactions.find-hanging:partition) REPLY='none' ;;
        transactions.find-hanging:output) REPLY='words text json jsonl' ;;
        transactions.find-hanging:topic) REPLY='ask topics' ;;
        transactions.forceTerminateTransaction:transactionalId) REPLY='ask transactions' ;;
        acls:allow-host | acls:allow-principal | acls:bootstrap-controller | acls:bootstrap-server | acls:delegation-token | acls:deny-host | acls:deny-principal | acls:principal | acls:user-principal) REPLY='none' ;;
        acls:command-config) REPLY='file' ;;
        acls:group) REPLY='ask groups' ;;
        acls:operation) REPLY='words All Read Write Create Delete Alter Describe ClusterAction DescribeConfigs AlterConfigs IdempotentWrite CreateTokens DescribeTokens TwoPhaseCommit' ;;
        acls:output) REPLY='words text json jsonl' ;;
        acls:resource-pattern-type) REPLY='words literal prefixed any match' ;;
        acls:topic) REPLY='ask topics' ;;
        acls:transactional-id) REPLY='ask transactions' ;;
        delegation-tokens:bootstrap-server | delegation-tokens:expiry-time-period | delegation-tokens:hmac | delegation-tokens:max-life-time-period | delegation-tokens:owner-principal | delegation-tokens:renew-time-period | delegation-tokens:renewer-principal) REPLY='none' ;;
        delegation-tokens:command-config) REPLY='file' ;;
        delegation-tokens:output) REPLY='words text json jsonl' ;;
        *) REPLY=switch ;;
    esac
}

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
    piece=${piece#[\'\"]} piece=${piece//\\/} skip=''
    [[ $cur == *"$piece" ]] && skip=${cur%"$piece"}
    command=${words[0]##*/}
    if [[ $command == ottla ]]; then
        if ((count == 2)); then
            _ottla_offer_words 'serve topics console-producer console-consumer consumer-groups get-offsets transactions acls delegation-tokens help completion --help --version'
            return
        fi
        command=${words[1]} first=2
        case $command in
            help)
                ((count == 3)) && _ottla_offer_words 'serve topics console-producer console-consumer consumer-groups get-offsets transactions acls delegation-tokens output exit-codes tutorial kafka-topics kafka-console-producer kafka-console-consumer kafka-consumer-groups kafka-get-offsets kafka-transactions kafka-acls kafka-delegation-tokens'
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
            words\ *) _ottla_offer_words "${REPLY#words }" ;;
            ask\ *) _ottla_ask "${REPLY#ask }" ;;
        esac
        if [[ $REPLY != switch ]]; then
            [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
            return
        fi
    fi
    _ottla_options "$command"
    _ottla_offer_words "$REPLY"
}

complete -F _ottla ottla kafka-topics kafka-topics.sh kafka-console-producer kafka-console-producer.sh kafka-console-consumer kafka-console-consumer.sh kafka-consumer-groups kafka-consumer-groups.sh kafka-get-offsets kafka-get-offsets.sh kafka-transactions kafka-transactions.sh kafka-acls kafka-acls.sh kafka-delegation-tokens kafka-delegation-tokens.sh
