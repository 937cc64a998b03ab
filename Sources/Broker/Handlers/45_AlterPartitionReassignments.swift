import Coordination
import KafkaProtocol

// AlterPartitionReassignments, versions 0 and 1. 1: whether the number of replicas may change.

func handleAlterPartitionReassignments(_ broker: Broker, _ request: AlterPartitionReassignmentsRequest, _ context: RequestContext) {
    context.forward(request, broker)
}
