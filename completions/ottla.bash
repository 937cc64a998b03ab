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
        leader-election) REPLY='--admin.config --all-topic-partitions --bootstrap-server --command-config --election-type --help --output --partition --path-to-json-file --topic --version' ;;
        reassign-partitions) REPLY='--additional --bootstrap-controller --bootstrap-server --broker-list --cancel --command-config --disable-rack-aware --disallow-replication-factor-change --execute --generate --help --list --output --preserve-throttles --reassignment-json-file --replica-alter-log-dirs-throttle --throttle --timeout --topics-to-move-json-file --verify --version' ;;
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
        serve:log-level) REPLY='words error warn info debug' ;;
        topics:bootstrap-server|topics:partition-size-limit-per-response|topics:partitions|topics:replica-assignment|topics:replication-factor|topics:topic-id) REPLY='none' ;;
        topics:command-config) REPLY='file' ;;
        topics:config) REPLY='words compression.type= remote.log.delete.on.disable= leader.replication.throttled.replicas= remote.storage.enable= min.insync.replicas= segment.jitter.ms= remote.log.copy.disable= local.retention.ms= cleanup.policy= flush.ms= follower.replication.throttled.replicas= compression.lz4.level= segment.bytes= retention.ms= compression.gzip.level= flush.messages= compression.zstd.level= max.compaction.lag.ms= file.delete.delay.ms= max.message.bytes= min.compaction.lag.ms= message.timestamp.type= local.retention.bytes= preallocate= index.interval.bytes= min.cleanable.dirty.ratio= unclean.leader.election.enable= retention.bytes= delete.retention.ms= message.timestamp.after.max.ms= message.timestamp.before.max.ms= segment.ms= segment.index.bytes=' ;;
        topics:output) REPLY='words text json jsonl' ;;
        topics:topic) REPLY='topics' ;;
        console-producer:batch-size|console-producer:bootstrap-server|console-producer:broker-list|console-producer:command-property|console-producer:producer-property|console-producer:line-reader|console-producer:max-block-ms|console-producer:max-memory-bytes|console-producer:max-partition-memory-bytes|console-producer:message-send-max-retries|console-producer:metadata-expiry-ms|console-producer:reader-property|console-producer:property|console-producer:request-timeout-ms|console-producer:retry-backoff-ms|console-producer:socket-buffer-size|console-producer:timeout) REPLY='none' ;;
        console-producer:command-config|console-producer:producer.config|console-producer:reader-config) REPLY='file' ;;
        console-producer:compression-codec) REPLY='words none gzip snappy lz4 zstd' ;;
        console-producer:input) REPLY='words text jsonl' ;;
        console-producer:request-required-acks) REPLY='words 0 1 -1 all' ;;
        console-producer:topic) REPLY='topics' ;;
        console-consumer:bootstrap-server|console-consumer:command-property|console-consumer:consumer-property|console-consumer:include|console-consumer:whitelist|console-consumer:max-messages|console-consumer:partition|console-consumer:timeout-ms) REPLY='none' ;;
        console-consumer:command-config|console-consumer:consumer.config|console-consumer:formatter-config) REPLY='file' ;;
        console-consumer:formatter) REPLY='words org.apache.kafka.tools.consumer.DefaultMessageFormatter org.apache.kafka.tools.consumer.LoggingMessageFormatter org.apache.kafka.tools.consumer.NoOpMessageFormatter org.apache.kafka.tools.consumer.OffsetsMessageFormatter org.apache.kafka.tools.consumer.GroupMetadataMessageFormatter org.apache.kafka.tools.consumer.TransactionLogMessageFormatter org.apache.kafka.tools.consumer.group.share.ShareGroupStateMessageFormatter' ;;
        console-consumer:formatter-property|console-consumer:property) REPLY='words print.timestamp= print.partition= print.offset= print.delivery= print.epoch= print.headers= print.key= print.value= key.separator= line.separator= headers.separator= null.literal= key.deserializer= value.deserializer= headers.deserializer=' ;;
        console-consumer:group) REPLY='groups' ;;
        console-consumer:isolation-level) REPLY='words read_committed read_uncommitted' ;;
        console-consumer:key-deserializer|console-consumer:value-deserializer) REPLY='words org.apache.kafka.common.serialization.StringDeserializer org.apache.kafka.common.serialization.LongDeserializer org.apache.kafka.common.serialization.IntegerDeserializer org.apache.kafka.common.serialization.ShortDeserializer org.apache.kafka.common.serialization.DoubleDeserializer org.apache.kafka.common.serialization.FloatDeserializer org.apache.kafka.common.serialization.BooleanDeserializer org.apache.kafka.common.serialization.UUIDDeserializer org.apache.kafka.common.serialization.ByteArrayDeserializer org.apache.kafka.common.serialization.ByteBufferDeserializer org.apache.kafka.common.serialization.BytesDeserializer org.apache.kafka.common.serialization.VoidDeserializer' ;;
        console-consumer:offset) REPLY='words earliest latest' ;;
        console-consumer:output) REPLY='words text json jsonl' ;;
        console-consumer:topic) REPLY='topics' ;;
        consumer-groups:bootstrap-server|consumer-groups:by-duration|consumer-groups:shift-by|consumer-groups:timeout|consumer-groups:to-datetime|consumer-groups:to-offset|consumer-groups:validate-regex) REPLY='none' ;;
        consumer-groups:command-config|consumer-groups:from-file) REPLY='file' ;;
        consumer-groups:group) REPLY='groups' ;;
        consumer-groups:output) REPLY='words text json jsonl' ;;
        consumer-groups:state) REPLY='words Stable Empty PreparingRebalance CompletingRebalance Assigning Reconciling Dead' ;;
        consumer-groups:topic) REPLY='topics' ;;
        consumer-groups:type) REPLY='words Classic Consumer' ;;
        get-offsets:bootstrap-server|get-offsets:broker-list|get-offsets:partitions) REPLY='none' ;;
        get-offsets:command-config) REPLY='file' ;;
        get-offsets:output) REPLY='words text json jsonl' ;;
        get-offsets:time) REPLY='words latest earliest max-timestamp earliest-local latest-tiered earliest-pending-upload' ;;
        get-offsets:topic|get-offsets:topic-partitions) REPLY='topics' ;;
        transactions:bootstrap-server) REPLY='none' ;;
        transactions:command-config) REPLY='file' ;;
        transactions.list:duration-filter|transactions.list:transactional-id-pattern) REPLY='none' ;;
        transactions.list:output) REPLY='words text json jsonl' ;;
        transactions.describe:output) REPLY='words text json jsonl' ;;
        transactions.describe:transactional-id) REPLY='transactions' ;;
        transactions.describe-producers:broker-id) REPLY='brokers' ;;
        transactions.describe-producers:output) REPLY='words text json jsonl' ;;
        transactions.describe-producers:partition) REPLY='none' ;;
        transactions.describe-producers:topic) REPLY='topics' ;;
        transactions.abort:coordinator-epoch|transactions.abort:partition|transactions.abort:producer-epoch|transactions.abort:producer-id|transactions.abort:start-offset) REPLY='none' ;;
        transactions.abort:topic) REPLY='topics' ;;
        transactions.find-hanging:broker-id) REPLY='brokers' ;;
        transactions.find-hanging:max-transaction-timeout|transactions.find-hanging:partition) REPLY='none' ;;
        transactions.find-hanging:output) REPLY='words text json jsonl' ;;
        transactions.find-hanging:topic) REPLY='topics' ;;
        transactions.forceTerminateTransaction:transactionalId) REPLY='transactions' ;;
        configs:add-config) REPLY='words SCRAM-SHA-256= SCRAM-SHA-512= background.threads= cleanup.policy= compression.gzip.level= compression.lz4.level= compression.type= compression.zstd.level= config.providers= connection_creation_rate= consumer.assignment.interval.ms= consumer.heartbeat.interval.ms= consumer.session.timeout.ms= consumer_byte_rate= controller_mutation_rate= cordoned.log.dirs= delete.retention.ms= file.delete.delay.ms= flush.messages= flush.ms= follower.fetch.last.tiered.offset.enable= follower.replication.throttled.rate= follower.replication.throttled.replicas= group.consumer.assignment.interval.ms= group.coordinator.cached.buffer.max.bytes= group.share.assignment.interval.ms= group.streams.assignment.interval.ms= index.interval.bytes= interval.ms= leader.replication.throttled.rate= leader.replication.throttled.replicas= listener.security.protocol.map= listeners= local.retention.bytes= local.retention.ms= log.cleaner.backoff.ms= log.cleaner.dedupe.buffer.size= log.cleaner.delete.retention.ms= log.cleaner.io.buffer.load.factor= log.cleaner.io.buffer.size= log.cleaner.io.max.bytes.per.second= log.cleaner.max.compaction.lag.ms= log.cleaner.min.cleanable.ratio= log.cleaner.min.compaction.lag.ms= log.cleaner.threads= log.cleanup.policy= log.flush.interval.messages= log.flush.interval.ms= log.index.interval.bytes= log.index.size.max.bytes= log.local.retention.bytes= log.local.retention.ms= log.message.timestamp.after.max.ms= log.message.timestamp.before.max.ms= log.message.timestamp.type= log.preallocate= log.retention.bytes= log.retention.ms= log.roll.jitter.ms= log.roll.ms= log.segment.bytes= log.segment.delete.delay.ms= match= max.compaction.lag.ms= max.connection.creation.rate= max.connections= max.connections.per.ip= max.connections.per.ip.overrides= max.message.bytes= message.max.bytes= message.timestamp.after.max.ms= message.timestamp.before.max.ms= message.timestamp.type= metric.reporters= metrics= min.cleanable.dirty.ratio= min.compaction.lag.ms= min.insync.replicas= num.io.threads= num.network.threads= num.recovery.threads.per.data.dir= num.replica.fetchers= preallocate= principal.builder.class= producer.id.expiration.ms= producer_byte_rate= remote.fetch.max.wait.ms= remote.list.offsets.request.timeout.ms= remote.log.copy.disable= remote.log.delete.on.disable= remote.log.index.file.cache.total.size.bytes= remote.log.manager.copier.thread.pool.size= remote.log.manager.copy.max.bytes.per.second= remote.log.manager.expiration.thread.pool.size= remote.log.manager.fetch.max.bytes.per.second= remote.log.manager.follower.thread.pool.size= remote.log.reader.threads= remote.storage.enable= replica.alter.log.dirs.io.max.bytes.per.second= request_percentage= retention.bytes= retention.ms= sasl.enabled.mechanisms= sasl.jaas.config= sasl.kerberos.kinit.cmd= sasl.kerberos.min.time.before.relogin= sasl.kerberos.principal.to.local.rules= sasl.kerberos.service.name= sasl.kerberos.ticket.renew.jitter= sasl.kerberos.ticket.renew.window.factor= sasl.login.refresh.buffer.seconds= sasl.login.refresh.min.period.seconds= sasl.login.refresh.window.factor= sasl.login.refresh.window.jitter= sasl.mechanism.inter.broker.protocol= segment.bytes= segment.index.bytes= segment.jitter.ms= segment.ms= share.assignment.interval.ms= share.auto.offset.reset= share.coordinator.cached.buffer.max.bytes= share.delivery.count.limit= share.heartbeat.interval.ms= share.isolation.level= share.partition.max.record.locks= share.record.lock.duration.ms= share.renew.acknowledge.enable= share.session.timeout.ms= ssl.cipher.suites= ssl.client.auth= ssl.enabled.protocols= ssl.endpoint.identification.algorithm= ssl.engine.factory.class= ssl.key.password= ssl.keymanager.algorithm= ssl.keystore.certificate.chain= ssl.keystore.key= ssl.keystore.location= ssl.keystore.password= ssl.keystore.type= ssl.protocol= ssl.provider= ssl.secure.random.implementation= ssl.trustmanager.algorithm= ssl.truststore.certificates= ssl.truststore.location= ssl.truststore.password= ssl.truststore.type= streams.assignment.interval.ms= streams.heartbeat.interval.ms= streams.initial.rebalance.delay.ms= streams.num.standby.replicas= streams.session.timeout.ms= transaction.partition.verification.enable= unclean.leader.election.enable=' ;;
        configs:add-config-file|configs:command-config) REPLY='file' ;;
        configs:bootstrap-controller|configs:bootstrap-server|configs:client|configs:client-metrics|configs:entity-name|configs:ip|configs:user) REPLY='none' ;;
        configs:broker|configs:broker-logger) REPLY='brokers' ;;
        configs:delete-config) REPLY='words SCRAM-SHA-256 SCRAM-SHA-512 background.threads cleanup.policy compression.gzip.level compression.lz4.level compression.type compression.zstd.level config.providers connection_creation_rate consumer.assignment.interval.ms consumer.heartbeat.interval.ms consumer.session.timeout.ms consumer_byte_rate controller_mutation_rate cordoned.log.dirs delete.retention.ms file.delete.delay.ms flush.messages flush.ms follower.fetch.last.tiered.offset.enable follower.replication.throttled.rate follower.replication.throttled.replicas group.consumer.assignment.interval.ms group.coordinator.cached.buffer.max.bytes group.share.assignment.interval.ms group.streams.assignment.interval.ms index.interval.bytes interval.ms leader.replication.throttled.rate leader.replication.throttled.replicas listener.security.protocol.map listeners local.retention.bytes local.retention.ms log.cleaner.backoff.ms log.cleaner.dedupe.buffer.size log.cleaner.delete.retention.ms log.cleaner.io.buffer.load.factor log.cleaner.io.buffer.size log.cleaner.io.max.bytes.per.second log.cleaner.max.compaction.lag.ms log.cleaner.min.cleanable.ratio log.cleaner.min.compaction.lag.ms log.cleaner.threads log.cleanup.policy log.flush.interval.messages log.flush.interval.ms log.index.interval.bytes log.index.size.max.bytes log.local.retention.bytes log.local.retention.ms log.message.timestamp.after.max.ms log.message.timestamp.before.max.ms log.message.timestamp.type log.preallocate log.retention.bytes log.retention.ms log.roll.jitter.ms log.roll.ms log.segment.bytes log.segment.delete.delay.ms match max.compaction.lag.ms max.connection.creation.rate max.connections max.connections.per.ip max.connections.per.ip.overrides max.message.bytes message.max.bytes message.timestamp.after.max.ms message.timestamp.before.max.ms message.timestamp.type metric.reporters metrics min.cleanable.dirty.ratio min.compaction.lag.ms min.insync.replicas num.io.threads num.network.threads num.recovery.threads.per.data.dir num.replica.fetchers preallocate principal.builder.class producer.id.expiration.ms producer_byte_rate remote.fetch.max.wait.ms remote.list.offsets.request.timeout.ms remote.log.copy.disable remote.log.delete.on.disable remote.log.index.file.cache.total.size.bytes remote.log.manager.copier.thread.pool.size remote.log.manager.copy.max.bytes.per.second remote.log.manager.expiration.thread.pool.size remote.log.manager.fetch.max.bytes.per.second remote.log.manager.follower.thread.pool.size remote.log.reader.threads remote.storage.enable replica.alter.log.dirs.io.max.bytes.per.second request_percentage retention.bytes retention.ms sasl.enabled.mechanisms sasl.jaas.config sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin sasl.kerberos.principal.to.local.rules sasl.kerberos.service.name sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor sasl.login.refresh.window.jitter sasl.mechanism.inter.broker.protocol segment.bytes segment.index.bytes segment.jitter.ms segment.ms share.assignment.interval.ms share.auto.offset.reset share.coordinator.cached.buffer.max.bytes share.delivery.count.limit share.heartbeat.interval.ms share.isolation.level share.partition.max.record.locks share.record.lock.duration.ms share.renew.acknowledge.enable share.session.timeout.ms ssl.cipher.suites ssl.client.auth ssl.enabled.protocols ssl.endpoint.identification.algorithm ssl.engine.factory.class ssl.key.password ssl.keymanager.algorithm ssl.keystore.certificate.chain ssl.keystore.key ssl.keystore.location ssl.keystore.password ssl.keystore.type ssl.protocol ssl.provider ssl.secure.random.implementation ssl.trustmanager.algorithm ssl.truststore.certificates ssl.truststore.location ssl.truststore.password ssl.truststore.type streams.assignment.interval.ms streams.heartbeat.interval.ms streams.initial.rebalance.delay.ms streams.num.standby.replicas streams.session.timeout.ms transaction.partition.verification.enable unclean.leader.election.enable' ;;
        configs:entity-type) REPLY='words topics clients users brokers ips client-metrics groups broker-loggers' ;;
        configs:group) REPLY='groups' ;;
        configs:output) REPLY='words text json jsonl' ;;
        configs:topic) REPLY='topics' ;;
        client-metrics:bootstrap-server|client-metrics:interval|client-metrics:metrics|client-metrics:name) REPLY='none' ;;
        client-metrics:command-config) REPLY='file' ;;
        client-metrics:match) REPLY='words client_id= client_instance_id= client_software_name= client_software_version= client_source_address= client_source_port=' ;;
        client-metrics:output) REPLY='words text json jsonl' ;;
        delete-records:bootstrap-server) REPLY='none' ;;
        delete-records:command-config|delete-records:offset-json-file) REPLY='file' ;;
        delete-records:output) REPLY='words text json jsonl' ;;
        groups:bootstrap-server) REPLY='none' ;;
        groups:command-config) REPLY='file' ;;
        groups:group-type) REPLY='words classic consumer share streams' ;;
        groups:output) REPLY='words text json jsonl' ;;
        groups:protocol) REPLY='words consumer connect share' ;;
        cluster.cluster-id:bootstrap-controller|cluster.cluster-id:C|cluster.cluster-id:bootstrap-server|cluster.cluster-id:b) REPLY='none' ;;
        cluster.cluster-id:command-config|cluster.cluster-id:config|cluster.cluster-id:c) REPLY='file' ;;
        cluster.cluster-id:output) REPLY='words text json jsonl' ;;
        cluster.unregister:bootstrap-controller|cluster.unregister:C|cluster.unregister:bootstrap-server|cluster.unregister:b) REPLY='none' ;;
        cluster.unregister:command-config|cluster.unregister:config|cluster.unregister:c) REPLY='file' ;;
        cluster.unregister:id|cluster.unregister:i) REPLY='brokers' ;;
        cluster.list-endpoints:bootstrap-controller|cluster.list-endpoints:C|cluster.list-endpoints:bootstrap-server|cluster.list-endpoints:b) REPLY='none' ;;
        cluster.list-endpoints:command-config|cluster.list-endpoints:config|cluster.list-endpoints:c) REPLY='file' ;;
        cluster.list-endpoints:output) REPLY='words text json jsonl' ;;
        broker-api-versions:bootstrap-server) REPLY='none' ;;
        broker-api-versions:command-config) REPLY='file' ;;
        broker-api-versions:output) REPLY='words text json jsonl' ;;
        log-dirs:bootstrap-server) REPLY='none' ;;
        log-dirs:broker-list) REPLY='brokers' ;;
        log-dirs:command-config) REPLY='file' ;;
        log-dirs:output) REPLY='words text json jsonl' ;;
        log-dirs:topic-list) REPLY='topics' ;;
        leader-election:admin.config|leader-election:command-config|leader-election:path-to-json-file) REPLY='file' ;;
        leader-election:bootstrap-server|leader-election:partition) REPLY='none' ;;
        leader-election:election-type) REPLY='words preferred unclean' ;;
        leader-election:output) REPLY='words text json jsonl' ;;
        leader-election:topic) REPLY='topics' ;;
        reassign-partitions:bootstrap-controller|reassign-partitions:bootstrap-server|reassign-partitions:replica-alter-log-dirs-throttle|reassign-partitions:throttle|reassign-partitions:timeout) REPLY='none' ;;
        reassign-partitions:broker-list) REPLY='brokers' ;;
        reassign-partitions:command-config|reassign-partitions:reassignment-json-file|reassign-partitions:topics-to-move-json-file) REPLY='file' ;;
        reassign-partitions:output) REPLY='words text json jsonl' ;;
        features:bootstrap-controller|features:bootstrap-server) REPLY='none' ;;
        features:command-config) REPLY='file' ;;
        features.describe:node-id) REPLY='brokers' ;;
        features.describe:output) REPLY='words text json jsonl' ;;
        features.upgrade:feature|features.upgrade:metadata|features.upgrade:release-version) REPLY='none' ;;
        features.upgrade:output) REPLY='words text json jsonl' ;;
        features.downgrade:feature|features.downgrade:metadata|features.downgrade:release-version) REPLY='none' ;;
        features.downgrade:output) REPLY='words text json jsonl' ;;
        features.disable:feature) REPLY='none' ;;
        features.disable:output) REPLY='words text json jsonl' ;;
        features.version-mapping:output) REPLY='words text json jsonl' ;;
        features.version-mapping:release-version) REPLY='none' ;;
        features.feature-dependencies:feature) REPLY='none' ;;
        features.feature-dependencies:output) REPLY='words text json jsonl' ;;
        metadata-quorum:bootstrap-controller|metadata-quorum:bootstrap-server) REPLY='none' ;;
        metadata-quorum:command-config) REPLY='file' ;;
        metadata-quorum.describe:output) REPLY='words text json jsonl' ;;
        metadata-quorum.remove-controller:controller-directory-id|metadata-quorum.remove-controller:d|metadata-quorum.remove-controller:controller-id|metadata-quorum.remove-controller:i) REPLY='none' ;;
        *) REPLY=switch ;;
    esac
}

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
            COMPREPLY=($(compgen -W 'serve topics console-producer console-consumer consumer-groups get-offsets transactions configs client-metrics delete-records groups cluster broker-api-versions log-dirs leader-election reassign-partitions features metadata-quorum help completion --help --version' -- "$cur"))
            return
        fi
        command=${COMP_WORDS[1]} first=2
        case $command in
            help) COMPREPLY=($(compgen -W 'serve topics console-producer console-consumer consumer-groups get-offsets transactions configs client-metrics delete-records groups cluster broker-api-versions log-dirs leader-election reassign-partitions features metadata-quorum help completion' -- "$cur")) && return ;;
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

complete -F _ottla ottla kafka-topics kafka-topics.sh kafka-console-producer kafka-console-producer.sh kafka-console-consumer kafka-console-consumer.sh kafka-consumer-groups kafka-consumer-groups.sh kafka-get-offsets kafka-get-offsets.sh kafka-transactions kafka-transactions.sh kafka-configs kafka-configs.sh kafka-client-metrics kafka-client-metrics.sh kafka-delete-records kafka-delete-records.sh kafka-groups kafka-groups.sh kafka-cluster kafka-cluster.sh kafka-broker-api-versions kafka-broker-api-versions.sh kafka-log-dirs kafka-log-dirs.sh kafka-leader-election kafka-leader-election.sh kafka-reassign-partitions kafka-reassign-partitions.sh kafka-features kafka-features.sh kafka-metadata-quorum kafka-metadata-quorum.sh
