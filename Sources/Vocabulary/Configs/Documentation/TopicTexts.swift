/// What the keys of topics are for, a sentence a key, in words of our own.
extension ConfigTable {
    static let topicTexts: [String: String] = [
        "cleanup.policy": "What becomes of old segments: delete drops them by age and size, compact keeps each key's newest record, and both may be combined.",
        "compression.gzip.level": "How hard gzip works when the topic's batches are recompressed with it, 1 to 9, or -1 for its default.",
        "compression.lz4.level": "How hard lz4 works when the topic's batches are recompressed with it: higher is smaller and slower.",
        "compression.type":
            "The codec in which the topic's batches are stored: a named one recompresses what arrives otherwise, and producer keeps whatever the client chose.",
        "compression.zstd.level": "How hard zstd works when the topic's batches are recompressed with it; negative levels trade size for speed.",
        "delete.retention.ms": "How long a tombstone outlives its compaction, which is the time that a reader has to notice that the key is gone.",
        "file.delete.delay.ms": "The pause between taking a file out of the log and removing it from the file system.",
        "flush.messages": "After how many unsynced records the topic's log is forced to disk.",
        "flush.ms": "After how many milliseconds unsynced records of the topic are forced to disk.",
        "follower.replication.throttled.replicas":
            "The replicas that are slowed down on the follower's side, as partition:broker pairs, or * for every one of them.",
        "index.interval.bytes":
            "About how many bytes of log lie between two entries of the offset index: denser entries find a place faster and take more room.",
        "internal.segment.bytes": "A segment size below the allowed minimum, for tests only.",
        "leader.replication.throttled.replicas":
            "The replicas that are slowed down on the leader's side, as partition:broker pairs, or * for every one of them.",
        "local.retention.bytes": "How many bytes of uploaded segments stay on the local disk for each partition; -2 follows retention.bytes.",
        "local.retention.ms": "How long segments that were uploaded stay on local disks too, in milliseconds; -2 follows retention.ms.",
        "max.compaction.lag.ms": "The longest time that a record may wait before the segment that holds it must be compacted.",
        "max.message.bytes": "The largest batch, counted after compression, that the topic takes.",
        "message.timestamp.after.max.ms": "How far a producer's stamp may lie in the future of the broker's clock.",
        "message.timestamp.before.max.ms": "How far a producer's stamp may lie in the past of the broker's clock.",
        "message.timestamp.type": "Whose clock stamps records: CreateTime keeps the producer's stamp, LogAppendTime writes the broker's.",
        "min.cleanable.dirty.ratio": "The share of not yet compacted bytes in a log from which on compacting it is worth while.",
        "min.compaction.lag.ms": "The time for which a new record is safe from compaction.",
        "min.insync.replicas":
            "How many replicas must hold a record before a produce with acks=all succeeds; with fewer in sync the topic refuses such writes.",
        "preallocate": "Reserves a new segment's full size on disk when it is created.",
        "remote.log.copy.disable": "Stops uploads of the topic's segments while what was uploaded before stays readable.",
        "remote.log.delete.on.disable": "Whether turning tiering off for the topic also erases the segments that already lie in remote storage.",
        "remote.storage.enable": "Moves closed segments of the topic to remote storage, so that local disks hold only its newest part.",
        "retention.bytes": "The size of a partition beyond which its oldest segments are dropped under the delete policy; -1 sets no bound.",
        "retention.ms": "For how many milliseconds records are kept before their segment may be dropped under the delete policy; -1 keeps them for ever.",
        "segment.bytes": "The size at which a partition of the topic closes its segment file and begins another.",
        "segment.index.bytes": "The room that each index file of a segment gets.",
        "segment.jitter.ms": "Up to how many milliseconds are taken off segment.ms at random, so that segments of many partitions do not roll at one moment.",
        "segment.ms": "The age at which a segment is closed although it is not full, so that retention and compaction can reach its records.",
        "unclean.leader.election.enable": "Lets a replica that has fallen behind lead the partition when no other is left, at the price of lost records.",
    ]
}
