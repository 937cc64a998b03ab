import KafkaProtocol
import LogStorage
import Security
import Vocabulary

// AlterReplicaLogDirs, versions 1 and 2. 2: flexible. Answered once a move has begun; DescribeLogDirs tells how far it is (KIP-113).

func handleAlterReplicaLogDirs(_ broker: Broker, _ request: AlterReplicaLogDirsRequest, _ context: RequestContext) {
    typealias Topic = AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult
    // Copies are made, and others given up, on disks.
    broker.settings.blocking {
        var rows: [String: Topic] = [:]
        for dir in request.dirs {
            for topic in dir.topics {
                for index in topic.partitions {
                    var row = Topic.AlterReplicaLogDirPartitionResult()
                    row.partitionIndex = index
                    row.errorCode = broker.move(TopicPartition(topic.name, index), to: dir.path, now: context.now)
                    rows[topic.name, default: Topic()].topicName = topic.name
                    rows[topic.name, default: Topic()].partitions.append(row)
                }
            }
        }
        var response = AlterReplicaLogDirsResponse()
        response.results = rows.values.sorted { $0.topicName < $1.topicName }
        context.reply(response)
    }
}

extension Broker {
    /// Begins to move a partition's log to the directory at a path; where there is no log yet it will be made there.
    fileprivate func move(_ name: TopicPartition, to path: String, now: Int64) -> ErrorCode {
        // The name of a copy's directory must fit.
        guard name.description.utf8.count + 40 <= 255 else { return .invalidTopicException }
        guard let place = storage.states.first(where: { $0.path == path }) else { return .logDirNotFound }
        guard place.failure == nil, let target = place.directory else { return .kafkaStorageError }
        guard !storage.isCordoned(target) else { return .invalidReplicaAssignment }
        guard let partition = partitions.partition(name.topic, name.partition) else {
            if metadata.whyMissing(name.topic, name.partition).code == .kafkaStorageError { return .kafkaStorageError }
            storage.prefer(target, for: name)
            return .replicaNotAvailable
        }
        do throws(LogDirectoryError) {
            try directoryMoves.begin(partition, to: target, now: now)
            return .none
        } catch {
            settings.log.error(.replication, "\(name) cannot be moved to \(path): \(error)")
            return .kafkaStorageError
        }
    }
}
