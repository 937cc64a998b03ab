import Coordination
import KafkaProtocol

// IncrementalAlterConfigs, versions 0 and 1. 1: flexible. Sets, deletes, or appends to and subtracts from lists (KIP-339).

func handleIncrementalAlterConfigs(_ broker: Broker, _ request: IncrementalAlterConfigsRequest, _ context: RequestContext) {
    var allowed = request
    let refused = allowed.resources.filter { !context.mayAlterConfigs($0.resourceType, $0.resourceName) }.map { resource in
        var row = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
        row.resourceType = resource.resourceType
        row.resourceName = resource.resourceName
        row.errorCode = context.denialOfConfigs(resource.resourceType)
        row.errorMessage = row.errorCode.message
        return row
    }
    allowed.resources.removeAll { !context.mayAlterConfigs($0.resourceType, $0.resourceName) }
    context.forward(allowed, broker) { $0.responses = refused + $0.responses }
}
