import Coordination
import KafkaProtocol

// ElectLeaders, versions 0 to 2. 1: kinds of election (KIP-460). 2: flexible. A node that holds every replica leads every partition already, so no
// election is ever needed.

func handleElectLeaders(_ broker: Broker, _ request: ElectLeadersRequest, _ context: RequestContext) {
    typealias Result = ElectLeadersResponse.ReplicaElectionResult
    let image = broker.metadata.image
    guard request.electionType == 0 || request.electionType == 1 else {
        return context.refuse(request, .invalidRequest, message: "Unknown election type \(request.electionType)")
    }
    var response = ElectLeadersResponse()
    guard let asked = request.topicPartitions else {
        // Of all partitions only those are listed that an election changed.
        response.replicaElectionResults = image.topicsByName.keys.sorted().map { name in
            var result = Result()
            result.topic = name
            return result
        }
        return context.reply(response)
    }
    response.replicaElectionResults = asked.map { topic in
        var result = Result()
        result.topic = topic.topic
        result.partitionResult = topic.partitions.map { index in
            var row = Result.PartitionResult()
            row.partitionId = index
            if image.topic(topic.topic) == nil {
                (row.errorCode, row.errorMessage) = (.unknownTopicOrPartition, "No such topic as \(topic.topic)")
            } else if let partition = image.partition(topic.topic, index) {
                let isLed = image.liveLeader(of: partition) != nil
                row.errorCode = isLed ? .electionNotNeeded : request.electionType == 0 ? .preferredLeaderNotAvailable : .eligibleLeadersNotAvailable
                row.errorMessage = row.errorCode.message
            } else {
                (row.errorCode, row.errorMessage) = (.unknownTopicOrPartition, "No such partition as \(topic.topic)-\(index)")
            }
            return row
        }
        return result
    }
    context.reply(response)
}
