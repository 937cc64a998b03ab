import KafkaProtocol
import LogStorage

// DescribeLogDirs, versions 1 to 5. 2: flexible. 3: an error for the whole answer. 4: size of the volume (-1 in memory). 5: cordoned directories.

func handleDescribeLogDirs(_ broker: Broker, _ request: DescribeLogDirsRequest, _ context: RequestContext) {
    typealias Topic = DescribeLogDirsResponse.DescribeLogDirsResult.DescribeLogDirsTopic
    let wanted = request.topics.map { topics in
        Dictionary(topics.map { ($0.topic, Set($0.partitions)) }, uniquingKeysWith: { $0.union($1) })
    }
    var result = DescribeLogDirsResponse.DescribeLogDirsResult()
    result.logDir = broker.storage.path
    if context.version >= 4, let space = try? broker.disk.space(of: broker.storage.path) {
        result.totalBytes = space.totalBytes
        result.usableBytes = space.usableBytes
    }
    for (name, topic) in broker.partitions.snapshot.topics.sorted(by: { $0.key < $1.key }) {
        var row = Topic()
        row.name = name
        for case let partition? in topic.partitions where wanted == nil || wanted?[name]?.contains(partition.index) == true {
            var form = Topic.DescribeLogDirsPartition()
            form.partitionIndex = partition.index
            form.partitionSize = Int64(partition.log.sizeInBytes)
            row.partitions.append(form)
        }
        if !row.partitions.isEmpty { result.topics.append(row) }
    }
    var response = DescribeLogDirsResponse()
    response.results = [result]
    context.reply(response)
}
