# fish completion for ottla and Kafka's names for its commands. Written by 'ottla completion fish'.

# Asks the cluster on the command line for its topics or groups; silent within 300 ms when it does not answer.
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

complete -c ottla -f
complete -c ottla -n __fish_use_subcommand -a serve -d 'Run a Kafka broker: Kafka\'s wire protocol, Kafka\'s files on disk.'
complete -c ottla -n __fish_use_subcommand -a topics -d 'Create, list, describe, change or delete topics.'
complete -c ottla -n __fish_use_subcommand -a help -d 'Show the options of a command'
complete -c ottla -n __fish_use_subcommand -a completion -d 'Print a completion script'
complete -c ottla -n __fish_use_subcommand -l help -d 'Show the commands'
complete -c ottla -n __fish_use_subcommand -l version -d 'Show the version'
complete -c ottla -n '__fish_seen_subcommand_from help' -a 'serve topics'
complete -c ottla -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'

# serve
complete -c ottla -n '__fish_seen_subcommand_from serve' -l advertise -x -d 'Address that clients are told, for the listener at the same place in the list'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l config -r -F -d 'A server.properties file with Kafka\'s keys'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l data-dir -x -a '(__fish_complete_directories)' -d 'Where the data is kept'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l durability -x -a 'fsync os' -d 'fsync: acks=all is answered once the data is on the disk; os: trust the page cache, as Kafka does'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l ephemeral -d 'Keep everything in memory; nothing outlives the process'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l help -d 'Show this help'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l listen -x -d 'Address to listen on, 127.0.0.1:9092 unless given; port 0 takes a free one'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l override -x -d 'One of Kafka\'s keys; stronger than the file'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l ready-file -r -F -d 'Gets HOST:PORT and a newline once the broker answers'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l threads -x -d 'Event loops; one per core unless given'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l topic -x -d 'Create a topic at start unless it exists'
complete -c ottla -n '__fish_seen_subcommand_from serve' -l version -d 'Show the version'

# topics
complete -c kafka-topics -f
complete -c kafka-topics.sh -f
complete -c ottla -n '__fish_seen_subcommand_from topics' -l alter -d 'Give topics more partitions'
complete -c kafka-topics -l alter -d 'Give topics more partitions'
complete -c kafka-topics.sh -l alter -d 'Give topics more partitions'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l at-min-isr-partitions -d 'Describe: only partitions with exactly min.insync.replicas in-sync replicas'
complete -c kafka-topics -l at-min-isr-partitions -d 'Describe: only partitions with exactly min.insync.replicas in-sync replicas'
complete -c kafka-topics.sh -l at-min-isr-partitions -d 'Describe: only partitions with exactly min.insync.replicas in-sync replicas'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l bootstrap-server -x -d 'Brokers to ask first; the others are learned from them'
complete -c kafka-topics -l bootstrap-server -x -d 'Brokers to ask first; the others are learned from them'
complete -c kafka-topics.sh -l bootstrap-server -x -d 'Brokers to ask first; the others are learned from them'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l command-config -r -F -d 'Java properties file with client settings (security, timeouts)'
complete -c kafka-topics -l command-config -r -F -d 'Java properties file with client settings (security, timeouts)'
complete -c kafka-topics.sh -l command-config -r -F -d 'Java properties file with client settings (security, timeouts)'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l config -x -a 'compression.type= remote.log.delete.on.disable= leader.replication.throttled.replicas= remote.storage.enable= min.insync.replicas= segment.jitter.ms= remote.log.copy.disable= local.retention.ms= cleanup.policy= flush.ms= follower.replication.throttled.replicas= compression.lz4.level= segment.bytes= retention.ms= compression.gzip.level= flush.messages= compression.zstd.level= max.compaction.lag.ms= file.delete.delay.ms= max.message.bytes= min.compaction.lag.ms= message.timestamp.type= local.retention.bytes= preallocate= index.interval.bytes= min.cleanable.dirty.ratio= unclean.leader.election.enable= retention.bytes= delete.retention.ms= message.timestamp.after.max.ms= message.timestamp.before.max.ms= segment.ms= segment.index.bytes=' -d 'Setting of the new topic, such as retention.ms=60000'
complete -c kafka-topics -l config -x -a 'compression.type= remote.log.delete.on.disable= leader.replication.throttled.replicas= remote.storage.enable= min.insync.replicas= segment.jitter.ms= remote.log.copy.disable= local.retention.ms= cleanup.policy= flush.ms= follower.replication.throttled.replicas= compression.lz4.level= segment.bytes= retention.ms= compression.gzip.level= flush.messages= compression.zstd.level= max.compaction.lag.ms= file.delete.delay.ms= max.message.bytes= min.compaction.lag.ms= message.timestamp.type= local.retention.bytes= preallocate= index.interval.bytes= min.cleanable.dirty.ratio= unclean.leader.election.enable= retention.bytes= delete.retention.ms= message.timestamp.after.max.ms= message.timestamp.before.max.ms= segment.ms= segment.index.bytes=' -d 'Setting of the new topic, such as retention.ms=60000'
complete -c kafka-topics.sh -l config -x -a 'compression.type= remote.log.delete.on.disable= leader.replication.throttled.replicas= remote.storage.enable= min.insync.replicas= segment.jitter.ms= remote.log.copy.disable= local.retention.ms= cleanup.policy= flush.ms= follower.replication.throttled.replicas= compression.lz4.level= segment.bytes= retention.ms= compression.gzip.level= flush.messages= compression.zstd.level= max.compaction.lag.ms= file.delete.delay.ms= max.message.bytes= min.compaction.lag.ms= message.timestamp.type= local.retention.bytes= preallocate= index.interval.bytes= min.cleanable.dirty.ratio= unclean.leader.election.enable= retention.bytes= delete.retention.ms= message.timestamp.after.max.ms= message.timestamp.before.max.ms= segment.ms= segment.index.bytes=' -d 'Setting of the new topic, such as retention.ms=60000'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l create -d 'Create a topic'
complete -c kafka-topics -l create -d 'Create a topic'
complete -c kafka-topics.sh -l create -d 'Create a topic'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l delete -d 'Delete topics and all their records'
complete -c kafka-topics -l delete -d 'Delete topics and all their records'
complete -c kafka-topics.sh -l delete -d 'Delete topics and all their records'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l describe -d 'Show partitions, leaders, replicas and settings of topics'
complete -c kafka-topics -l describe -d 'Show partitions, leaders, replicas and settings of topics'
complete -c kafka-topics.sh -l describe -d 'Show partitions, leaders, replicas and settings of topics'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l exclude-internal -d 'Leave internal topics such as __consumer_offsets out of --list and --describe'
complete -c kafka-topics -l exclude-internal -d 'Leave internal topics such as __consumer_offsets out of --list and --describe'
complete -c kafka-topics.sh -l exclude-internal -d 'Leave internal topics such as __consumer_offsets out of --list and --describe'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l help -d 'Show this help'
complete -c kafka-topics -l help -d 'Show this help'
complete -c kafka-topics.sh -l help -d 'Show this help'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l if-exists -d 'With --alter, --delete or --describe: no error when no topic matches'
complete -c kafka-topics -l if-exists -d 'With --alter, --delete or --describe: no error when no topic matches'
complete -c kafka-topics.sh -l if-exists -d 'With --alter, --delete or --describe: no error when no topic matches'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l if-not-exists -d 'With --create: no error when the topic exists already'
complete -c kafka-topics -l if-not-exists -d 'With --create: no error when the topic exists already'
complete -c kafka-topics.sh -l if-not-exists -d 'With --create: no error when the topic exists already'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l list -d 'List the names of topics, one a line'
complete -c kafka-topics -l list -d 'List the names of topics, one a line'
complete -c kafka-topics.sh -l list -d 'List the names of topics, one a line'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l partition-size-limit-per-response -x -d 'Describe: partitions that one answer of the broker may hold; changes nothing in the output'
complete -c kafka-topics -l partition-size-limit-per-response -x -d 'Describe: partitions that one answer of the broker may hold; changes nothing in the output'
complete -c kafka-topics.sh -l partition-size-limit-per-response -x -d 'Describe: partitions that one answer of the broker may hold; changes nothing in the output'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l partitions -x -d 'Number of partitions: of the new topic (the broker\'s default otherwise), or after --alter'
complete -c kafka-topics -l partitions -x -d 'Number of partitions: of the new topic (the broker\'s default otherwise), or after --alter'
complete -c kafka-topics.sh -l partitions -x -d 'Number of partitions: of the new topic (the broker\'s default otherwise), or after --alter'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l replica-assignment -x -d 'Brokers that hold each partition: partitions are separated by commas, the replicas of one by colons'
complete -c kafka-topics -l replica-assignment -x -d 'Brokers that hold each partition: partitions are separated by commas, the replicas of one by colons'
complete -c kafka-topics.sh -l replica-assignment -x -d 'Brokers that hold each partition: partitions are separated by commas, the replicas of one by colons'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l replication-factor -x -d 'Replicas of each partition of the new topic (the broker\'s default otherwise)'
complete -c kafka-topics -l replication-factor -x -d 'Replicas of each partition of the new topic (the broker\'s default otherwise)'
complete -c kafka-topics.sh -l replication-factor -x -d 'Replicas of each partition of the new topic (the broker\'s default otherwise)'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l topic -x -a '(__ottla_ask topics)' -d 'Topic to create, or a regular expression that selects existing topics'
complete -c kafka-topics -l topic -x -a '(__ottla_ask topics)' -d 'Topic to create, or a regular expression that selects existing topics'
complete -c kafka-topics.sh -l topic -x -a '(__ottla_ask topics)' -d 'Topic to create, or a regular expression that selects existing topics'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l topic-id -x -d 'Describe the topic with this id; goes before --topic'
complete -c kafka-topics -l topic-id -x -d 'Describe the topic with this id; goes before --topic'
complete -c kafka-topics.sh -l topic-id -x -d 'Describe the topic with this id; goes before --topic'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l topics-with-overrides -d 'Describe: only topics with settings that are not Kafka\'s defaults, without their partitions'
complete -c kafka-topics -l topics-with-overrides -d 'Describe: only topics with settings that are not Kafka\'s defaults, without their partitions'
complete -c kafka-topics.sh -l topics-with-overrides -d 'Describe: only topics with settings that are not Kafka\'s defaults, without their partitions'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l unavailable-partitions -d 'Describe: only partitions without a live leader'
complete -c kafka-topics -l unavailable-partitions -d 'Describe: only partitions without a live leader'
complete -c kafka-topics.sh -l unavailable-partitions -d 'Describe: only partitions without a live leader'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l under-min-isr-partitions -d 'Describe: only partitions with fewer in-sync replicas than min.insync.replicas'
complete -c kafka-topics -l under-min-isr-partitions -d 'Describe: only partitions with fewer in-sync replicas than min.insync.replicas'
complete -c kafka-topics.sh -l under-min-isr-partitions -d 'Describe: only partitions with fewer in-sync replicas than min.insync.replicas'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l under-replicated-partitions -d 'Describe: only partitions with fewer in-sync replicas than replicas'
complete -c kafka-topics -l under-replicated-partitions -d 'Describe: only partitions with fewer in-sync replicas than replicas'
complete -c kafka-topics.sh -l under-replicated-partitions -d 'Describe: only partitions with fewer in-sync replicas than replicas'
complete -c ottla -n '__fish_seen_subcommand_from topics' -l version -d 'Show the version'
complete -c kafka-topics -l version -d 'Show the version'
complete -c kafka-topics.sh -l version -d 'Show the version'
