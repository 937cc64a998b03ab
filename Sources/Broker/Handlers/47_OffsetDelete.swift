import KafkaProtocol

// OffsetDelete, version 0. Partitions of topics that do not exist are refused one by one.

func handleOffsetDelete(_ broker: Broker, _ request: OffsetDeleteRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var known = request
    known.topics = request.topics.filter { table.topics[$0.name] != nil }
    let unknown = request.topics.filter { table.topics[$0.name] == nil }.map(failed)
    broker.groups.submit(request.groupId, now: context.now) { [known] shard, token in
        shard.deleteOffsets(known, token: token)
    } then: { result in
        guard case .success(.offsetDelete(var response)) = result else {
            var response = OffsetDeleteResponse()
            response.errorCode = result.failure ?? .unknownServerError
            return context.reply(response)
        }
        if response.errorCode == .none { response.topics += unknown }
        context.reply(response)
    }
}

private func failed(_ topic: OffsetDeleteRequest.OffsetDeleteRequestTopic) -> OffsetDeleteResponse.OffsetDeleteResponseTopic {
    var answer = OffsetDeleteResponse.OffsetDeleteResponseTopic()
    answer.name = topic.name
    answer.partitions = topic.partitions.map { partition in
        var row = OffsetDeleteResponse.OffsetDeleteResponseTopic.OffsetDeleteResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = .unknownTopicOrPartition
        return row
    }
    return answer
}
