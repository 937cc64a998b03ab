import Coordination
import KafkaProtocol

// AlterConfigs, versions 0 to 2. 2: flexible. Replaces all of a resource's configuration; superseded by IncrementalAlterConfigs.

func handleAlterConfigs(_ broker: Broker, _ request: AlterConfigsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.change { controller, image, _ in controller.alterConfigs(request, image: image) })
    } catch {
        var response = AlterConfigsResponse()
        response.responses = request.resources.map { resource in
            var row = AlterConfigsResponse.AlterConfigsResourceResponse()
            row.resourceType = resource.resourceType
            row.resourceName = resource.resourceName
            row.errorCode = error
            row.errorMessage = error.message
            return row
        }
        context.reply(response)
    }
}
