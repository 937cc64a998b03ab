import Coordination
import KafkaProtocol

// AlterConfigs, versions 0 to 2. 2: flexible. Replaces all of a resource's configuration; superseded by IncrementalAlterConfigs.

func handleAlterConfigs(_ broker: Broker, _ request: AlterConfigsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.change { controller, image, _ in controller.alterConfigs(request, image: image) })
    } catch {
        context.refuse(request, error)
    }
}
