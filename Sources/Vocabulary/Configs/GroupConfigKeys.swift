/// The keys of groups, in the order in which a Kafka 4.3.1 broker lists them. `synonyms` is the broker key that gives the default.
extension ConfigTable {
    static let groupKeys: [ConfigKey] = [
        ConfigKey("consumer.session.timeout.ms", .obeyed, .int, "45000", .atLeast(1), synonyms: ["group.consumer.session.timeout.ms"]),
        ConfigKey("consumer.assignment.interval.ms", .obeyed, .int, "1000", .atLeast(0), synonyms: ["group.consumer.assignment.interval.ms"]),
        ConfigKey("share.auto.offset.reset", .noShareGroups, .string, "latest", .offsetReset),
        ConfigKey("share.renew.acknowledge.enable", .noShareGroups, .boolean, "true"),
        ConfigKey("streams.initial.rebalance.delay.ms", .noStreamsGroups, .int, "3000", .atLeast(0), synonyms: ["group.streams.initial.rebalance.delay.ms"]),
        ConfigKey("share.session.timeout.ms", .noShareGroups, .int, "45000", .atLeast(1), synonyms: ["group.share.session.timeout.ms"]),
        ConfigKey("streams.assignment.interval.ms", .noStreamsGroups, .int, "1000", .atLeast(0), synonyms: ["group.streams.assignment.interval.ms"]),
        ConfigKey("share.heartbeat.interval.ms", .noShareGroups, .int, "5000", .atLeast(1), synonyms: ["group.share.heartbeat.interval.ms"]),
        ConfigKey("streams.heartbeat.interval.ms", .noStreamsGroups, .int, "5000", .atLeast(1), synonyms: ["group.streams.heartbeat.interval.ms"]),
        ConfigKey("share.delivery.count.limit", .noShareGroups, .int, "5", .atLeast(2), synonyms: ["group.share.delivery.count.limit"]),
        ConfigKey("consumer.heartbeat.interval.ms", .obeyed, .int, "5000", .atLeast(1), synonyms: ["group.consumer.heartbeat.interval.ms"]),
        ConfigKey("share.record.lock.duration.ms", .noShareGroups, .int, "30000", .atLeast(1000), synonyms: ["group.share.record.lock.duration.ms"]),
        ConfigKey("share.assignment.interval.ms", .noShareGroups, .int, "1000", .atLeast(0), synonyms: ["group.share.assignment.interval.ms"]),
        ConfigKey("share.isolation.level", .noShareGroups, .string, "read_uncommitted", .oneOf(["read_committed", "read_uncommitted"])),
        ConfigKey("streams.session.timeout.ms", .noStreamsGroups, .int, "45000", .atLeast(1), synonyms: ["group.streams.session.timeout.ms"]),
        ConfigKey("share.partition.max.record.locks", .noShareGroups, .int, "2000", .atLeast(100), synonyms: ["group.share.partition.max.record.locks"]),
        ConfigKey("streams.num.standby.replicas", .noStreamsGroups, .int, "0", .atLeast(0), synonyms: ["group.streams.num.standby.replicas"]),
    ]
}
