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
        serve) REPLY='--advertise --config --data-dir --durability --ephemeral --help --listen --log-level --metrics --override --ready-file --threads --topic --version' ;;
        server-start) REPLY='--daemon --help --override --version' ;;
        server-stop) REPLY='--help --node-id --process-role --version' ;;
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
        configs) REPLY='--add-config --add-config-file --all --alter --bootstrap-controller --bootstrap-server --broker --broker-defaults --broker-logger --client --client-defaults --client-metrics --command-config --delete-config --describe --entity-default --entity-name --entity-type --group --help --ip --ip-defaults --output --topic --user --user-defaults --version' ;;
        client-metrics) REPLY='--alter --bootstrap-server --command-config --delete --describe --generate-name --help --interval --list --match --metrics --name --output --version' ;;
        delete-records) REPLY='--bootstrap-server --command-config --help --offset-json-file --output --version' ;;
        groups) REPLY='--bootstrap-server --command-config --consumer --group-type --help --list --output --protocol --share --streams --version' ;;
        cluster) REPLY='--help cluster-id unregister list-endpoints' ;;
        cluster.cluster-id) REPLY='--bootstrap-controller --bootstrap-server --command-config --help --output' ;;
        cluster.unregister) REPLY='--bootstrap-controller --bootstrap-server --command-config --help --id' ;;
        cluster.list-endpoints) REPLY='--bootstrap-controller --bootstrap-server --command-config --help --include-fenced-brokers --output' ;;
        broker-api-versions) REPLY='--bootstrap-server --command-config --help --output --version' ;;
        log-dirs) REPLY='--bootstrap-server --broker-list --command-config --describe --help --output --topic-list --version' ;;
        dump-log) REPLY='--cluster-metadata-decoder --deep-iteration --files --help --index-sanity-check --key-decoder-class --max-bytes --max-message-size --offsets-decoder --output --print-data-log --remote-log-metadata-decoder --share-group-state-decoder --skip-record-metadata --transaction-log-decoder --value-decoder-class --verify-index-only --version' ;;
        leader-election) REPLY='--admin.config --all-topic-partitions --bootstrap-server --command-config --election-type --help --output --partition --path-to-json-file --topic --version' ;;
        reassign-partitions) REPLY='--additional --bootstrap-controller --bootstrap-server --broker-list --cancel --command-config --disable-rack-aware --disallow-replication-factor-change --execute --generate --help --list --output --preserve-throttles --reassignment-json-file --replica-alter-log-dirs-throttle --throttle --timeout --topics-to-move-json-file --verify --version' ;;
        replica-verification) REPLY='--broker-list --command-config --fetch-size --help --max-wait-ms --output --report-interval-ms --time --topics-include --version' ;;
        features) REPLY='--bootstrap-controller --bootstrap-server --command-config --help describe upgrade downgrade disable version-mapping feature-dependencies' ;;
        features.describe) REPLY='--help --node-id --output' ;;
        features.upgrade) REPLY='--dry-run --feature --help --metadata --output --release-version' ;;
        features.downgrade) REPLY='--dry-run --feature --help --metadata --output --release-version --unsafe' ;;
        features.disable) REPLY='--dry-run --feature --help --output --unsafe' ;;
        features.version-mapping) REPLY='--help --output --release-version' ;;
        features.feature-dependencies) REPLY='--feature --help --output' ;;
        metadata-quorum) REPLY='--bootstrap-controller --bootstrap-server --command-config --help describe add-controller remove-controller' ;;
        metadata-quorum.describe) REPLY='--help --human-readable --output --replication --status' ;;
        metadata-quorum.add-controller) REPLY='--dry-run --help' ;;
        metadata-quorum.remove-controller) REPLY='--controller-directory-id --controller-id --dry-run --help' ;;
        storage) REPLY='--help info format version-mapping feature-dependencies random-uuid' ;;
        storage.info) REPLY='--config --help --output' ;;
        storage.format) REPLY='--add-scram --cluster-id --config --feature --help --ignore-formatted --initial-controllers --no-initial-controllers --output --release-version --standalone' ;;
        storage.version-mapping) REPLY='--help --output --release-version' ;;
        storage.feature-dependencies) REPLY='--feature --help --output' ;;
        storage.random-uuid) REPLY='--help --output' ;;
        acls) REPLY='--add --allow-host --allow-principal --bootstrap-controller --bootstrap-server --cluster --command-config --consumer --delegation-token --deny-host --deny-principal --force --group --help --idempotent --list --operation --output --principal --producer --remove --resource-pattern-type --topic --transactional-id --user-principal --version' ;;
        delegation-tokens) REPLY='--bootstrap-server --command-config --create --describe --expire --expiry-time-period --help --hmac --max-life-time-period --output --owner-principal --renew --renew-time-period --renewer-principal --version' ;;
        producer-perf-test) REPLY='--bootstrap-server --command-config --command-property --help --num-records --output --payload-delimiter --payload-file --payload-monotonic --print-metrics --record-size --reporting-interval --throughput --topic --transaction-duration-ms --transactional-id --warmup-records' ;;
        consumer-perf-test) REPLY='--bootstrap-server --command-config --command-property --date-format --fetch-size --from-latest --group --help --hide-header --include --num-records --output --print-metrics --reporting-interval --show-detailed-stats --socket-buffer-size --timeout --topic --version' ;;
        verifiable-producer) REPLY='--acks --bootstrap-server --command-config --help --max-messages --message-create-time --repeating-keys --throughput --topic --value-prefix' ;;
        verifiable-consumer) REPLY='--assignment-strategy --bootstrap-server --command-config --enable-autocommit --group-id --group-instance-id --group-protocol --group-remote-assignor --help --max-messages --reset-policy --session-timeout --topic --verbose' ;;
        e2e-latency) REPLY='--bootstrap-server --command-config --help --num-headers --num-records --output --producer-acks --record-header-key-size --record-header-size --record-key-size --record-size --topic --version' ;;
        streams-application-reset) REPLY='--application-id --bootstrap-server --by-duration --command-config --dry-run --force --from-file --help --input-topics --intermediate-topics --internal-topics --output --shift-by --to-datetime --to-earliest --to-latest --to-offset --version' ;;
        metadata-shell) REPLY='--help --output --snapshot' ;;
        *) REPLY='' ;;
    esac
}

# What completes the value of an option: fixed words, or what to ask for.
_ottla_value() {
    case $1:$2 in
        serve:advertise | serve:listen | serve:metrics | serve:threads | serve:topic) REPLY='none' ;;
        serve:config | serve:ready-file) REPLY='file' ;;
        serve:data-dir) REPLY='directory' ;;
        serve:durability) REPLY='words fsync os' ;;
        serve:log-level) REPLY='words error warn info debug' ;;
        serve:override) REPLY='ask setting.broker' ;;
        server-start:override) REPLY='none' ;;
        server-stop:node-id | server-stop:process-role) REPLY='none' ;;
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
        configs:add-config) REPLY='ask settings.entity' ;;
        configs:add-config-file | configs:command-config) REPLY='file' ;;
        configs:bootstrap-controller | configs:bootstrap-server | configs:client | configs:client-metrics | configs:ip | configs:user) REPLY='none' ;;
        configs:broker | configs:broker-logger) REPLY='ask brokers' ;;
        configs:delete-config) REPLY='ask names.entity' ;;
        configs:entity-name) REPLY='ask entities' ;;
        configs:entity-type) REPLY='words topics clients users brokers ips client-metrics groups broker-loggers' ;;
        configs:group) REPLY='ask groups' ;;
        configs:output) REPLY='words text json jsonl' ;;
        configs:topic) REPLY='ask topics' ;;
        client-metrics:bootstrap-server | client-metrics:interval | client-metrics:metrics | client-metrics:name) REPLY='none' ;;
        client-metrics:command-config) REPLY='file' ;;
        client-metrics:match) REPLY='words client_id= client_instance_id= client_software_name= client_software_version= client_source_address= client_source_port=' ;;
        client-metrics:output) REPLY='words text json jsonl' ;;
        delete-records:bootstrap-server) REPLY='none' ;;
        delete-records:command-config | delete-records:offset-json-file) REPLY='file' ;;
        delete-records:output) REPLY='words text json jsonl' ;;
        groups:bootstrap-server) REPLY='none' ;;
        groups:command-config) REPLY='file' ;;
        groups:group-type) REPLY='words classic consumer share streams' ;;
        groups:output) REPLY='words text json jsonl' ;;
        groups:protocol) REPLY='words consumer connect share' ;;
        cluster.cluster-id:bootstrap-controller | cluster.cluster-id:C | cluster.cluster-id:bootstrap-server | cluster.cluster-id:b) REPLY='none' ;;
        cluster.cluster-id:command-config | cluster.cluster-id:config | cluster.cluster-id:c) REPLY='file' ;;
        cluster.cluster-id:output) REPLY='words text json jsonl' ;;
        cluster.unregister:bootstrap-controller | cluster.unregister:C | cluster.unregister:bootstrap-server | cluster.unregister:b) REPLY='none' ;;
        cluster.unregister:command-config | cluster.unregister:config | cluster.unregister:c) REPLY='file' ;;
        cluster.unregister:id | cluster.unregister:i) REPLY='ask brokers' ;;
        cluster.list-endpoints:bootstrap-controller | cluster.list-endpoints:C | cluster.list-endpoints:bootstrap-server | cluster.list-endpoints:b) REPLY='none' ;;
        cluster.list-endpoints:command-config | cluster.list-endpoints:config | cluster.list-endpoints:c) REPLY='file' ;;
        cluster.list-endpoints:output) REPLY='words text json jsonl' ;;
        broker-api-versions:bootstrap-server) REPLY='none' ;;
        broker-api-versions:command-config) REPLY='file' ;;
        broker-api-versions:output) REPLY='words text json jsonl' ;;
        log-dirs:bootstrap-server) REPLY='none' ;;
        log-dirs:broker-list) REPLY='ask brokers' ;;
        log-dirs:command-config) REPLY='file' ;;
        log-dirs:output) REPLY='words text json jsonl' ;;
        log-dirs:topic-list) REPLY='ask topics' ;;
        dump-log:files) REPLY='file' ;;
        dump-log:key-decoder-class | dump-log:value-decoder-class) REPLY='words org.apache.kafka.tools.api.StringDecoder org.apache.kafka.tools.api.IntegerDecoder org.apache.kafka.tools.api.LongDecoder org.apache.kafka.tools.api.DefaultDecoder org.apache.kafka.common.serialization.StringDeserializer org.apache.kafka.common.serialization.LongDeserializer org.apache.kafka.common.serialization.IntegerDeserializer org.apache.kafka.common.serialization.ShortDeserializer org.apache.kafka.common.serialization.DoubleDeserializer org.apache.kafka.common.serialization.FloatDeserializer org.apache.kafka.common.serialization.BooleanDeserializer org.apache.kafka.common.serialization.UUIDDeserializer org.apache.kafka.common.serialization.ByteArrayDeserializer org.apache.kafka.common.serialization.ByteBufferDeserializer org.apache.kafka.common.serialization.BytesDeserializer org.apache.kafka.common.serialization.VoidDeserializer' ;;
        dump-log:max-bytes | dump-log:max-message-size) REPLY='none' ;;
        dump-log:output) REPLY='words text json jsonl' ;;
        leader-election:admin.config | leader-election:command-config | leader-election:path-to-json-file) REPLY='file' ;;
        leader-election:bootstrap-server | leader-election:partition) REPLY='none' ;;
        leader-election:election-type) REPLY='words preferred unclean' ;;
        leader-election:output) REPLY='words text json jsonl' ;;
        leader-election:topic) REPLY='ask topics' ;;
        reassign-partitions:bootstrap-controller | reassign-partitions:bootstrap-server | reassign-partitions:replica-alter-log-dirs-throttle | reassign-partitions:throttle | reassign-partitions:timeout) REPLY='none' ;;
        reassign-partitions:broker-list) REPLY='ask brokers' ;;
        reassign-partitions:command-config | reassign-partitions:reassignment-json-file | reassign-partitions:topics-to-move-json-file) REPLY='file' ;;
        reassign-partitions:output) REPLY='words text json jsonl' ;;
        replica-verification:broker-list | replica-verification:bootstrap-server | replica-verification:fetch-size | replica-verification:max-wait-ms | replica-verification:report-interval-ms) REPLY='none' ;;
        replica-verification:command-config) REPLY='file' ;;
        replica-verification:output) REPLY='words text json jsonl' ;;
        replica-verification:time) REPLY='words -1 -2' ;;
        replica-verification:topics-include) REPLY='ask topics' ;;
        features:bootstrap-controller | features:bootstrap-server) REPLY='none' ;;
        features:command-config) REPLY='file' ;;
        features.describe:node-id) REPLY='ask brokers' ;;
        features.describe:output) REPLY='words text json jsonl' ;;
        features.upgrade:feature | features.upgrade:metadata | features.upgrade:release-version) REPLY='none' ;;
        features.upgrade:output) REPLY='words text json jsonl' ;;
        features.downgrade:feature | features.downgrade:metadata | features.downgrade:release-version) REPLY='none' ;;
        features.downgrade:output) REPLY='words text json jsonl' ;;
        features.disable:feature) REPLY='none' ;;
        features.disable:output) REPLY='words text json jsonl' ;;
        features.version-mapping:output) REPLY='words text json jsonl' ;;
        features.version-mapping:release-version) REPLY='none' ;;
        features.feature-dependencies:feature) REPLY='none' ;;
        features.feature-dependencies:output) REPLY='words text json jsonl' ;;
        metadata-quorum:bootstrap-controller | metadata-quorum:bootstrap-server) REPLY='none' ;;
        metadata-quorum:command-config) REPLY='file' ;;
        metadata-quorum.describe:output) REPLY='words text json jsonl' ;;
        metadata-quorum.remove-controller:controller-directory-id | metadata-quorum.remove-controller:d | metadata-quorum.remove-controller:controller-id | metadata-quorum.remove-controller:i) REPLY='none' ;;
        storage.info:config | storage.info:c) REPLY='file' ;;
        storage.info:output) REPLY='words text json jsonl' ;;
        storage.format:add-scram | storage.format:S | storage.format:cluster-id | storage.format:t | storage.format:feature | storage.format:f | storage.format:initial-controllers | storage.format:I | storage.format:release-version | storage.format:r) REPLY='none' ;;
        storage.format:config | storage.format:c) REPLY='file' ;;
        storage.format:output) REPLY='words text json jsonl' ;;
        storage.version-mapping:output) REPLY='words text json jsonl' ;;
        storage.version-mapping:release-version | storage.version-mapping:r) REPLY='none' ;;
        storage.feature-dependencies:feature | storage.feature-dependencies:f) REPLY='none' ;;
        storage.feature-dependencies:output) REPLY='words text json jsonl' ;;
        storage.random-uuid:output) REPLY='words text json jsonl' ;;
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
        producer-perf-test:bootstrap-server | producer-perf-test:command-property | producer-perf-test:producer-props | producer-perf-test:num-records | producer-perf-test:payload-delimiter | producer-perf-test:record-size | producer-perf-test:reporting-interval | producer-perf-test:throughput | producer-perf-test:transaction-duration-ms | producer-perf-test:warmup-records) REPLY='none' ;;
        producer-perf-test:command-config | producer-perf-test:producer.config | producer-perf-test:payload-file) REPLY='file' ;;
        producer-perf-test:output) REPLY='words text json jsonl' ;;
        producer-perf-test:topic) REPLY='ask topics' ;;
        producer-perf-test:transactional-id) REPLY='ask transactions' ;;
        consumer-perf-test:bootstrap-server | consumer-perf-test:command-property | consumer-perf-test:date-format | consumer-perf-test:fetch-size | consumer-perf-test:include | consumer-perf-test:num-records | consumer-perf-test:messages | consumer-perf-test:reporting-interval | consumer-perf-test:socket-buffer-size | consumer-perf-test:timeout) REPLY='none' ;;
        consumer-perf-test:command-config | consumer-perf-test:consumer.config) REPLY='file' ;;
        consumer-perf-test:group) REPLY='ask groups' ;;
        consumer-perf-test:output) REPLY='words text json jsonl' ;;
        consumer-perf-test:topic) REPLY='ask topics' ;;
        verifiable-producer:acks) REPLY='words 0 1 -1' ;;
        verifiable-producer:bootstrap-server | verifiable-producer:max-messages | verifiable-producer:message-create-time | verifiable-producer:repeating-keys | verifiable-producer:throughput | verifiable-producer:value-prefix) REPLY='none' ;;
        verifiable-producer:command-config | verifiable-producer:producer.config) REPLY='file' ;;
        verifiable-producer:topic) REPLY='ask topics' ;;
        verifiable-consumer:assignment-strategy | verifiable-consumer:bootstrap-server | verifiable-consumer:group-instance-id | verifiable-consumer:group-remote-assignor | verifiable-consumer:max-messages | verifiable-consumer:session-timeout) REPLY='none' ;;
        verifiable-consumer:command-config | verifiable-consumer:consumer.config) REPLY='file' ;;
        verifiable-consumer:group-id) REPLY='ask groups' ;;
        verifiable-consumer:group-protocol) REPLY='words classic consumer' ;;
        verifiable-consumer:reset-policy) REPLY='words earliest latest none' ;;
        verifiable-consumer:topic) REPLY='ask topics' ;;
        e2e-latency:bootstrap-server | e2e-latency:num-headers | e2e-latency:num-records | e2e-latency:record-header-key-size | e2e-latency:record-header-size | e2e-latency:record-key-size | e2e-latency:record-size) REPLY='none' ;;
        e2e-latency:command-config) REPLY='file' ;;
        e2e-latency:output) REPLY='words text json jsonl' ;;
        e2e-latency:producer-acks) REPLY='words 1 all' ;;
        e2e-latency:topic) REPLY='ask topics' ;;
        streams-application-reset:application-id) REPLY='ask groups' ;;
        streams-application-reset:bootstrap-server | streams-application-reset:by-duration | streams-application-reset:shift-by | streams-application-reset:to-datetime | streams-application-reset:to-offset) REPLY='none' ;;
        streams-application-reset:command-config | streams-application-reset:config-file | streams-application-reset:from-file) REPLY='file' ;;
        streams-application-reset:input-topics | streams-application-reset:intermediate-topics | streams-application-reset:internal-topics) REPLY='ask topics' ;;
        streams-application-reset:output) REPLY='words text json jsonl' ;;
        metadata-shell:output) REPLY='words text json jsonl' ;;
        metadata-shell:snapshot | metadata-shell:s) REPLY='file' ;;
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
            _ottla_offer_words 'serve server-start server-stop topics console-producer console-consumer consumer-groups get-offsets transactions configs client-metrics delete-records groups cluster broker-api-versions log-dirs dump-log leader-election reassign-partitions replica-verification features metadata-quorum storage acls delegation-tokens producer-perf-test consumer-perf-test verifiable-producer verifiable-consumer e2e-latency streams-application-reset metadata-shell help completion --help --version'
            return
        fi
        command=${words[1]} first=2
        case $command in
            help)
                ((count == 3)) && _ottla_offer_words 'serve server-start server-stop topics console-producer console-consumer consumer-groups get-offsets transactions configs client-metrics delete-records groups cluster broker-api-versions log-dirs dump-log leader-election reassign-partitions replica-verification features metadata-quorum storage acls delegation-tokens producer-perf-test consumer-perf-test verifiable-producer verifiable-consumer e2e-latency streams-application-reset metadata-shell output exit-codes tutorial kafka-server-start kafka-server-stop kafka-topics kafka-console-producer kafka-console-consumer kafka-consumer-groups kafka-get-offsets kafka-transactions kafka-configs kafka-client-metrics kafka-delete-records kafka-groups kafka-cluster kafka-broker-api-versions kafka-log-dirs kafka-dump-log kafka-leader-election kafka-reassign-partitions kafka-replica-verification kafka-features kafka-metadata-quorum kafka-storage kafka-acls kafka-delegation-tokens kafka-producer-perf-test kafka-consumer-perf-test kafka-verifiable-producer kafka-verifiable-consumer kafka-e2e-latency kafka-streams-application-reset kafka-metadata-shell'
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

complete -F _ottla ottla kafka-server-start kafka-server-start.sh kafka-server-stop kafka-server-stop.sh kafka-topics kafka-topics.sh kafka-console-producer kafka-console-producer.sh kafka-console-consumer kafka-console-consumer.sh kafka-consumer-groups kafka-consumer-groups.sh kafka-get-offsets kafka-get-offsets.sh kafka-transactions kafka-transactions.sh kafka-configs kafka-configs.sh kafka-client-metrics kafka-client-metrics.sh kafka-delete-records kafka-delete-records.sh kafka-groups kafka-groups.sh kafka-cluster kafka-cluster.sh kafka-broker-api-versions kafka-broker-api-versions.sh kafka-log-dirs kafka-log-dirs.sh kafka-dump-log kafka-dump-log.sh kafka-leader-election kafka-leader-election.sh kafka-reassign-partitions kafka-reassign-partitions.sh kafka-replica-verification kafka-replica-verification.sh kafka-features kafka-features.sh kafka-metadata-quorum kafka-metadata-quorum.sh kafka-storage kafka-storage.sh kafka-acls kafka-acls.sh kafka-delegation-tokens kafka-delegation-tokens.sh kafka-producer-perf-test kafka-producer-perf-test.sh kafka-consumer-perf-test kafka-consumer-perf-test.sh kafka-verifiable-producer kafka-verifiable-producer.sh kafka-verifiable-consumer kafka-verifiable-consumer.sh kafka-e2e-latency kafka-e2e-latency.sh kafka-streams-application-reset kafka-streams-application-reset.sh kafka-metadata-shell kafka-metadata-shell.sh
