/// What the keys of groups are for, a sentence a key, in words of our own.
extension ConfigTable {
    static let groupTexts: [String: String] = [
        "consumer.assignment.interval.ms": "The least time between two computed assignments of this consumer group.",
        "consumer.heartbeat.interval.ms": "How often members of this consumer group are told to send heartbeats.",
        "consumer.session.timeout.ms": "After how long without a heartbeat a member of this consumer group is taken for gone.",
        "share.assignment.interval.ms": "The least time between two computed assignments of this share group.",
        "share.auto.offset.reset": "Where this share group begins in a partition that it reads for the first time: earliest, latest or by_duration.",
        "share.delivery.count.limit": "How often this share group hands out one record before it is given up.",
        "share.heartbeat.interval.ms": "How often members of this share group are told to send heartbeats.",
        "share.isolation.level": "Whether this share group sees records of undecided transactions (read_uncommitted) or only decided ones (read_committed).",
        "share.partition.max.record.locks": "How many records of one partition this share group may have handed out at a time.",
        "share.record.lock.duration.ms": "How long a record that this share group has handed out is reserved for its receiver.",
        "share.renew.acknowledge.enable": "Lets members of this share group prolong the lock on a record by acknowledging it as still in work.",
        "share.session.timeout.ms": "After how long without a heartbeat a member of this share group is taken for gone.",
        "streams.assignment.interval.ms": "The least time between two computed assignments of this streams group.",
        "streams.heartbeat.interval.ms": "How often members of this streams group are told to send heartbeats.",
        "streams.initial.rebalance.delay.ms": "How long this streams group waits for more members before its first assignment.",
        "streams.num.standby.replicas": "How many spare copies of each task's state this streams group keeps warm.",
        "streams.session.timeout.ms": "After how long without a heartbeat a member of this streams group is taken for gone.",
    ]
}
