import Coordination
import KafkaProtocol

// ListPartitionReassignments, version 0: partitions whose replicas are being moved (KIP-455). No topics asked for means all.

func handleListPartitionReassignments(_ broker: Broker, _ request: ListPartitionReassignmentsRequest, _ context: RequestContext) {
    typealias Topic = ListPartitionReassignmentsResponse.OngoingTopicReassignment
    let image = broker.metadata.image
    let wanted = request.topics.map { topics in
        Dictionary(topics.map { ($0.name, Set($0.partitionIndexes)) }, uniquingKeysWith: { $0.union($1) })
    }
    var response = ListPartitionReassignmentsResponse()
    response.errorMessage = nil
    for topic in image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
        var row = Topic()
        row.name = topic.name
        for (index, partition) in topic.partitions.enumerated() where !partition.addingReplicas.isEmpty || !partition.removingReplicas.isEmpty {
            guard wanted == nil || wanted?[topic.name]?.contains(Int32(index)) == true else { continue }
            var form = Topic.OngoingPartitionReassignment()
            form.partitionIndex = Int32(index)
            form.replicas = partition.replicas
            form.addingReplicas = partition.addingReplicas
            form.removingReplicas = partition.removingReplicas
            row.partitions.append(form)
        }
        if !row.partitions.isEmpty { response.topics.append(row) }
    }
    context.reply(response)
}
