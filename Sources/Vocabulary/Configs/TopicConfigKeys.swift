/// The keys of topics, in the order in which a Kafka 4.3.1 broker lists them: clients that keep them in a hash table print keys of one bucket in that order.
/// `synonyms` are the broker keys that give the default, the exact one first.
extension ConfigTable {
    static let topicKeys: [ConfigKey] = [
        ConfigKey(
            "compression.type", .obeyed, .string, "producer", .oneOf(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
            synonyms: ["compression.type"]),
        ConfigKey("remote.log.delete.on.disable", .tieredStorage, .boolean, "false"),
        ConfigKey("leader.replication.throttled.replicas", .inCluster, .list, "", .throttledReplicas),
        ConfigKey("remote.storage.enable", .refused("tiered storage is not served"), .boolean, "false"),
        ConfigKey("min.insync.replicas", .obeyed, .int, "1", .atLeast(1), synonyms: ["min.insync.replicas"]),
        ConfigKey("segment.jitter.ms", .obeyed, .long, "0", .atLeast(0), synonyms: ["log.roll.jitter.ms", "log.roll.jitter.hours"]),
        ConfigKey("remote.log.copy.disable", .tieredStorage, .boolean, "false"),
        ConfigKey("local.retention.ms", .tieredStorage, .long, "-2", .atLeast(-2), synonyms: ["log.local.retention.ms"]),
        ConfigKey("cleanup.policy", .obeyed, .list, "delete", .list(["compact", "delete"]), synonyms: ["log.cleanup.policy"]),
        ConfigKey(
            "flush.ms", .noFlushInterval, .long, "9223372036854775807", .atLeast(0), synonyms: ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]),
        ConfigKey("follower.replication.throttled.replicas", .inCluster, .list, "", .throttledReplicas),
        ConfigKey("compression.lz4.level", .obeyed, .int, "9", .between(1, 17), synonyms: ["compression.lz4.level"]),
        ConfigKey("segment.bytes", .obeyed, .int, "1073741824", .atLeast(1_048_576), synonyms: ["log.segment.bytes"]),
        ConfigKey("retention.ms", .obeyed, .long, "604800000", .atLeast(-1), synonyms: ["log.retention.ms", "log.retention.minutes", "log.retention.hours"]),
        ConfigKey("compression.gzip.level", .obeyed, .int, "-1", .gzipLevel, synonyms: ["compression.gzip.level"]),
        ConfigKey("flush.messages", .noFlushInterval, .long, "9223372036854775807", .atLeast(1), synonyms: ["log.flush.interval.messages"]),
        ConfigKey("compression.zstd.level", .obeyed, .int, "3", .between(-131_072, 22), synonyms: ["compression.zstd.level"]),
        ConfigKey("max.compaction.lag.ms", .obeyed, .long, "9223372036854775807", .atLeast(1), synonyms: ["log.cleaner.max.compaction.lag.ms"]),
        ConfigKey("file.delete.delay.ms", .filesAtOnce, .long, "60000", .atLeast(0), synonyms: ["log.segment.delete.delay.ms"]),
        ConfigKey("max.message.bytes", .obeyed, .int, "1048588", .atLeast(0), synonyms: ["message.max.bytes"]),
        ConfigKey("min.compaction.lag.ms", .obeyed, .long, "0", .atLeast(0), synonyms: ["log.cleaner.min.compaction.lag.ms"]),
        ConfigKey("message.timestamp.type", .obeyed, .string, "CreateTime", .oneOf(["CreateTime", "LogAppendTime"]), synonyms: ["log.message.timestamp.type"]),
        ConfigKey("local.retention.bytes", .tieredStorage, .long, "-2", .atLeast(-2), synonyms: ["log.local.retention.bytes"]),
        ConfigKey("preallocate", .filesAtOnce, .boolean, "false", synonyms: ["log.preallocate"]),
        ConfigKey("index.interval.bytes", .obeyed, .int, "4096", .atLeast(0), synonyms: ["log.index.interval.bytes"]),
        ConfigKey("min.cleanable.dirty.ratio", .obeyed, .double, "0.5", .between(0, 1), synonyms: ["log.cleaner.min.cleanable.ratio"]),
        ConfigKey("unclean.leader.election.enable", .electsAlone, .boolean, "false", synonyms: ["unclean.leader.election.enable"]),
        ConfigKey("retention.bytes", .obeyed, .long, "-1", synonyms: ["log.retention.bytes"]),
        ConfigKey("delete.retention.ms", .obeyed, .long, "86400000", .atLeast(0), synonyms: ["log.cleaner.delete.retention.ms"]),
        ConfigKey("message.timestamp.after.max.ms", .obeyed, .long, "3600000", .atLeast(0), synonyms: ["log.message.timestamp.after.max.ms"]),
        ConfigKey("message.timestamp.before.max.ms", .obeyed, .long, "9223372036854775807", .atLeast(0), synonyms: ["log.message.timestamp.before.max.ms"]),
        ConfigKey("segment.ms", .obeyed, .long, "604800000", .atLeast(1), synonyms: ["log.roll.ms", "log.roll.hours"]),
        ConfigKey("segment.index.bytes", .obeyed, .int, "10485760", .atLeast(4), synonyms: ["log.index.size.max.bytes"]),
        ConfigKey("internal.segment.bytes", .obeyed, .int, nil, isInternal: true),
    ]
}
