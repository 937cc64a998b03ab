import Coordination
import KafkaProtocol

// ListPartitionReassignments, version 0: partitions whose replicas are being moved (KIP-455).

func handleListPartitionReassignments(_ broker: Broker, _ request: ListPartitionReassignmentsRequest, _ context: RequestContext) {
    context.forward(request, broker)
}
