import Coordination
import KafkaProtocol

// AlterPartitionReassignments, versions 0 and 1. 1: whether the number of replicas may change. Every replica is on this node, so what a valid request asks for
// is in force already, and there is nothing under way to cancel.

func handleAlterPartitionReassignments(_ broker: Broker, _ request: AlterPartitionReassignmentsRequest, _ context: RequestContext) {
    let image = broker.metadata.image
    var response = AlterPartitionReassignmentsResponse()
    response.errorMessage = nil
    response.allowReplicationFactorChange = request.allowReplicationFactorChange
    response.responses = request.topics.map { topic in
        var row = AlterPartitionReassignmentsResponse.ReassignableTopicResponse()
        row.name = topic.name
        row.partitions = topic.partitions.map { asked in
            var form = AlterPartitionReassignmentsResponse.ReassignableTopicResponse.ReassignablePartitionResponse()
            form.partitionIndex = asked.partitionIndex
            form.errorMessage = nil
            do throws(ControllerError) {
                try broker.metadata.controller.checkReassignment(topic.name, asked.partitionIndex, to: asked.replicas, image: image)
            } catch {
                form.errorCode = error.code
                form.errorMessage = error.message
            }
            return form
        }
        return row
    }
    context.reply(response)
}
