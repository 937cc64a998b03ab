import Coordination
import KafkaProtocol

// IncrementalAlterConfigs, versions 0 and 1. 1: flexible. Sets, deletes, or appends to and subtracts from lists (KIP-339).

func handleIncrementalAlterConfigs(_ broker: Broker, _ request: IncrementalAlterConfigsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.change { controller, image, _ in controller.incrementalAlterConfigs(request, image: image) })
    } catch {
        context.refuse(request, error)
    }
}
