import KafkaProtocol
import LogStorage
import Vocabulary

// DescribeLogDirs, versions 1 to 5. 2: flexible. 3: an error for the whole answer. 4: size of the volume (-1 in memory). 5: cordoned directories.

private typealias Directory = DescribeLogDirsResponse.DescribeLogDirsResult

func handleDescribeLogDirs(_ broker: Broker, _ request: DescribeLogDirsRequest, _ context: RequestContext) {
    let wanted = request.topics.map { topics in
        Dictionary(topics.map { ($0.topic, Set($0.partitions)) }, uniquingKeysWith: { $0.union($1) })
    }
    var places: [String: [(partition: Partition, log: PartitionLog, isFuture: Bool)]] = [:]
    for partition in broker.partitions.all where wanted == nil || wanted?[partition.topic]?.contains(partition.index) == true {
        let name = partition.log.name
        if let directory = broker.storage.directory(of: name) { places[directory.path, default: []].append((partition, partition.log, false)) }
        if let move = broker.storage.move(of: name), let future = broker.storage.futureLog(move) {
            places[move.target.path, default: []].append((partition, future, true))
        }
    }
    var response = DescribeLogDirsResponse()
    response.results = broker.storage.states.map { state in
        var row = Directory()
        row.logDir = state.path
        guard state.failure == nil, let directory = state.directory else {
            row.errorCode = .kafkaStorageError
            return row
        }
        if context.version >= 4, let space = try? broker.disk.space(of: state.path) { (row.totalBytes, row.usableBytes) = space }
        row.isCordoned = broker.metadata.image.cordonsDirectories && broker.storage.isCordoned(directory)
        row.topics = topics(places[state.path] ?? [])
        return row
    }
    context.reply(response)
}

/// - Parameter logs: in the order of their topics
private func topics(_ logs: [(partition: Partition, log: PartitionLog, isFuture: Bool)]) -> [Directory.DescribeLogDirsTopic] {
    var rows: [Directory.DescribeLogDirsTopic] = []
    for (partition, log, isFuture) in logs {
        if rows.last?.name != partition.topic {
            var row = Directory.DescribeLogDirsTopic()
            row.name = partition.topic
            rows.append(row)
        }
        var form = Directory.DescribeLogDirsTopic.DescribeLogDirsPartition()
        form.partitionIndex = partition.index
        form.partitionSize = Int64(log.sizeInBytes)
        form.isFutureKey = isFuture
        form.offsetLag = offsetLag(partition, log, isFuture: isFuture)
        rows[rows.count - 1].partitions.append(form)
    }
    return rows
}

/// How far a log is behind what is committed, a copy behind the log.
private func offsetLag(_ partition: Partition, _ log: PartitionLog, isFuture: Bool) -> Int64 {
    let end = log.logEndOffset
    return isFuture ? partition.log.logEndOffset - end : max(0, partition.log.offsets.highWatermark - end)
}
