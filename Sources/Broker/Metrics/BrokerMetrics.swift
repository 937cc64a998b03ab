import Coordination
import KafkaProtocol
import LogStorage

extension Broker {
    /// What there is to measure of this broker, under the names that Kafka's own measures get from Prometheus's exporter for JMX.
    public var metrics: [Metric] {
        let image = metadata.image
        let led = LedPartition.all(in: image, partitions.all, by: settings.nodeId)
        return counts(image, led) + replication + LedPartition.metrics(led) + logs + directories + [
            Metric(
                "kafka_server_broker_metadata_metrics_last_applied_record_offset", .gauge, "The offset up to which the cluster's metadata is in force here",
                Double(image.offset))
        ]
    }

    private func counts(_ image: MetadataImage, _ led: [LedPartition]) -> [Metric] {
        let here = image.topicsByName.values.reduce(0) { sum, topic in sum + topic.partitions.count { $0.replicas.contains(settings.nodeId) } }
        func count(_ name: String, _ help: String, _ value: Int) -> Metric {
            Metric("kafka_server_replicamanager_\(name)", .gauge, help, Double(value))
        }
        return [
            count("partitioncount", "Replicas on this broker", here), count("leadercount", "Partitions that this broker leads", led.count),
            count("offlinereplicacount", "Replicas that are placed here and whose log cannot be used", here - partitions.all.count { $0.log.isUsable }),
            count("underreplicatedpartitions", "Partitions led here with fewer replicas in sync than replicas", led.count(where: \.isUnderReplicated)),
            count("underminisrpartitioncount", "Partitions led here with fewer replicas in sync than min.insync.replicas", led.count(where: \.isUnderMinimum)),
            count("atminisrpartitioncount", "Partitions led here with just min.insync.replicas in sync", led.count(where: \.isAtMinimum)),
            count("reassigningpartitions", "Partitions led here whose replicas are being moved", led.count(where: \.isMoving)),
        ]
    }

    private var replication: [Metric] {
        func count(_ name: String, _ help: String, _ value: Int) -> Metric {
            Metric("kafka_server_replicamanager_\(name)_total", .counter, help, Double(value))
        }
        let changes = replicas.inSyncChanges
        let lags = replicaFetchers.lags
        var most = Metric(
            "kafka_server_replicafetchermanager_maxlag", .gauge, "How many records the furthest behind of the replicas followed here is behind its leader")
        most.add(Double(lags.map(\.records).max() ?? 0), ["clientId": "Replica"])
        var each = Metric("kafka_server_fetcherlagmetrics_consumerlag", .gauge, "How many records a replica followed here is behind its leader")
        for lag in lags {
            each.add(Double(lag.records), ["clientId": "ReplicaFetcherThread-0-\(lag.leader)", "topic": lag.topic, "partition": "\(lag.partition)"])
        }
        return [
            count("isrshrinks", "Replicas in sync became fewer in a partition led here", changes.shrinks),
            count("isrexpands", "Replicas in sync became more in a partition led here", changes.expansions),
            count("failedisrupdates", "Changes of replicas in sync that the controller refused", changes.refusals), most, each,
        ]
    }

    private var directories: [Metric] {
        let states = storage.states
        let offline = Metric(
            "kafka_log_logmanager_offlinelogdirectorycount", .gauge, "Log directories that have failed or could not be read",
            Double(states.count { $0.failure != nil }))
        var each = Metric("kafka_log_logmanager_logdirectoryoffline", .gauge, "1 for a log directory that cannot be used")
        for state in states { each.add(state.failure == nil ? 0 : 1, ["logDirectory": state.path]) }
        return [offline, each]
    }

    private var logs: [Metric] {
        var start = Metric("kafka_log_log_logstartoffset", .gauge, "The first offset of a replica's log")
        var end = Metric("kafka_log_log_logendoffset", .gauge, "The offset behind the last record of a replica's log")
        var size = Metric("kafka_log_log_size", .gauge, "Bytes of a replica's segments")
        for partition in partitions.all {
            let labels: KeyValuePairs = ["topic": partition.topic, "partition": "\(partition.index)"]
            let offsets = partition.log.offsets
            start.add(Double(offsets.start.value), labels)
            end.add(Double(offsets.end.value), labels)
            size.add(Double(partition.log.sizeInBytes), labels)
        }
        return [start, end, size]
    }
}

/// A partition that this broker leads, as the metadata has it.
private struct LedPartition {
    let topic: String
    let index: Int32
    let replicas: Int
    let inSync: Int
    let minimum: Int
    let isMoving: Bool

    var isUnderReplicated: Bool { inSync < replicas }
    var isUnderMinimum: Bool { inSync < minimum }
    var isAtMinimum: Bool { inSync == minimum }

    static func all(in image: MetadataImage, _ partitions: [Partition], by nodeId: Int32) -> [LedPartition] {
        partitions.compactMap { partition in
            guard let known = image.partition(partition.topic, partition.index), known.leader == nodeId else { return nil }
            // While replicas are moved, those that are to come do not count as missing.
            let replicas = known.replicas.filter { !known.addingReplicas.contains($0) }
            return LedPartition(
                topic: partition.topic, index: partition.index, replicas: replicas.count, inSync: known.isr.count(where: replicas.contains),
                minimum: partition.log.config.minInsyncReplicas, isMoving: !known.addingReplicas.isEmpty || !known.removingReplicas.isEmpty)
        }
    }

    static func metrics(_ led: [LedPartition]) -> [Metric] {
        var replicas = Metric("kafka_cluster_partition_replicascount", .gauge, "Replicas of a partition led here")
        var inSync = Metric("kafka_cluster_partition_insyncreplicascount", .gauge, "Replicas in sync of a partition led here")
        var under = Metric("kafka_cluster_partition_underreplicated", .gauge, "1: a partition led here has fewer replicas in sync than replicas")
        for partition in led {
            let labels: KeyValuePairs = ["topic": partition.topic, "partition": "\(partition.index)"]
            replicas.add(Double(partition.replicas), labels)
            inSync.add(Double(partition.inSync), labels)
            under.add(partition.isUnderReplicated ? 1 : 0, labels)
        }
        return [replicas, inSync, under]
    }
}
