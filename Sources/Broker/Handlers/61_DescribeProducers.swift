import Coordination
import KafkaProtocol
import LogStorage
import Security
import Vocabulary

// DescribeProducers, version 0: the producers that a partition's leader keeps sequences of (KIP-664).

func handleDescribeProducers(_ broker: Broker, _ request: DescribeProducersRequest, _ context: RequestContext) {
    typealias Row = DescribeProducersResponse.TopicResponse.PartitionResponse
    let table = broker.partitions.snapshot
    var response = DescribeProducersResponse()
    response.topics = request.topics.map { topic in
        var answer = DescribeProducersResponse.TopicResponse()
        answer.name = topic.name
        let problem = TopicName.problem(topic.name)
        let isAllowed = context.allows(.read, .topic(topic.name))
        let exists = table.topics[topic.name] != nil
        answer.partitions = topic.partitionIndexes.map { index in
            var row = Row()
            row.partitionIndex = index
            guard isAllowed else {
                (row.errorCode, row.errorMessage) = (.topicAuthorizationFailed, ErrorCode.topicAuthorizationFailed.message)
                return row
            }
            guard let partition = table.partition(topic.name, index) else {
                row.errorCode = problem == nil ? broker.metadata.whyMissing(topic.name, index).code : .invalidTopicException
                row.errorMessage = problem ?? (exists ? nil : ErrorCode.unknownTopicOrPartition.message)
                return row
            }
            row.activeProducers = partition.log.activeProducers(now: context.now).map { producer in
                var form = Row.ProducerState()
                form.producerId = producer.producerId
                form.producerEpoch = Int32(producer.producerEpoch)
                form.lastSequence = producer.lastSequence
                form.lastTimestamp = producer.lastTimestamp
                form.coordinatorEpoch = producer.coordinatorEpoch
                form.currentTxnStartOffset = producer.currentTransactionStartOffset.value
                return form
            }
            return row
        }
        return answer
    }
    context.reply(response)
}
