import Coordination
import KafkaProtocol

// AlterConfigs, versions 0 to 2. 2: flexible. Replaces all of a resource's configuration; superseded by IncrementalAlterConfigs.

func handleAlterConfigs(_ broker: Broker, _ request: AlterConfigsRequest, _ context: RequestContext) {
    var allowed = request
    let refused = allowed.resources.filter { !context.mayAlterConfigs($0.resourceType, $0.resourceName) }.map { resource in
        var row = AlterConfigsResponse.AlterConfigsResourceResponse()
        row.resourceType = resource.resourceType
        row.resourceName = resource.resourceName
        row.errorCode = context.denialOfConfigs(resource.resourceType)
        row.errorMessage = row.errorCode.message
        return row
    }
    allowed.resources.removeAll { !context.mayAlterConfigs($0.resourceType, $0.resourceName) }
    context.forward(allowed, broker) { $0.responses = refused + $0.responses }
}
